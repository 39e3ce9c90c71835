"""Whose variable a name in the code of events is: the receiver's where the sender's is meant."""

import re
from typing import Any

from brian2.core.variables import ArrayVariable
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.subject import assigned, in_target, read_by_events, statements, written_out
from pipeline.doctor.instruments.witness import root


def receivers(found: Material) -> list[Finding]:
    """Events whose strength is a variable of the receiver that spikes move, while the sender has the same variable.

    Brian2 takes a name without _pre or _post for that of the target.
    """
    findings = []
    for made in found.subject.synapses:
        for when, statement in statements(made):
            left, right = written_out(statement)
            moved = in_target(left)
            if when != "pre" or left in made.equations or moved not in root(made.target).variables:
                continue
            for name in sorted(get_identifiers(right) - {moved}):
                if _of_spikes(found, made, name):
                    findings.append(_receiver(found, made, name, statement))
                    break
    return findings


def summed_of_others(found: Material) -> list[Finding]:
    """Code of synapses that reads, without an end, a sum which these synapses make of the sender."""
    findings = []
    for made in found.subject.synapses:
        codes = [path.code for path in made._pathways]
        codes += [code for _, group, code in found.subject.regular_code() if group.name == made.name]
        for name in sorted(one.removesuffix("_pre") for one in made.summed_updaters if one.endswith("_pre")):
            code = next((one for one in codes if name in get_identifiers(one)), None)
            if code is None or name in made.equations or f"{name}_post" in made.summed_updaters:
                continue
            findings.append(_sum_of_other(found, made, name, code))
    return findings


def _sum_of_other(found: Material, made: Any, name: str, code: str) -> Finding:
    label = found.subject.label(made)
    return Finding(
        "receiver_state",
        "warning",
        f"{label} sums {name} of the neuron that sends, and its code reads {name} of the one that receives: without "
        "_pre or _post a name is the receiver's.",
        (f"{found.subject.place(made)}: {name}_pre = ... : ... (summed)", code.strip()),
        "Certain of whose variable it is; whether it is meant, only you know.",
        re.sub(rf"\b{name}\b", f"{name}_pre", code.strip()),
        f"Each synapse goes by the {name} of its own sender.",
    )


def _of_spikes(found: Material, made: Any, name: str) -> bool:
    """Tell whether a name in on_pre means the target's, and its neurons' spikes move it, there and in the source."""
    source, target = root(made.source), root(made.target)
    about = found.dynamics.get(target.name)
    if name in made.equations or about is None or name == about.v or f"{name}_pre" in read_by_events(made):
        return False
    if not all(isinstance(end.variables.get(name), ArrayVariable) for end in (source, target)):
        return False
    return all(name in set().union(*map(assigned, end.event_codes.values())) for end in (source, target))


def _receiver(found: Material, made: Any, name: str, statement: str) -> Finding:
    label, target = found.subject.label(made), found.subject.label(root(made.target))
    sent = re.sub(rf"\b{name}\b", f"{name}_pre", statement)
    return Finding(
        "receiver_state",
        "warning",
        f"How strong an event of {label} is hangs on {name} of the neuron that receives it, which that neuron's own "
        f"spikes change: in on_pre, {name} without _pre or _post is the target's.",
        (
            f"{found.subject.place(made)}: {statement}",
            *(f"reset of {target}: {code.strip()}" for code in root(made.target).event_codes.values()),
        ),
        "Certain of whose variable it is; whether it is meant, only you know.",
        f"on_pre = '{sent}'    # of the neuron that fires",
        f"Events are as strong as {name} of the neuron that sends them says.",
    )
