"""Groups that never spike: how far they are from it, and what reaches them."""

import numpy as np

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.material import Material, grave
from pipeline.doctor.instruments.schedule import planned
from pipeline.doctor.instruments.subject import in_degree
from pipeline.doctor.instruments.witness import root

LONG_S = 0.05
"""A run that is shorter may end before the first spike."""


def silent(found: Material) -> list[Finding]:
    """Groups without a spike in the run: a warning where nothing in the network spikes."""
    seen = found.seen
    if seen is None or grave(found):
        return []
    whole = seen.end_s - seen.start_s >= 0.99 * found.subject.span_s
    long = seen.end_s - seen.start_s >= LONG_S and (whole or not planned(found.subject, seen.end_s))
    span = f"{(seen.end_s - seen.start_s) * 1e3:.4g}" + ("" if whole else f" of {found.subject.span_s * 1e3:.4g}")
    findings = []
    for name in found.quiet:
        lines = [*_distance(found, name), *_inputs(found, name)]
        about = found.dynamics[name]
        findings.append(
            Finding(
                "silent",
                "warning" if long and found.all_quiet and about.v is not None else "note",
                f"{found.label(name)} sent no spike in {span} ms" + (f": {lines[0]}." if lines else "."),
                tuple(lines[1:]),
                "Seen in the run.",
            )
        )
    return findings


def _distance(found: Material, name: str) -> list[str]:
    about, seen = found.dynamics[name], found.seen
    if about.v is None or seen is None or about.v not in seen.ranges.get(name, {}):
        return []
    low, high = seen.ranges[name][about.v]
    top = about.level
    rest = found.rests.get(name)
    lines = []
    if top is not None and np.isfinite(high):
        short = (
            f"{about.shown(top - high)} short of its threshold {about.shown(top)}"
            if high < top
            else "beyond its threshold"
        )
        lines.append(f"{about.v} goes up to {about.shown(high)}, {short}")
    if rest is not None and rest.why_not is None:
        lines.append(
            f"without synaptic input it rests at {about.shown(rest.v)}; in the run {about.v} was from "
            f"{about.shown(low)} to {about.shown(high)}"
        )
    return lines


def _inputs(found: Material, name: str) -> list[str]:
    """Return a line for each projection onto a group."""
    seen, lines = found.seen, []
    assert seen is not None
    for event in found.events:
        path = found.subject.pathway(event.pathway)
        if root(path.target).name != name:
            continue
        source = root(path.source)
        count = seen.spiking.get(source.name)
        n = count.n if count is not None else 0
        rate = n / len(source) / max(seen.end_s - seen.start_s, 1e-9) * in_degree(path)
        if n == 0:
            lines.append(f"{event.synapses}: {found.subject.label(source)} sent no spike")
        elif event.why_not is None:
            lines.append(
                f"{event.synapses}: {rate:.3g} events/s arrive at a neuron, each moves "
                f"{found.dynamics[name].v} by {event.shown(event.at_rest)}"
            )
    return lines
