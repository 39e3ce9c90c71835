"""Faults of what was built, and what is seen in the end. Measurements to findings."""

import brian2 as b2
import numpy as np

from pipeline.doctor.findings.causes import ranked_terms
from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.findings.steps import refinement_lines
from pipeline.doctor.instruments.constants import shadowed_builtins
from pipeline.doctor.instruments.material import Material, grave, reversal_list
from pipeline.doctor.instruments.observation import Observation, Spiking
from pipeline.doctor.instruments.sizes import measure, milli
from pipeline.doctor.instruments.structure import in_degrees, merged_delays, rounded_delays
from pipeline.doctor.instruments.watch import AP_V, SLOTS
from pipeline.doctor.instruments.witness import root

BLOCK_V = -0.05
FEW_CROSSINGS, MANY_SPIKES = 5, 2.0
"""So many upward crossings of the threshold are enough to compare with; so many spikes for each are too many."""


def failed(found: Material) -> list[Finding]:
    """The exception of the script's own code that ended the run."""
    failure = found.seen.failure if found.seen else None
    if failure is None:
        return []
    later = found.subject.run_number > 1
    text = found.subject.written(failure.line)
    return [
        Finding(
            "script",
            "note" if later else "error",
            f"The run stops at {milli(failure.t_s)} ms, where {failure.function} of the script fails on line "
            f"{failure.line} ({failure.says}).",
            (f"line {failure.line}: {text}",) if text else (),
            "It may come from the runs before, which were shortened."
            if later
            else "Certain: it is what the run did, step by step.",
        )
    ]


def spiking(found: Material) -> list[Finding]:
    """Spikes without action potential, spikes counted again and again, depolarisation block."""
    findings: list[Finding] = []
    seen = found.seen
    if seen is None or seen.not_finite or grave(found):
        return findings
    for name, kind in found.kinds.items():
        about, label, count = found.dynamics[name], found.label(name), seen.spiking.get(name)
        many = count is not None and FEW_CROSSINGS <= count.crossings < count.n / MANY_SPIKES
        if kind == "other" and count is not None and many:
            findings.append(_staying(found, name, count))
        if kind != "conductance" or isinstance(found.group(name), b2.SpatialNeuron):
            continue
        reach = seen.ranges[name][about.potential]
        top = about.frame.nominal(reach[1])
        threshold = found.group(name).events.get("spike")
        spike = about.shown(about.frame.model(AP_V)).replace(" ", "*")
        if count and (many or (count.repeats > 0.3 * count.n and count.n > 5)):
            findings.append(
                Finding(
                    "spike_counting",
                    "error" if _sends(found, name) else "warning",
                    f"Every action potential of {label} counts as many spikes: the threshold holds for "
                    "several steps in a row" + (", longer than the neuron is refractory." if many else "."),
                    (
                        f"{count.n} spikes for {count.action_potentials} crossings of "
                        f"{about.shown(about.frame.model(AP_V))}"
                        + (f", and {count.crossings} of the threshold" if many else "")
                        + "; in "
                        f"{count.repeats} the neuron had spiked in the step before",
                        f"threshold = {threshold!r} at {found.subject.place(found.group(name))}",
                    ),
                    "Certain: counted in the run.",
                    f"{label} = NeuronGroup(..., threshold={threshold!r}, refractory={threshold!r})",
                    "One spike for each upward crossing; synapses act once. v itself stays as it is "
                    "without recurrent synapses.",
                )
            )
        elif count and count.n >= 5 and count.action_potentials == 0 and top < AP_V:
            findings.append(
                Finding(
                    "events_without_ap",
                    "warning",
                    f"{label} sends spikes without action potentials: {about.v} never passes {about.shown(reach[1])}.",
                    (
                        f"{count.n} spikes by threshold = {threshold!r}",
                        f"range of {about.v}: {about.shown(reach[0])} to {about.shown(reach[1])}",
                    ),
                    "Certain for this run.",
                    f"{label} = NeuronGroup(..., threshold='{about.v} > {spike}', refractory='{about.v} > {spike}')",
                    "Only action potentials are sent on; rates fall.",
                )
            )
        findings += _block(found, name)
    return findings


