"""Sizes that are out of scale: start values, events that move v by nothing, single inputs that fire a neuron."""

import brian2 as b2
import numpy as np
from brian2.core.variables import ArrayVariable

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.dynamics import Dynamics
from pipeline.doctor.instruments.events import Event
from pipeline.doctor.instruments.material import Material, grave
from pipeline.doctor.instruments.sizes import measure
from pipeline.doctor.instruments.subject import in_degree
from pipeline.doctor.instruments.witness import root

FAR_V = 0.02
NOTHING_V = 1e-4
"""What all inputs of a neuron together, each once, must move v by to be of any use."""
WHOLE_F = 1e-8
"""A capacitance beyond is no neuron's but that of a square centimetre."""
ENOUGH = 20
FEW = 4
"""Compartments."""
TOGETHER_S = 0.02
"""Events of one synapse within that time act together."""


def forgotten_starts(found: Material) -> list[Finding]:
    """Groups whose v was never set and is still 0, where Brian2 puts it, beyond threshold or far from rest."""
    findings = []
    for name, reach in found.starts_v.items():
        about, rest, group = found.dynamics[name], found.rests.get(name), found.group(name)
        if reach != (0.0, 0.0) or found.subject.start_s > 0 or _assigned(found, name, about.potential):
            continue
        now = about.now(range(len(group)))
        beyond = bool(np.all(about.evaluate(about.threshold, now))) and found.kinds[name] == "reset"
        far = rest is not None and rest.why_not is None and rest.v < -FAR_V * about.frame.per_volt
        if not beyond and not (far and about.in_volts):
            continue
        label, spikes = found.label(name), ", and all neurons spike in the first step." if beyond else "."
        at = about.shown(rest.v) if rest is not None and rest.why_not is None else "E_L"
        says = f"{about.v} of {label} starts at 0, where Brian2 puts it"
        says += f", while it rests at {at}" if rest is not None and rest.why_not is None else ""
        findings.append(
            Finding(
                "forgotten_start",
                "warning",
                f"{says}: no initial value was set{spikes}",
                (f"{found.subject.place(group)}: threshold = {group.events.get('spike', 'none')!r}",),
                "Certain: all variables are 0 when a group is made.",
                f"{label}.{about.v} = {at.replace(' ', '*')}    # or spread from rest to threshold",
                "The run starts from rest, without a volley of all neurons at once.",
            )
        )
    return findings


def _assigned(found: Material, name: str, variable: str) -> bool:
    witness = found.subject.witness
    return witness is not None and (name, variable) in witness.assigned


def light_events(found: Material) -> list[Finding]:
    """Groups that no projection can move: all their inputs at once are less than NOTHING_V."""
    findings = []
    for group in found.subject.neurons:
        onto = [
            (e, in_degree(found.subject.pathway(e.pathway)))
            for e in found.events
            if e.why_not is None and _target(found, e) == group.name
        ]
        silent = found.seen is not None and group.name in found.seen.spiking and found.seen.spiking[group.name].n == 0
        all_v = sum(abs(event.at_rest_v) * n * _together(found, event) for event, n in onto)
        if not onto or not silent or all_v > NOTHING_V:
            continue
        label, about = found.label(group.name), found.dynamics[group.name]
        large = [(n, x) for n, x in _capacitances(found, group.name) if x > WHOLE_F]
        findings.append(
            Finding(
                "weight_scale",
                "error",
                f"{label} cannot be moved by its synapses: all of them at once change v by "
                f"{about.shown(all_v * about.frame.per_volt)}.",
                (
                    *(f"{e.synapses}: one event moves v by {e.shown(e.at_rest)}, {n:.3g} a neuron" for e, n in onto),
                    *(f"{name} = {b2.Quantity(x, dim=b2.farad.dim)} is that of 1 cm2 of membrane" for name, x in large),
                ),
                "Certain of the size; which factor is wrong only you can tell.",
                "# per area or for a whole cell, but both alike: (1*uF/cm**2)*area goes with weights in nS,\n"
                "# 1*uF and mS (for 1 cm2) with weights in mS",
                "Events move v by fractions of a millivolt to some.",
            )
        )
    return findings


