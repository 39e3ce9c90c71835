"""What a script does in the wrong order: reads what it sets later, sets what it puts back, changes what is fixed."""

import dis
from typing import Any

import brian2 as b2

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.constants import used
from pipeline.doctor.instruments.material import Material


def out_of_order(found: Material) -> list[Finding]:
    """All of this module."""
    return [*read_early(found), *put_back(found), *frozen(found)]


def read_early(found: Material) -> list[Finding]:
    """Texts of connect() or of a value that read a variable of neurons before the script sets it, while all are 0."""
    witness, present, findings = found.subject.witness, _present(found), []
    if witness is None:
        return []
    told: set[tuple[str, str, int | None]] = set()
    for one in witness.early:
        later = witness.assigned.get((one.owner, one.variable))
        if not later or one.reader not in present or one.owner not in present:
            continue
        if (one.reader, one.what, one.line) in told:  # one variable for all that a text reads
            continue
        told.add((one.reader, one.what, one.line))
        reader, owner = found.subject.label(present[one.reader]), found.subject.label(present[one.owner])
        findings.append(
            Finding(
                "read_early",
                "error" if one.what in ("connect", "delay") else "warning",  # a value may be that of no input
                f"{one.what} of {reader} reads {one.variable} of {owner} while that is still 0 everywhere: it is set "
                f"later, on line {later[0].line}.",
                _lines(found, one.line, later[0].line),
                "Certain: all assignments were watched, and a text is evaluated at once.",
                f"{owner}.{one.variable} = ...    # before line {one.line}",
                f"{one.what} goes by the values that are meant.",
            )
        )
    return findings


def put_back(found: Material) -> list[Finding]:
    """Values that the script set since the last run, and that restore() has put back to those of the stored state."""
    witness, present, findings = found.subject.witness, _present(found), []
    for one in witness.undone if witness else ():
        if one.owner not in present:
            continue
        label = found.subject.label(present[one.owner])
        findings.append(
            Finding(
                "put_back",
                "error",
                f"What line {one.line} sets as {one.variable} of {label} is gone before the run: restore() on line "
                f"{one.restored} puts back all values that were stored.",
                _lines(found, one.line, one.restored),
                "Certain: the values before and after restore() were compared.",
                f"restore()\n{label}.{one.variable} = ...    # after it",
                "Each run has the value that is meant.",
            )
        )
    return findings


def frozen(found: Material) -> list[Finding]:
    """Names of the script that a network operation sets anew, and that equations read once, when the run begins."""
    constants: dict[str, Any] = {}
    for made in _present(found).values():
        constants |= {name: made for name in used(found.subject, made) if name not in constants}
    findings = []
    for operation in found.subject.all_objects:
        if not isinstance(operation, b2.NetworkOperation):
            continue
        for name in sorted(_rebound(operation.function) & set(constants)):
            reader = found.subject.label(constants[name])
            findings.append(
                Finding(
                    "frozen_constant",
                    "error",
                    f"{name}, which {found.subject.label(operation)} changes in the run, is a constant for {reader}: "
                    "its value is taken once, when the run begins.",
                    (f"{found.subject.place(constants[name])} reads {name}",),
                    "Certain: names of the script become numbers when the run begins.",
                    f"{name} : ... (shared)    # in the model of {reader}\n"
                    f"{reader}.{name} = ...    # in the network operation",
                    f"{reader} follows {name}.",
                )
            )
    return findings


def _present(found: Material) -> dict[str, Any]:
    """Return groups with equations and synapses by their names."""
    return {made.name: made for made in [*found.subject.neurons, *found.subject.synapses]}


def _lines(found: Material, *lines: int | None) -> tuple[str, ...]:
    return tuple(f"line {line}: {found.subject.written(line)}" for line in lines)


def _rebound(function: Any) -> set[str]:
    """Return the names outside of a function that it assigns to."""
    code = getattr(function, "__code__", None)
    if code is None:
        return set()
    outer = set(code.co_freevars)
    return {
        str(one.argval)
        for one in dis.get_instructions(code)
        if one.opname == "STORE_GLOBAL" or (one.opname == "STORE_DEREF" and one.argval in outer)
    }