def _staying(found: Material, name: str, count: Spiking) -> Finding:
    """Return the finding on a group that stays beyond its threshold, since nothing brings v back."""
    about, group = found.dynamics[name], found.group(name)
    reset = "; ".join(group.event_codes.get("spike", "").split("\n")).strip()
    return Finding(
        "spike_counting",
        "warning",
        f"Neurons of {found.label(name)} stay beyond the threshold and spike again and again: the reset does not set "
        f"{about.v}.",
        (
            f"{count.n} spikes for {count.crossings} crossings of the threshold",
            f"threshold = {group.events['spike']!r}, reset = {reset!r} at {found.subject.place(group)}",
        ),
        "Certain: counted in the run; whether it is meant, only you know.",
        f"reset = '{about.v} = ...'    # below the threshold",
        "One spike for each crossing.",
    )


def _block(found: Material, name: str) -> list[Finding]:
    about, seen, label = found.dynamics[name], found.seen, found.label(name)
    assert seen is not None
    if "spike" not in found.group(name).events:  # nobody waits for its spikes
        return []
    rest = found.rests.get(name)
    trace = seen.trace.get(name, {}).get("v")
    lines = []
    if rest and rest.settled and rest.why_not is None and about.frame.nominal(rest.v) > BLOCK_V:
        lines.append(f"a neuron alone comes to rest at {about.shown(rest.v)}")
    if trace is not None and len(trace) > 300:
        end = trace[-len(trace) // 3 :]
        long_enough = (seen.end_s - seen.start_s) / 3 > 20e-3
        if long_enough and np.ptp(about.frame.nominal(end)) < 2e-3 and about.frame.nominal(end).mean() > BLOCK_V:
            lines.append(f"in the run, {about.v} stays at {about.shown(float(end.mean()))} to the end")
    if not lines:
        return []
    return [
        Finding(
            "depolarisation_block",
            "note" if _goes_on(seen, name) else "warning",
            f"{label} hangs in depolarisation block: it stays depolarised and cannot spike.",
            (
                *lines,
                f"reversal potentials: {reversal_list(about)}",
                "a potassium conductance or a leak too small, or an input too strong, does this",
            ),
            "Certain of the state; likely a conductance with a wrong factor.",
            f"# compare the conductances in {label}'s equations with the source, gK above all "
            "(Hodgkin-Huxley: 36 mS/cm2)",
            "The neuron repolarises after a spike.",
        )
    ]


def _sends(found: Material, name: str) -> bool:
    """Tell whether spikes of a group go anywhere but into a monitor."""
    return any(root(path.source).name == name for path in found.subject.pathways())


def _goes_on(seen: Observation, name: str) -> bool:
    """Tell whether a group, though not the neuron that was followed, spikes in the last third of the run."""
    count = seen.spiking.get(name)
    return count is not None and count.last_s is not None and count.last_s > (seen.start_s + 2 * seen.end_s) / 3


def built(found: Material) -> list[Finding]:
    """In-degrees that are not as declared, delays that the grid changes, builtins that are numpy's."""
    findings = []
    degrees = in_degrees(found.subject, found.declared)
    found.check("in-degrees", f"{len(degrees)} declared" if degrees else "do not apply: no K is declared")
    for d in degrees:
        if d.off:
            findings.append(
                Finding(
                    "in_degree",
                    "warning",
                    f"{d.synapses} has {d.realised:.4g} synapses a neuron, but its weights assume {d.name} "
                    f"= {d.declared:.4g}.",
                    (f"line {d.line}",) if d.line else (),
                    "Certain of both numbers.",
                    f"{d.synapses}.connect(p={d.name}/N_presynaptic)    # now "
                    f"{d.realised / d.declared:.3g} times as many",
                    f"The mean input through {d.synapses} changes by a factor {d.declared / d.realised:.3g}.",
                )
            )
    for r in rounded_delays(found.subject):
        findings.append(
            Finding(
                "delay_rounding",
                "warning" if r.far else "note",
                f"The delay of {r.synapses}, {milli(r.asked_s)} ms, becomes {milli(r.made_s)} ms on the "
                f"grid of dt = {milli(r.dt_s)} ms.",
                (),
                "Certain.",
                f"{r.synapses}.delay = {milli(max(r.made_s, r.dt_s))}*ms    # or a step that divides it",
                "The delay in the run is the one that you read.",
            )
        )
    for m in merged_delays(found.subject):
        findings.append(
            Finding(
                "delay_rounding",
                "warning",
                f"Of {m.asked} delays of {m.synapses}, in steps of {milli(m.step_s)} ms, the grid of "
                f"dt = {milli(m.dt_s)} ms leaves {m.made}: neighbours get the same.",
                (),
                "Certain.",
                f"defaultclock.dt = {milli(m.step_s)}*ms    # or delays in steps of dt",
                "Each delay is another one in the run, too.",
            )
        )
    for line, name in shadowed_builtins(found.subject.source or ""):
        findings.append(
            Finding(
                "shadowed_builtin",
                "warning",
                f"{name}(... for ...) on line {line} is numpy's {name}, which does not understand a generator.",
                (f"line {line}",),
                "Certain: `from brian2 import *` replaces it.",
                f"import builtins; builtins.{name}(...)    # or {name}([...]) with a list",
                "The line does what it says.",
            )
        )
    return findings


def divergence(found: Material, cause_known: bool) -> list[Finding]:
    """The consequence: where and when the first value left its bounds, and the terms of dv/dt there."""
    seen = found.seen
    if seen is None or not grave(found) or seen.nan_at_start:
        return []
    trouble = seen.not_finite or seen.beyond
    assert trouble is not None
    label = found.label(trouble.group)
    about = found.dynamics.get(trouble.group)
    evidence = []
    if seen.beyond and seen.not_finite and seen.beyond.t_s < seen.not_finite.t_s:
        b = seen.beyond
        size = f"{b.value:.4g}" if about is None or b.variables[0] != about.v else about.shown(b.value)
        evidence.append(
            f"first out of bounds: {found.label(b.group)}.{b.variables[0]} = {size}, neuron {b.neuron}, "
            f"{b.t_s * 1e3:.4g} ms"
        )
    terms = ranked_terms(found)
    if terms:
        evidence.append(
            "terms of dv/dt at the last finite state: " + "; ".join(f"{t} = {x:.3g} V/s" for t, x in terms[:4])
        )
    counts = {found.label(n): k for n, k in seen.nan_neurons.items() if k}
    if counts:
        evidence.append(
            "neurons that are not finite when the run was stopped: "
            + ", ".join(f"{k} of {n}" for n, k in counts.items())
        )
        if all(k < 0.05 * len(found.group(n)) for n, k in seen.nan_neurons.items()):
            evidence.append("so few that mean rates look right")
    evidence += refinement_lines(found)
    findings = []
    if not cause_known:
        big = terms[0][0] if terms else "its equations"
        findings.append(
            Finding(
                "runaway",
                "error",
                f"{label} runs away at every step size: the model itself diverges, driven by {big}.",
                tuple(refinement_lines(found)),
                "Certain that a smaller step does not help; the cause is where this term comes from.",
                f"# look at the sign and the size of {big}",
                "",
            )
        )
    what = (
        "is not a number"
        if seen.not_finite
        else f"reaches {measure(trouble.value, found.group(trouble.group).variables[trouble.variables[0]].dim)}"
    )
    findings.append(
        Finding(
            "divergence",
            "error",
            f"{', '.join(f'{label}.{v}' for v in trouble.variables)} {what} in neuron {trouble.neuron} at "
            f"{trouble.t_s * 1e3:.4g} ms, after "
            f"{SLOTS.get(trouble.slot, trouble.slot)}.",
            tuple(evidence),
            "Certain: this is what happens; the findings above say why.",
        )
    )
    return findings
