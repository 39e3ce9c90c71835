"""What a script did before its run: the objects that it made, the variables that it assigned, Brian2's own warnings."""

import functools
import inspect
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import brian2 as b2
import numpy as np
from brian2.core.base import BrianObject
from brian2.core.variables import VariableView
from brian2.synapses.synapses import SynapticSubgroup
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.instruments.caller import NUMBERS, Constants, line_of, names_of, numbers_of, user_frame
from pipeline.doctor.instruments.hearing import Logged, hearing

ACTING = (b2.Synapses, b2.PoissonInput, b2.NetworkOperation)
"""Kinds of objects that do something to others."""


class ProgramError(NotImplementedError):
    """What Brian2 refuses in standalone mode, raised by what stands in for that."""


@dataclass(frozen=True)
class Made:
    """A group or synapses, as their maker left them."""

    line: int | None
    constants: Constants
    """The numbers that the maker could see, in SI units."""


@dataclass(frozen=True)
class Lost:
    """An object that is gone and never was in a network that ran."""

    name: str
    kind: str
    line: int | None
    ends: tuple["weakref.ref[Any]", ...]
    """The groups that it connects or feeds."""


@dataclass(frozen=True)
class Assigned:
    """A value given to a variable of an object before the run."""

    line: int | None
    text: str | None
    """The expression, where it is one."""
    whole: bool
    """All its values were set, not some."""
    matrix: tuple[str, tuple[int, int]] | None = None
    """The name and shape of the matrix of the script whose rows, one after the other, the values are."""
    one_for: int = 0
    """Of how many neurons (or synapses) all got this one number; 0 where each got its own."""
    single: bool = False
    """The variable has one value for all."""
    at: frozenset[int] | None = None
    """Which neurons or compartments of the whole group got it; None of synapses, and where a condition says which."""


@dataclass(frozen=True)
class Connected:
    """A call of connect()."""

    line: int | None
    p: float | None
    """The probability of a connection, None where it is not given, or differs between pairs."""
    condition: str
    """The text of its condition, '' where it has none."""


@dataclass(frozen=True)
class Early:
    """A text that read a variable of neurons which nothing had set yet, and which was 0 everywhere."""

    reader: str
    what: str
    line: int | None
    owner: str
    variable: str


@dataclass(frozen=True)
class Undone:
    """A value that was set since the last run and that restore() replaced."""

    owner: str
    variable: str
    line: int | None
    restored: int | None


@dataclass
class Witness:
    """All that was seen."""

    made: "WeakKeyDictionary[Any, Made]" = field(default_factory=WeakKeyDictionary)
    lost: list[Lost] = field(default_factory=list)
    assigned: dict[tuple[str, str], list[Assigned]] = field(default_factory=dict)
    """By names of the object and of the variable."""
    connected: "WeakKeyDictionary[Any, list[Connected]]" = field(default_factory=WeakKeyDictionary)
    """By synapses: each connect()."""
    early: list[Early] = field(default_factory=list)
    undone: list[Undone] = field(default_factory=list)
    """Of the run that comes next."""
    set_since: dict[tuple[str, str], tuple[int | None, Any]] = field(default_factory=dict)
    """What was assigned since the last run: the line of the last assignment, and the variable."""
    stray: list[tuple[str, str, int | None]] = field(default_factory=list)
    """Name of the synapses, attribute and line of assignments to a part of synapses, which keeps none."""
    logged: list[Logged] = field(default_factory=list)


_witness: Witness | None = None


def present(objects: Iterable[Any]) -> Witness | None:
    """Return what the last watch has seen, None where it saw none of these objects made."""
    if _witness is None or not any(one in _witness.made for one in objects):
        return None
    return _witness


def has_run() -> None:
    """Note that a run is over."""
    if _witness is not None:
        _witness.set_since.clear()
        _witness.undone.clear()