def _capacitances(found: Material, name: str) -> list[tuple[str, float]]:
    about = found.dynamics[name]
    names = [n for n, x in found.subject.namespace.items() if isinstance(x, b2.Quantity) and x.dim == b2.farad.dim]
    return [(n, about.external[n]) for n in names if n in about.external]


def _target(found: Material, event: Event) -> str:
    return str(root(found.subject.pathway(event.pathway).target).name)


def _together(found: Material, event: Event) -> float:
    """Return how many events of one synapse come within TOGETHER_S, at least 1."""
    seen, source = found.seen, root(found.subject.pathway(event.pathway).source)
    count = seen.spiking.get(source.name) if seen else None
    if seen is None or count is None:
        return 1.0
    return max(1.0, count.n / len(source) * TOGETHER_S / max(seen.end_s - seen.start_s, 1e-9))


def strong_inputs(found: Material) -> list[Finding]:
    """Excitatory events each of which fires a neuron alone, where a neuron has many of them."""
    findings = []
    for event in found.events:
        if event.why_not is not None or event.at_rest <= 0 or event.repels:
            continue
        name = _target(found, event)
        about, n = found.dynamics[name], in_degree(found.subject.pathway(event.pathway))
        threshold = found.group(name).events.get("spike")
        if threshold is None or n < ENOUGH or about.v is None or found.kinds[name] != "reset":
            continue
        top, bottom = about.level, about.reset
        if top is not None and bottom is not None and event.at_rest < top - bottom:  # a bias may rest just below it
            continue
        starts = {"rest": event.rest_v} | ({"its reset": bottom} if bottom is not None else {})
        begin = next((word for word, v in starts.items() if not _fires(about, threshold, v)), None)
        if begin is None or not _fires(about, threshold, starts[begin] + event.at_rest):
            continue
        findings.append(
            Finding(
                "strong_inputs",
                "warning",
                f"One event of {event.synapses} fires a neuron of {event.target} from {begin}, and each has {n:.3g} "
                "such synapses.",
                (f"an event moves v by {event.shown(event.at_rest)}; threshold = {threshold!r}",),
                "Certain of the numbers; whether it is meant, only you know.",
                f"{event.synapses}.connect(j='i')    # one to one; or connect(p=...), or a smaller weight",
                "A spike of the source is one among many, or one source has one target.",
            )
        )
    return findings


def _fires(about: Dynamics, threshold: str, v: float) -> bool:
    """Tell whether a neuron fires with its potential at v."""
    return bool(np.all(about.evaluate(threshold, about.now([0]) | {about.potential: np.full(1, v)})))


def flooded_cables(found: Material) -> list[Finding]:
    """Cables with a current injected into each compartment."""
    findings = []
    for group in found.subject.neurons:
        if not isinstance(group, b2.SpatialNeuron) or len(group) < FEW:
            continue
        for name, equation in group.user_equations.items():
            variable = group.variables.get(name)  # Brian2 takes the flag (point current) away; the unit stays
            injected = (
                equation.type == "parameter" and isinstance(variable, ArrayVariable) and variable.dim == b2.amp.dim
            )
            if not injected:
                continue
            current = np.asarray(group.variables[name].get_value())
            if not np.all(current) or np.ptp(current):
                continue
            label = found.subject.label(group)
            one, whole = (measure(x, b2.amp.dim) for x in (float(current[0]), float(current.sum())))
            findings.append(
                Finding(
                    "flooded_cable",
                    "error" if grave(found) else "warning",
                    f"{name} = {one} goes into each of the {len(group)} compartments of {label}: {whole} in all.",
                    (found.subject.place(group),),
                    "Certain of the sum; an electrode is in one compartment.",
                    f"{label}.{name}[0] = {one.replace(' ', '*')}    # or {label}.main.{name}, at one place",
                    "The potential is highest where the current goes in, and decays from there.",
                )
            )
    return findings
