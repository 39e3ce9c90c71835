"""An exception, read: whether Brian2 raised it, about which object, on which line, and about which statement."""

import re
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import brian2 as b2
from brian2.core.base import BrianObject, BrianObjectException
from brian2.core.names import Nameable

from pipeline.doctor.instruments.caller import INSIDE
from pipeline.doctor.instruments.subject import Subject
from pipeline.doctor.instruments.witness import ProgramError
from pipeline.doctor.refusals.listing import Listing

BRIAN = INSIDE[0]
ELSEWHERE = tuple(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
"""Files of these folders are nobody's: neither Brian2's nor the user's."""

TEXTS = ("code", "condition", "expr", "expression", "eqns", "eqs", "line", "orig_expr", "model")
"""Local names of Brian2 under which it holds the text that it reads."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One level of a traceback."""

    file: str
    line: int
    function: str
    names: Mapping[str, Any]
    all_names: Mapping[str, Any]

    @property
    def owner(self) -> str:
        """'brian', 'doctor', 'user' or '' for a library between them."""
        if self.file.startswith(BRIAN):
            return "brian"
        if self.file.startswith(INSIDE[1]):
            return "doctor"
        return "" if self.file.startswith((*ELSEWHERE, "(string)", "<string>", "<frozen")) else "user"


@dataclass
class Refused:
    """What is known of an exception that Brian2 raised."""

    chain: list[BaseException]
    """The exception that was seen, what caused it, and so on."""
    frames: list[Frame]
    """Of all of these, in the order of calls."""
    names: Mapping[str, Any]
    """What the script sees where it calls Brian2."""
    call: int | None
    """The line of this call, None where it is not known."""
    listing: Listing
    made: Any = None
    """The object that Brian2 speaks of; None where there is none, or where it was not finished."""
    kind: str = ""
    """Its class."""
    unfinished: bool = False
    asked: dict[str, Any] = field(default_factory=dict)
    """Of an object that was not finished: the arguments that it was given."""

    @cached_property
    def part(self) -> Any:
        """The contained object that Brian2 speaks of, as a threshold of a group; else the object."""
        return next((named(e._brian_objname) for e in self.chain if isinstance(e, BrianObjectException)), self.made)

    @cached_property
    def label(self) -> str:
        """The script's name of the object; its class where it has none; 'this script' without an object."""
        if self.unfinished:
            return self.listing.target(self.call) or f"this {self.kind}"
        if self.made is None:
            return "this script"
        return label(self.made, self.names) or self.listing.target(self.line) or str(self.made.name)

    @cached_property
    def line(self) -> int | None:
        """The line on which the object was made."""
        if self.unfinished:
            return self.call
        return None if self.made is None else Subject([], {}, 0.0).line(self.made)

    @property
    def place(self) -> str:
        """'G (line 3)'."""
        return f"{self.label} (line {self.line})" if self.line else self.label

    @cached_property
    def said(self) -> str:
        """All that Brian2 says, with what caused it: Brian2 2.9 tells both in one message, 2.11 in two exceptions."""
        told = [says(e) for e in self.chain if not isinstance(e, BrianObjectException)] or [says(self.chain[-1])]
        parts = [text for n, text in enumerate(told) if not any(text in outer for outer in told[:n])]
        return ": ".join([*(part.strip().removesuffix(".") for part in parts[:-1]), parts[-1]])

    @property
    def message(self) -> str:
        """The same in one line."""
        text = " ".join(self.said.split())
        return text if len(text) < 240 else f"{text[:230]} ..."

    def label_of(self, made: Any) -> str:
        """Return the script's name of another object."""
        return label(made, self.names) or str(made.name)

    def found(self, function: str) -> Mapping[str, Any]:
        """Return the local names of Brian2's innermost call of `function`, none if it was not called."""
        return next((f.names for f in reversed(self.frames) if f.owner == "brian" and f.function == function), {})

    def through(self, function: str) -> bool:
        """Tell whether Brian2 was in `function`."""
        return any(f.owner == "brian" and f.function == function for f in self.frames)

    def end(self, name: str) -> Any:
        """Return the group that synapses begin ('source') or end at, or that an input acts on ('target')."""
        if not self.unfinished:
            return getattr(self.made, name, None)
        given: Any = self.asked.get(name, self.asked.get("target"))
        return (named(given.name) or given) if hasattr(given, "name") else given

    def texts(self) -> Iterator[str]:
        """Yield the texts that Brian2 was reading, the smallest first."""
        for frame in reversed(self.frames):
            for name in TEXTS if frame.owner == "brian" else ():
                text = frame.names.get(name)
                if isinstance(text, str) and text.strip():
                    yield re.sub(r"^_cond = ", "", text.strip())

    def variables(self, made: Any) -> list[str]:
        """Return the variables of an object that a user would set or read, sorted."""
        hidden = ("t_in_timesteps", "N", "dt", "N_incoming", "N_outgoing", "N_pre", "N_post")
        return sorted(n for n in getattr(made, "variables", {}) if not re.search("^_|__private", n) and n not in hidden)

    def parts(self) -> Iterator[tuple[str, str]]:
        """Yield what a statement of the object is, and its text: equations, threshold, reset, on_pre."""
        made = self.made
        for equations in (getattr(made, "equations", None), getattr(made, "event_driven", None)):
            for equation in (equations or {}).values():
                if equation.expr is not None:
                    yield "the equation", written(equation)
        for name, updater in getattr(made, "summed_updaters", {}).items():
            yield "the equation", f"{name} = {updater.expression.code}"
        for event, condition in getattr(made, "events", {}).items():
            yield ("the threshold" if event == "spike" else f"the event {event}"), str(condition)
        for event, code in getattr(made, "event_codes", {}).items():
            yield ("the reset" if event == "spike" else f"the code on {event}"), str(code)
        if isinstance(getattr(made, "_refractory", None), str):
            yield "refractory", made._refractory
        for path in getattr(made, "_pathways", []):
            yield f"on_{path.prepost}", str(path.code)
        for inner in getattr(made, "contained_objects", []):
            if "run_regularly" in inner.name:
                yield "run_regularly", str(inner.abstract_code)


def read(
    error: BaseException, source: str | None, path: Path | None, names: Mapping[str, Any], call: int | None = None
) -> Refused | None:
    """Return what is known of an exception, or None where Brian2 did not raise it.

    `names` and `call`: what the script sees and the line of its call, beside what frames tell.
    """
    if not isinstance(error, Exception) or isinstance(error, (MemoryError, RecursionError)):
        return None
    chain: list[BaseException] = [error]
    while (cause := chain[-1].__cause__) is not None and cause not in chain:
        chain.append(cause)
    inner = next((e for e in reversed(chain) if e.__traceback__ is not None), None)
    owners = [frame.owner for frame in frames(inner.__traceback__ if inner else None) if frame.owner]
    by_brian = isinstance(chain[-1], ProgramError) or (owners and owners[-1] == "brian")
    if not by_brian and not _of_signature(chain[-1]):
        return None
    levels = [frame for e in chain for frame in frames(e.__traceback__)]
    outer = [f for f in levels if f.owner == "user" and (path is None or Path(f.file) == path)]
    seen = {**(outer[-1].all_names if outer else {}), **(outer[-1].names if outer else {}), **names}
    found = Refused(chain, levels, seen, outer[-1].line if outer else call, Listing(source))
    _name_object(found, outer[-1] if outer else None)
    return found


def frames(trace: TracebackType | None) -> list[Frame]:
    """Return the levels of a traceback, the innermost last."""
    found = []
    while trace is not None:
        code, inside = trace.tb_frame.f_code, trace.tb_frame
        found.append(Frame(code.co_filename, trace.tb_lineno, code.co_name, dict(inside.f_locals), inside.f_globals))
        trace = trace.tb_next
    return found


def says(error: BaseException) -> str:
    """Return the message of an exception."""
    if isinstance(error, KeyError) and error.args:
        return str(error.args[0])  # str() would quote it
    return str(error.msg) if isinstance(error, SyntaxError) and error.msg else str(error)


def named(name: str) -> Any:
    """Return the live object of this name, None if there is none."""
    made = (reference() for reference in list(BrianObject.__instances__()))
    return next((o for o in made if o is not None and getattr(o, "_name", None) == name), None)


def whole(part: Any) -> Any:
    """Return the object that the user made, of an object that Brian2 made for it."""
    living = [o for reference in list(BrianObject.__instances__()) if (o := reference()) is not None]
    for _ in range(3):
        above = next((o for o in living if any(c is part for c in getattr(o, "_contained_objects", ()))), None)
        if above is None:
            break
        part = above
    return part


def label(made: Any, names: Mapping[str, Any]) -> str:
    """Return what a script calls an object: G, or groups['pyr'] within a list or dictionary; else ''."""
    visible = {name: value for name, value in names.items() if not name.startswith("_")}
    for name, value in visible.items():
        if isinstance(value, BrianObject) and value.name == made.name:
            return name
    for name, value in visible.items():
        pairs = value.items() if type(value) is dict else enumerate(value) if type(value) in (list, tuple) else ()
        for key, inside in pairs:
            if isinstance(inside, BrianObject) and inside.name == made.name:
                return f"{name}[{key!r}]"
    if isinstance(made, b2.groups.Subgroup):
        return f"{label(made.source, names) or made.source.name}[{made.start}:{made.stop}]"
    return ""


def written(equation: Any) -> str:
    """Return an equation without its unit, as a user writes it."""
    left = f"d{equation.varname}/dt" if equation.type == "differential equation" else equation.varname
    return f"{left} = {equation.expr.code}"


def _of_signature(error: BaseException) -> bool:
    """Tell whether a call of Brian2's did not fit: Python raises that in the frame of the caller."""
    match = re.match(r"(\w+)(\.\w+)?\(\) (missing|got|takes)", str(error)) if isinstance(error, TypeError) else None
    owner = getattr(b2, match[1], None) if match else None
    return str(getattr(owner, "__module__", "")).startswith("brian2.")


def _name_object(found: Refused, caller: Frame | None) -> None:
    """Fill in the object that Brian2 speaks of."""
    outside = next((e for e in found.chain if isinstance(e, BrianObjectException)), None)
    if outside is not None:
        found.made = whole(named(outside._brian_objname))
        found.kind = type(found.made).__name__
        return
    start = found.frames.index(caller) + 1 if caller in found.frames else 0
    for frame in found.frames[start:] if caller is None or caller in found.frames else []:
        thing = frame.names.get("self")
        view = getattr(thing, "group", None) if type(thing).__name__ == "VariableView" else None
        if view is not None:
            thing = named(view.name) or thing
        if frame.function == "__init__" and isinstance(thing, (BrianObject, b2.TimedArray)):
            found.kind, found.unfinished, found.asked = type(thing).__name__, True, dict(frame.names)
            return
        if isinstance(thing, BrianObject) and isinstance(thing, Nameable) and hasattr(thing, "_name"):
            found.made = whole(thing)
            found.kind = type(found.made).__name__
            return
    match = re.match(r"(\w+)\.__init__\(\)", str(found.chain[-1]))
    function = found.frames[-1].names.get("f") if found.frames and found.through("new_f") else None
    owner = getattr(function, "__qualname__", "").partition(".__init__")
    if match is not None or owner[1]:
        found.kind, found.unfinished = (match[1] if match else owner[0]), True
