"""Where nothing was found: what was looked at and what was not, what is unusual, what the behaviour hangs on most."""

import math

from pipeline.doctor.findings.plausibility import RANGES, Measured, measured
from pipeline.doctor.instruments.experiments import Outcome
from pipeline.doctor.instruments.material import Material

MOST = 2


def unfound(found: Material) -> list[str]:
    """Return three lines for somebody whose network does not do what it should, and whose fault was not found."""
    return [_looked(found), _unusual(found), _matters(found)]


def _looked(found: Material) -> str:
    seen = found.seen
    good = sum(event.why_not is None for event in found.events)
    run = (
        "no run" if seen is None else f"{(seen.end_s - seen.start_s) * 1e3:.4g} of {found.subject.span_s * 1e3:.4g} ms"
    )
    parts = [f"{run} of {_names(found)}, step by step", f"one event of {good} of {len(found.events)} projections"]
    parts += [f"rates at {len(found.drifts[0].dts_ms)} steps"] if found.drifts else []
    missing = [found.label(group.name) for group in found.subject.neurons if group.name not in found.dynamics]
    missing += [event.synapses for event in found.events if event.why_not is not None]
    missing += ["network operations"] if found.subject.operated else []
    missing += ["what the script computes after the run"]
    return f"Looked at: {', '.join(parts)}. Not looked at: {', '.join(dict.fromkeys(missing))}."


def _names(found: Material) -> str:
    return " and ".join(found.label(group.name) for group in found.subject.neurons) or "the network"


def _unusual(found: Material) -> str:
    rows = sorted(measured(found), key=_edge, reverse=True)[:MOST]
    if not rows:
        return "Unusual: nothing of it could be compared with what neurons are like."
    return f"Nearest to what neurons are not: {'; '.join(row.text for row in rows)}."


def _edge(row: Measured) -> float:
    """Return how near a quantity is to the end of its range: 1 at the end, 0 in the middle."""
    known = RANGES[row.key]
    if known.low > 0 and row.value > 0:
        low, high, value = math.log(known.low), math.log(known.high), math.log(row.value)
    else:
        low, high, value = known.low, known.high, row.value
    return abs(value - (low + high) / 2) / ((high - low) / 2)


def _matters(found: Material) -> str:
    base = next((outcome for outcome in found.outcomes if outcome.change.kind == "none"), None)
    others = [outcome for outcome in found.outcomes if outcome.change.kind == "without"]
    if base is None or not others:
        return "Its behaviour was not tried without its parts."
    ranked = sorted(others, key=lambda outcome: -_apart(base, outcome))[:MOST]
    lines = [f"without {found.label(o.change.group)} {_rates(found, o)}" for o in ranked]
    return f"What it hangs on most: as it is {_rates(found, base)}; {'; '.join(lines)}."


def _apart(one: Outcome, other: Outcome) -> float:
    return sum(abs(other.spikes.get(name, 0) - n) / (n + 1) for name, n in one.spikes.items())


def _rates(found: Material, outcome: Outcome) -> str:
    rates = [
        f"{found.label(name)} {n / len(found.group(name)) / max(outcome.end_s - found.subject.start_s, 1e-9):.3g}"
        for name, n in outcome.spikes.items()
        if name in found.dynamics
    ]
    return f"{', '.join(rates)} spikes/s" if rates else "no spikes"