@contextmanager
def watching() -> Iterator[None]:
    """While open, note what a script makes and assigns, and what Brian2 warns of; kept until the next watch opens."""
    global _witness
    _witness = witness = Witness()
    creation, deletion, assignment = BrianObject.__init__, BrianObject.__del__, VariableView.set_item
    connection, restoring = b2.Synapses.connect, b2.Network.restore
    arguments_of = inspect.signature(connection).bind

    def creating(self: Any, *arguments: Any, **keywords: Any) -> None:
        creation(self, *arguments, **keywords)
        frame = user_frame()
        constants = numbers_of(names_of(frame)) if isinstance(self, (b2.NeuronGroup, b2.Synapses)) else {}
        for key in [key for key in witness.assigned if key[0] == self.name]:  # another object had its name
            del witness.assigned[key]
        witness.made[self] = Made(line_of(frame), constants)

    def deleting(self: Any) -> None:
        if isinstance(self, ACTING) and getattr(self, "_network", "") is None:
            made = witness.made.get(self)
            line = None if made is None else made.line
            ends = tuple(weakref.ref(end) for end in ends_of(self))
            witness.lost.append(Lost(self.name, type(self).__name__, line, ends))
        deletion(self)

    def assigning(self: Any, item: Any, value: Any, level: int = 0, namespace: Any = None) -> None:
        frame = user_frame()
        line = line_of(frame)
        if isinstance(value, str):
            witness.early.extend(_early(witness, self.group, self.name, line, (value,)))
        assignment(self, item, value, level + 1, namespace)
        whole = (isinstance(item, slice) and item == slice(None)) or (isinstance(item, str) and item == "True")
        matrix = _matrix(names_of(frame), value) if whole and isinstance(self.group, b2.Synapses) else None
        owner = str(getattr(self.variable.owner, "name", self.group_name))  # of a part, the whole
        text = value if isinstance(value, str) else None
        alone = text is None and np.ndim(value) == 0 and not self.variable.scalar
        one = Assigned(
            line, text, whole, matrix, len(self.group) if alone else 0, self.variable.scalar, _at(self, item)
        )
        witness.assigned.setdefault((owner, str(self.variable.name)), []).append(one)
        witness.set_since[owner, str(self.variable.name)] = line, self.variable
        witness.undone[:] = [one for one in witness.undone if (one.owner, one.variable) != (owner, self.variable.name)]

    @functools.wraps(restoring)
    def putting_back(self: Any, *arguments: Any, **keywords: Any) -> None:
        frame = user_frame()
        before = {key: np.array(variable.get_value()) for key, (_, variable) in witness.set_since.items()}
        restoring(self, *arguments, **keywords)
        for (owner, name), (line, variable) in witness.set_since.items():
            if not np.array_equal(before[owner, name], variable.get_value(), equal_nan=True):
                witness.undone.append(Undone(owner, name, line, line_of(frame)))
        witness.set_since.clear()

    @functools.wraps(connection)
    def connecting(self: Any, *arguments: Any, level: int = 0, **keywords: Any) -> None:
        frame = user_frame()
        given = arguments_of(self, *arguments, **keywords).arguments
        texts = [text for key in ("condition", "j", "p", "n") if isinstance(text := given.get(key), str)]
        witness.early.extend(_early(witness, self, "connect", line_of(frame), texts))
        connection(self, *arguments, level=level + 1, **keywords)
        p, condition = given.get("p"), given.get("condition")
        if isinstance(p, str):
            p = _value(p, names_of(frame) | {"N_pre": len(self.source), "N_post": len(self.target)})
        one = Connected(
            line_of(frame),
            float(p) if isinstance(p, NUMBERS) and np.ndim(p) == 0 else None,
            condition if isinstance(condition, str) else "",
        )
        witness.connected.setdefault(self, []).append(one)

    def straying(self: Any, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        synapses = self.__dict__.get("synapses")
        if synapses is not None and not name.startswith("_") and name.rstrip("_") in synapses.variables:
            frame = user_frame()
            witness.stray.append((str(synapses.name), name, line_of(frame)))

    SynapticSubgroup.__setattr__ = straying
    BrianObject.__init__, BrianObject.__del__, VariableView.set_item = creating, deleting, assigning
    b2.Synapses.connect, b2.Network.restore = connecting, putting_back
    try:
        with hearing(witness.logged, placed=True):
            yield
    finally:
        del SynapticSubgroup.__setattr__
        BrianObject.__init__, BrianObject.__del__, VariableView.set_item = creation, deletion, assignment
        b2.Synapses.connect, b2.Network.restore = connection, restoring


def _matrix(names: Mapping[str, Any], value: Any) -> tuple[str, tuple[int, int]] | None:
    """Return the matrix whose rows, one after the other and times a number, are these values; None if there is none."""
    if np.ndim(value) != 1 or np.size(value) < 2:
        return None
    flat = np.asarray(value, float)
    for name, other in names.items():
        if not isinstance(other, np.ndarray) or other.ndim != 2 or other.size != flat.size or not np.ptp(other):
            continue
        rows = np.asarray(other, float).ravel()
        at = int(np.argmax(np.abs(rows)))
        if rows[at] and np.allclose(flat, rows * (flat[at] / rows[at]), rtol=1e-6, atol=0):
            return name, (int(other.shape[0]), int(other.shape[1]))
    return None


def _early(witness: Witness, reader: Any, what: str, line: int | None, texts: Iterable[str]) -> Iterator[Early]:
    """Yield the variables of neurons that texts read before anything has set them, each 0 for all neurons."""
    synapses = reader if isinstance(reader, b2.Synapses) else getattr(reader, "synapses", None)
    for name in sorted(set().union(*map(get_identifiers, texts))):
        stem, _, end = name.rpartition("_") if name.endswith(("_pre", "_post")) else (name, "", "post")
        if synapses is not None and name in synapses.equations:
            continue
        owner = root(reader) if synapses is None else root(synapses.source if end == "pre" else synapses.target)
        equation = getattr(owner, "equations", {}).get(stem)
        if equation is None or equation.type != "parameter" or (owner.name, stem) in witness.assigned:
            continue
        if stem == what or np.any(np.asarray(owner.variables[stem].get_value())):
            continue
        yield Early(reader.name if synapses is None else synapses.name, what, line, owner.name, stem)


def _value(text: str, names: Mapping[str, Any]) -> Any:
    """Return what a text of numbers and their names alone gives; None for any other."""
    try:
        return eval(text, {"__builtins__": {}}, numbers_of(names))  # noqa: S307 (of numbers alone)
    except Exception:  # it is of variables of neurons, or random
        return None


def _at(view: VariableView, item: Any) -> frozenset[int] | None:
    """Return which neurons of the whole group an assignment is of, None where that is not known, or of synapses."""
    if isinstance(item, str) or isinstance(view.group, (b2.Synapses, SynapticSubgroup)) or view.variable.scalar:
        return None
    return frozenset(np.atleast_1d(view.indexing(item, view.index_var)).tolist())


def ends_of(made: Any) -> tuple[Any, ...]:
    """Return the groups that an object connects, feeds or records; none of an object that was half made."""
    if isinstance(made, b2.Synapses):
        return root(made.source), root(made.target)
    for name in ("_group", "source"):
        end = getattr(made, name, None)
        if hasattr(end, "variables"):
            return (root(end),)
    return ()


def span(part: Any) -> tuple[int, int]:
    """Return the first neuron of a group, or of a part of one, in the whole group, and the one after its last."""
    return getattr(part, "start", 0), getattr(part, "stop", len(part))


def root(group: Any) -> Any:
    """Return the group itself, or the group of which it is a part; never the proxy by which others know it."""
    whole = group.source if isinstance(group, b2.groups.Subgroup) else group
    return whole.before_run.__self__  # a proxy hands out methods of what it stands for
