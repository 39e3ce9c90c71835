"""What is read and was never set, and what is set and never read."""

import re
from difflib import get_close_matches
from typing import Any

from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.material import Material, grave
from pipeline.doctor.instruments.subject import split, traces, written_out


def unset(found: Material, named: str) -> list[Finding]:
    """Parameters that equations or events read and that are 0, since nothing ever set them; none that are `named`."""
    findings = []
    elsewhere = {name for _, name in found.census.written} | _set_elsewhere(found)
    for made, name in found.census.unset:
        if name in elsewhere and not hasattr(made, "_pathways"):  # groups that share equations do not all use them
            continue
        if re.search(rf"\b{name} of ", named):
            continue
        label, synaptic = found.subject.label(made), hasattr(made, "_pathways")
        if (
            not synaptic
            and made.name not in found.quiet
            and not (made.name in found.dynamics and found.dynamics[made.name].drives(name))
        ):
            continue
        count = f"all {len(made)} synapses" if synaptic else f"all {len(made)} neurons"
        nothing = (made.name, name) in found.waiting
        findings.append(
            Finding(
                "never_set",
                "error" if nothing else "note" if synaptic and _in_events(made, name) else "warning",
                f"{name} of {label} is 0 in {count}: nothing in the script sets it."
                + (" These synapses do nothing." if nothing else ""),
                (found.subject.place(made),),
                "Certain: all assignments were watched. Brian2 makes all variables 0.",
                f"{label}.{name} = ...    # after the last connect()" if synaptic else f"{label}.{name} = ...",
                "It has the value that its equation needs.",
            )
        )
    return findings


def dead(found: Material) -> list[Finding]:
    """States of neurons that dv/dt reads, that begin at 0, and that nothing ever moves from there."""
    findings, seen = [], found.seen
    if any(not one.kind.endswith("Monitor") for one in found.census.absent):  # what is left out may be what moves them
        return []
    elsewhere = {name for (_, name), by in found.census.written.items() if by - set(found.dynamics)}
    elsewhere |= _set_elsewhere(found)
    for group, about in found.dynamics.items():
        reach = seen.ranges.get(group, {}) if seen else {}
        if about.v is None or found.subject.operated or grave(found):
            continue
        for name in [n for n in about.reads(about.expressions[about.v]) if n in about.states and n != about.v]:
            if reach.get(name) != (0.0, 0.0) or name in elsewhere or name in found.subject.set_in(found.group(group)):
                continue
            label = found.label(group)
            findings.append(
                Finding(
                    "never_set",
                    "warning",
                    f"{name} of {label} stays 0: no event, no reset and no line of the script ever adds to it.",
                    (
                        found.subject.place(found.group(group)),
                        f"d{name}/dt = {about.expressions[name]}: 0 at 0",
                        f"d{about.v}/dt reads it",
                    ),
                    "Certain: what all events write was followed, and it was 0 in the whole run.",
                    f"on_pre='{name}_post += w'    # in the synapses that are meant to change it",
                    f"{name} acts on {about.v}.",
                )
            )
    return findings


def empty_at_first(found: Material) -> list[Finding]:
    """States of synapses that begin at 0, where Brian2 puts them, and without which no event does anything."""
    findings, given = [], _set_elsewhere(found)
    for made in found.subject.synapses:
        for name in sorted(name for name in traces(made) if (made.name, name) in found.waiting and name not in given):
            label = found.subject.label(made)
            findings.append(
                Finding(
                    "never_set",
                    "warning",
                    f"{name} of {label} starts at 0, where Brian2 puts it: no event does anything until it has grown.",
                    (found.subject.place(made), "an event was tried with it at 0 and at 1"),
                    "Certain: all assignments were watched, and it rests elsewhere than at 0.",
                    f"{label}.{name} = 1    # where it rests, after the last connect()",
                    "Synapses act from the first spike on.",
                )
            )
    return findings


def unused(found: Material) -> list[Finding]:
    """Parameters that the script sets and that no equation, event or monitor reads."""
    findings = []
    elsewhere = {name for _, name in found.census.read}
    for made, name in found.census.unused:
        if name in elsewhere:  # groups that share equations do not all use them
            continue
        label, witness = found.subject.label(made), found.subject.witness
        lines = sorted({one.line for one in witness.assigned[made.name, name] if one.line}) if witness else []
        findings.append(
            Finding(
                "never_read",
                "warning",
                f"{name} of {label} is set, and nothing reads it: whatever its value, the network does the same.",
                (found.subject.place(made), f"set on line {', '.join(map(str, lines))}"),
                "Certain: what all equations, events and monitors read was followed.",
                f"... int({name})*...    # in the equation or statement that it should switch"
                if made.variables[name].is_boolean
                else f"...*{name}    # in the equation or statement that it belongs to",
                f"What {label} does hangs on {name}.",
            )
        )
    return findings


def nowhere(found: Material) -> list[Finding]:
    """Assignments in resets, events and regular code to names that are no variable, and that nothing there reads."""
    codes = [(group, f"the reset of {found.subject.label(group)}", code)
             for group in found.subject.neurons for code in group.event_codes.values()]  # fmt: skip
    codes += [(made, f"on_{path.prepost} of {found.subject.label(made)}", path.code)
              for made in found.subject.synapses for path in made._pathways]  # fmt: skip
    codes += [(group, f"what {found.subject.label(group)} runs regularly", code)
              for _, group, code in found.subject.regular_code()]  # fmt: skip
    findings = []
    for owner, where, code in codes:
        parts = [written_out(statement) for statement in split(code) if re.match(r"\s*\w+\s*=(?!=)", statement)]
        read = set().union(*(get_identifiers(written_out(statement)[1]) for statement in split(code)))
        for name in dict.fromkeys(name for name, _ in parts if name not in owner.variables and name not in read):
            there = sorted(one for one in (owner.equations.names if owner.equations else ()))
            near = get_close_matches(name, there, 1, 0.4)
            findings.append(
                Finding(
                    "lost_assignment",
                    "error",
                    f"{name} = ... in {where} changes nothing: there is no variable {name}, so it is a name of this "
                    "code alone, which nothing reads.",
                    (found.subject.place(owner), *(f"{name} = {value}" for one, value in parts if one == name)),
                    f"Certain. Variables there are: {', '.join(there) or 'none'}.",
                    f"{near[0] if near else '...'} = {dict(parts)[name]}",
                    "The variable changes that is meant.",
                )
            )
    return findings


def _set_elsewhere(found: Material) -> set[str]:
    """Return the variables that the script sets in any object."""
    return {name for _, name in found.subject.witness.assigned} if found.subject.witness else set()


def _in_events(made: Any, name: str) -> bool:
    return any(re.search(rf"\b{name}\b", path.code) for path in made._pathways)
