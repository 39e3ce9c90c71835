"""A census of effects: what of all that a script made acts on something, by who reads and who writes each variable."""

import gc
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import brian2 as b2
import numpy as np
from brian2.core.base import BrianObject
from brian2.core.network import _get_all_objects
from brian2.core.variables import ArrayVariable
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.instruments.subject import Subject, split
from pipeline.doctor.instruments.witness import ends_of

ACTING = b2.Synapses, b2.PoissonInput, b2.EventMonitor, b2.StateMonitor, b2.PopulationRateMonitor
"""What acts on groups or records them, and so belongs into their network."""

Key = tuple[str, str]
"""An object's name and its variable's."""


@dataclass(frozen=True)
class Absent:
    """An object between groups of the network that is no part of it."""

    label: str
    kind: str
    line: int | None
    ends: tuple[str, ...]
    gone: bool
    """No variable holds it: Python has thrown it away."""
    made: Callable[[], Any]
    """The object, where it is still there."""


@dataclass
class Census:
    """Who reads and who writes each variable, and what follows from that."""

    read: dict[Key, set[str]] = field(default_factory=dict)
    """By variable: names of the objects whose equations or code read it."""
    written: dict[Key, set[str]] = field(default_factory=dict)
    set_anew: dict[Key, set[str]] = field(default_factory=dict)
    """Written by an assignment that forgets what was there."""
    recorded: set[Key] = field(default_factory=set)
    absent: list[Absent] = field(default_factory=list)
    idle: list[Any] = field(default_factory=list)
    """Synapses that change nothing outside themselves."""
    empty: list[Any] = field(default_factory=list)
    """Synapses objects that connect no two neurons."""
    unread: list[tuple[Any, str]] = field(default_factory=list)
    """Synapses and those of their variables that nothing reads."""
    unused: list[tuple[Any, str]] = field(default_factory=list)
    """Objects and parameters that the script sets, and that nothing reads."""
    unset: list[tuple[Any, str]] = field(default_factory=list)
    """Objects and parameters that equations or events read, which are 0 everywhere and which nothing ever set."""


def census(subject: Subject) -> Census:
    """Return the census of a network; nothing in it changes."""
    found = Census()
    _equations(subject, found)
    _operations(subject, found)
    found.absent = _absent(subject)
    source = subject.source or ""
    for made in subject.synapses:
        own = {key for key in found.written if made.name in found.written[key]}
        outside = any(
            key[0] != made.name or found.read.get(key, set()) - {made.name} or key in found.recorded for key in own
        )
        elsewhere = any(
            readers - {made.name} or key in found.recorded for key, readers in found.read.items() if key[0] == made.name
        )
        if not len(made):
            found.empty.append(made)
        elif not outside and not elsewhere and not (made._pathways and _read_by_python(made, own, source)):
            found.idle.append(made)
        found.unread += [
            (made, name)
            for name, equation in made.equations.items()
            if equation.type == "subexpression"
            and (made.name, name) not in found.read
            and (made.name, name) not in found.recorded
        ]
    watched = subject.witness is not None
    for made in [*subject.neurons, *subject.synapses] if watched else ():
        for name, equation in made.equations.items():
            key = (made.name, name)
            waits = equation.type == "parameter" and key in found.read and key not in found.written
            if waits and _all_zero(made, name) and not _set_by_python(subject, made, name, source):
                found.unset.append((made, name))
            idle = equation.type == "parameter" and key not in found.read and key not in found.recorded
            assigned = subject.witness.assigned.get(key, []) if subject.witness else []
            given = any(one.line != subject.line(made) for one in assigned)  # Brian2 sets a cable's own as it is made
            if idle and given and not _mentioned(name, source):
                found.unused.append((made, name))
    return found


def key_of(group: Any, name: str) -> Key | None:
    """Return whose variable a name means in code of a group or of synapses; None if it is none."""
    variable = group.variables.get(name)
    owner = getattr(variable, "owner", None)
    return None if owner is None else (str(owner.name), str(variable.name))


def _note(table: dict[Key, set[str]], group: Any, names: set[str], by: str) -> None:
    for name in names:
        key = key_of(group, name)
        if key is not None:
            table.setdefault(key, set()).add(by)


def _code(found: Census, group: Any, code: str, by: str) -> None:
    """Note what statements read and write; `x += y` writes x, and reads y alone."""
    for statement in split(code):
        left, operation, right = re.match(r"^\s*(?:(\w+)\s*([-+*/]?=)(?!=))?(.*)$", statement).groups()  # type: ignore[union-attr]
        if left is not None and operation is not None:
            _note(found.written, group, {left}, by)
            if operation == "=" and left not in get_identifiers(right or ""):
                _note(found.set_anew, group, {left}, by)
        _note(found.read, group, get_identifiers(right or ""), by)


