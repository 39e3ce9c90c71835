"""What a spike does to its own neuron: a reset is an event, too, and what (unless refractory) holds stands still."""

import numpy as np

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.dynamics import Dynamics, Values
from pipeline.doctor.instruments.material import Material, grave
from pipeline.doctor.instruments.subject import assigned, set_in_target, split, written_out
from pipeline.doctor.instruments.witness import root

FEW, PART = 5, 0.1
"""How often at least, and for which part of the spikes, v reaches the threshold while a neuron is refractory."""


def of_spikes(found: Material) -> list[Finding]:
    """All of this module."""
    return [*exciting(found), *held(found), *not_held(found), *never_refractory(found)]


def exciting(found: Material) -> list[Finding]:
    """Resets that add to a variable which drives v up: each spike excites its own neuron."""
    findings = []
    for name, about in found.dynamics.items():
        group = found.group(name)
        if about.v is None or found.kinds.get(name) != "reset" or about.level is None or about.reset is None:
            continue
        here = about.now(np.zeros(2, int)) | {about.v: np.array([about.reset, about.level])}
        for statement in split(group.event_codes.get("spike", "")):
            variable = next(iter(assigned(statement)), "")
            if variable not in about.states or variable == about.v:
                continue
            jump = _jump(about, variable, statement, here)
            if not (jump * _push(about, variable, here) > 0).all():
                continue
            findings.append(
                Finding(
                    "self_excitation",
                    "warning",
                    f"Each spike of {found.label(name)} excites its own neuron: the reset makes {variable} "
                    f"{'larger' if jump[0] > 0 else 'smaller'}, and that drives {about.v} up.",
                    (
                        f"{found.subject.place(group)}: {statement}",
                        f"d{about.v}/dt = {about.expressions[about.v]}",
                    ),
                    "Certain of the sign: dv/dt was evaluated at reset and threshold; an adaptation has the other.",
                    f"d{about.v}/dt = (... - {variable})/...    # or the other sign in the reset",
                    "A neuron that fires is held back, not driven on.",
                )
            )
    return findings


def _jump(about: Dynamics, variable: str, statement: str, here: Values) -> np.ndarray:
    """Return by how much a statement of the reset changes a variable, with v at reset and at threshold."""
    _, value = written_out(statement)
    return np.asarray(np.broadcast_to(about.evaluate(value, dict(here)), 2) - here[variable])


def _push(about: Dynamics, variable: str, here: Values) -> np.ndarray:
    """Return the sign of d(dv/dt)/d(variable), with v at reset and at threshold."""
    step = np.maximum(1e-3 * np.abs(here[variable]), 1e-3 if about.dimensionless(variable) else about.scale(variable))
    more = {**here, variable: here[variable] + step}
    return np.asarray(np.sign(np.broadcast_to(about.difference(about.potential, more, here), 2)))


def not_held(found: Material) -> list[Finding]:
    """Neurons with a reset whose v goes on to the threshold while they are refractory, so that they fire at its end."""
    findings = []
    for name, about in found.dynamics.items():
        group = found.group(name)
        count = found.seen.spiking.get(name) if found.seen else None
        if count is None or about.v is None or about.level is None or found.kinds.get(name) != "reset" or grave(found):
            continue
        often = count.crossings_refractory
        if "unless refractory" in group.equations[about.v].flags or often < max(FEW, PART * count.n):
            continue
        findings.append(
            Finding(
                "refractory_not_held",
                "warning",
                f"{about.v} of {found.label(name)} goes on while a neuron is refractory: {often} times, for {count.n} "
                f"spikes, it reached the threshold {about.shown(about.level)}, and fired as soon as it could.",
                (f"refractory = {group._refractory} at {found.subject.place(group)}; no (unless refractory)",),
                "Certain: seen in the run.",
                f"d{about.v}/dt = ... : ... (unless refractory)",
                f"{about.v} is held at its reset value as long as the neuron is refractory.",
            )
        )
    return findings


def held(found: Material) -> list[Finding]:
    """Variables that events add to and that (unless refractory) holds: what arrives meanwhile is lost."""
    findings = []
    for group in found.subject.neurons:
        about = found.dynamics.get(group.name)
        if about is None or group._refractory is False:
            continue
        still = {
            name
            for name, equation in group.user_equations.items()
            if "unless refractory" in equation.flags and name != about.v
        }
        for path in [path for path in found.subject.pathways() if root(path.target).name == group.name]:
            for name in sorted(still & set_in_target(path.code)):
                still.discard(name)
                findings.append(
                    Finding(
                        "events_while_refractory",
                        "warning",
                        f"Events of {found.subject.label(path.synapses)} are lost while a neuron of "
                        f"{found.subject.label(group)} is refractory, and {name} stands still: its equation has "
                        "(unless refractory).",
                        (f"{found.subject.place(group)}: d{name}/dt = {about.expressions[name]}",),
                        "Certain: Brian2 neither integrates such a variable nor lets events write it then.",
                        f"d{name}/dt = ... : ...    # (unless refractory) after the equation of {about.v or 'v'} alone",
                        "Input goes on while the neuron is refractory.",
                    )
                )
    return findings


def never_refractory(found: Material) -> list[Finding]:
    """Conditions of refractoriness that the reset ends at once, so that no neuron is ever refractory."""
    findings = []
    for name, about in found.dynamics.items():
        group = found.group(name)
        if not isinstance(group._refractory, str) or about.v is None or found.kinds.get(name) != "reset":
            continue
        if about.reset is None or about.v not in about.reads(group._refractory):
            continue
        here = about.now(np.arange(len(group))) | {about.v: np.full(len(group), about.reset)}
        holds = np.asarray(about.evaluate(group._refractory, here))
        if holds.dtype != bool or holds.any():
            continue
        findings.append(
            Finding(
                "never_refractory",
                "warning",
                f"{found.label(name)} is never refractory: its condition does not hold after the reset, to "
                f"{about.shown(about.reset)}.",
                (f"refractory = {group._refractory!r} at {found.subject.place(group)}",),
                "Certain: the condition was evaluated after the reset.",
                "NeuronGroup(..., refractory=2*ms)    # a condition on v is for models without a reset of v",
                "Neurons pause after a spike.",
            )
        )
    return findings
