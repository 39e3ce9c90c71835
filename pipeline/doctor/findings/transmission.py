"""What synapses pass on: nothing of the sender's spikes, a value in place of a sum, or before the spike was sent."""

from typing import Any

import numpy as np
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.sizes import milli
from pipeline.doctor.instruments.subject import in_degree, in_target, set_in_target, statements, written_out
from pipeline.doctor.instruments.witness import root


def passed_on(found: Material) -> list[Finding]:
    """All of this module."""
    return [*deaf(found), *replacing(found), *backwards(found)]


def deaf(found: Material) -> list[Finding]:
    """Synapses whose events are spikes of the target alone, and change the target alone."""
    findings = []
    for made in found.subject.synapses:
        codes = [path.code for path in made._pathways]
        if made.summed_updaters or not codes or any(path.prepost == "pre" for path in made._pathways):
            continue
        names = set().union(*map(get_identifiers, codes))
        of_sender = any(name.endswith("_pre") or name == "i" for name in names)
        changed = set().union(*map(set_in_target, codes))
        if of_sender or not changed <= set(root(made.target).variables) or changed & set(made.equations):
            continue
        label, code = found.subject.label(made), codes[0].strip()
        sender, receiver = found.subject.label(made.source), found.subject.label(made.target)
        findings.append(
            Finding(
                "deaf",
                "warning",
                f"Spikes of {sender} do nothing through {label}: its code runs at spikes of {receiver}, and changes "
                f"{receiver}.",
                (f"{found.subject.place(made)}: on_post = {code!r}",),
                "Certain of the code; whether it is meant, only you know.",
                f"{label} = Synapses(..., on_pre={code!r})    # at spikes of the neuron that sends",
                f"Spikes of {sender} act on {receiver}.",
            )
        )
    return findings


def replacing(found: Material) -> list[Finding]:
    """Events that set a synaptic variable of a neuron with several inputs, where they would add to it."""
    findings = []
    for made in found.subject.synapses:
        about = found.dynamics.get(root(made.target).name)
        if about is None or about.v is None or in_degree(made) <= 1:
            continue
        for when, statement in statements(made):
            name, value = written_out(statement)
            variable = in_target(name)
            if when != "pre" or name in made.equations or variable not in about.states or variable == about.v:
                continue
            if variable not in about.reads(about.expressions[about.v]):
                continue
            if {variable, f"{variable}_post"} & get_identifiers(value):
                continue
            findings.append(_replacing(found, made, variable, name, value))
    return findings


def _replacing(found: Material, made: Any, variable: str, name: str, value: str) -> Finding:
    label = found.subject.label(made)
    return Finding(
        "replaced_input",
        "warning",
        f"An event of {label} sets {variable} of its target, whatever it was: of several events the last counts, and "
        "they do not add up.",
        (f"{found.subject.place(made)}: {name} = {value}", f"a neuron has {in_degree(made):.3g} such synapses"),
        "Certain of the code; a synapse that saturates may be meant so.",
        f"on_pre = '{name} += {value}'",
        f"Events add to {variable}.",
    )


def backwards(found: Material) -> list[Finding]:
    """Delays below 0, for which Brian2 has no place in its queue: such events arrive at some other time."""
    findings = []
    for path in found.subject.pathways():
        delays = np.atleast_1d(path.variables["delay"].get_value())
        before = int((delays < -path.clock.dt_ / 2).sum())
        if not before:
            continue
        label = found.subject.label(path.synapses)
        findings.append(
            Finding(
                "negative_delay",
                "error",
                f"{before} of {len(delays)} delays of {label} are below 0, down to {milli(delays.min())} ms: Brian2 "
                "lets such events arrive at another time, without a word.",
                (found.subject.place(path.synapses),),
                "Certain: all delays were looked at.",
                f"{label}.delay = 'clip(..., 0.1*ms, inf*ms)'    # or a distribution that is never below 0",
                "Events arrive after the spike that they are of.",
            )
        )
    return findings