def _equations(subject: Subject, found: Census) -> None:
    for made in subject.all_objects:
        if not isinstance(made, (b2.NeuronGroup, b2.Synapses)):
            continue
        sets = [made.equations] + ([made.event_driven] if getattr(made, "event_driven", None) is not None else [])
        for name, equation in [pair for one in sets for pair in one.items()]:
            if equation.expr is not None:
                _note(found.read, made, get_identifiers(equation.expr.code) - {name}, made.name)
            if equation.type == "differential equation":
                _note(found.written, made, {name}, made.name)
        for text in [*getattr(made, "events", {}).values(), getattr(made, "_refractory", None)]:
            if isinstance(text, str):
                _note(found.read, made, get_identifiers(text), made.name)
        for code in getattr(made, "event_codes", {}).values():
            _code(found, made, code, made.name)
        for path in getattr(made, "_pathways", []):
            _code(found, made, path.code, made.name)
        for name, updater in getattr(made, "summed_updaters", {}).items():
            _note(found.written, made, {name}, made.name)
            _note(found.read, made, get_identifiers(str(updater.expression.code)), made.name)


def _operations(subject: Subject, found: Census) -> None:
    for made, group, code in subject.operations():
        _code(found, group, code, made.name)
    for made in subject.all_objects:
        for name in getattr(made, "record_variables", None) or ():
            key = key_of(made.source, name)
            if key is not None:
                found.recorded.add(key)


def held_by_networks() -> set[int]:
    """Return the id() of each object that any network holds now, whether it has run or not."""
    networks = [network for reference in b2.Network.__instances__() if (network := reference()) is not None]
    return {id(made) for network in networks for made in _get_all_objects(set(network.objects))}


def _absent(subject: Subject) -> list[Absent]:
    gc.collect()  # what a script made and forgot is lost now, not later
    inside = {id(made) for made in subject.all_objects}
    held = held_by_networks()
    found = []
    for reference in BrianObject.__instances__():
        made = reference()
        if not isinstance(made, ACTING) or id(made) in inside or id(made) in held:
            continue
        if made._network is not None or made._scope_key != BrianObject._scope_current_key:
            continue
        ends = ends_of(made)
        if ends and all(id(end) in inside for end in ends):
            names = tuple(subject.label(end) for end in ends)
            found.append(Absent(subject.label(made), type(made).__name__, subject.line(made), names, False, reference))
    for lost in subject.witness.lost if subject.witness else ():
        ends = tuple(end() for end in lost.ends)
        if ends and all(end is not None and id(end) in inside for end in ends):
            names = tuple(subject.label(end) for end in ends)
            found.append(Absent(lost.name, lost.kind, lost.line, names, True, lambda: None))
    return sorted(found, key=lambda one: (one.line or 0, one.label))


def _read_by_python(made: Any, own: set[Key], source: str) -> bool:
    """Tell whether the script itself looks at what synapses compute for themselves, as who studies a rule does."""
    names = {name for owner, name in own if owner == made.name} | set(made.equations.diff_eq_names)
    return any(re.search(rf"\.{re.escape(name)}_?\b(?!\s*(\[.*\])?\s*=[^=])", source) for name in names)


def _mentioned(name: str, source: str) -> bool:
    """Tell whether a script names a variable anywhere but where it declares and where it sets it.

    In text it may be part of a condition of connect, or of a value that is set.
    """
    code = re.sub(r"#.*", "", source)
    declared = rf"^[^\S\n]*(?:[\w.]+\s*=\s*)?[^\w\n]*{re.escape(name)}\s*:(?!=)"
    code = re.sub(declared, "", code, flags=re.MULTILINE)
    code = re.sub(rf"\.{re.escape(name)}_?\b\s*(\[[^\]]*\])?\s*[-+*/]?=(?!=)", "", code)
    return re.search(rf"\b{re.escape(name)}(_pre|_post)?_?\b", code) is not None


def _set_by_python(subject: Subject, made: Any, name: str, source: str) -> bool:
    """Tell whether the script assigned a variable, or may do so while the network runs."""
    assert subject.witness is not None
    if (made.name, name) in subject.witness.assigned:
        return True
    return re.search(rf"\.{re.escape(name)}_?\b\s*(\[.*\])?\s*[-+*/]?=(?!=)", source) is not None


def _all_zero(made: Any, name: str) -> bool:
    variable = made.variables[name]
    if not isinstance(variable, ArrayVariable):  # a link to an expression
        return False
    value = np.asarray(variable.get_value())
    return bool(value.size) and value.dtype.kind in "fiu" and not np.any(value)
