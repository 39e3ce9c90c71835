"""Refusals about names: one that has no value where Brian2 looks for it, and why not."""

import difflib
import re
from collections.abc import Iterator, Mapping
from numbers import Number
from typing import Any

import brian2 as b2
import numpy as np
from brian2.core.base import BrianObject
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.instruments.subject import split
from pipeline.doctor.refusals.refused import Refused
from pipeline.doctor.refusals.row import Match, Row, Told

INSTEAD = {
    "heaviside": "int(x > 0)", "max": "clip(x, low, inf)", "min": "clip(x, -inf, high)", "maximum": "clip(x, low, inf)",
    "minimum": "clip(x, -inf, high)", "power": "x**y", "square": "x**2", "round": "floor(x + 0.5)", "pow": "x**y",
    "where": "int(x > 0)*a + int(x <= 0)*b", "random": "rand()", "uniform": "low + (high - low)*rand()",
    "normal": "mean + sigma*randn()", "fabs": "abs(x)", "sec": "second", "msec": "ms", "sech": "1/cosh(x)",
    "math": "exp(x)", "np": "exp(x)", "numpy": "exp(x)", "sigmoid": "1/(1 + exp(-x))", "relu": "clip(x, 0, inf)",
}  # fmt: skip
"""Names that Python or NumPy know and equations do not, and what equations have for them."""


def unknown(refused: Refused, match: Match) -> Told:
    """Say which name has no value, in which statement, why it is not seen, and how it is."""
    name = match["name"]
    what, statement = where(refused, name)
    inside = f"{what} of {refused.place}" if what else refused.place
    quotes = (statement,) if statement else ()
    used = _via(refused, name, statement)
    begin = f"{name}, which {used} needs, has no value for {inside}" if used else f"{name} has no value for {inside}"
    for told in (_linked, _in_other_namespace, _of_neurons, _of_python, _in_function, _later):
        found = told(refused, name)
        if found is not None:
            return Told(f"{begin}: {found[0]}", found[1], "", quotes)
    is_called = re.search(rf"\b{name}\s*\(", statement) is not None
    candidates = set(DEFAULT_FUNCTIONS) if is_called else _candidates(refused)
    close = difflib.get_close_matches(name, sorted(candidates), 3, 0.6)
    if is_called and not close:
        return Told(
            f"{begin}: equations know no function of this name.",
            f"@check_units(x=1, result=1)    # the units of each argument and of the result\ndef {name}(x):\n    ...",
            "Functions of NumPy and SciPy work within it where the target is numpy.",
            quotes,
        )
    if close:
        better = re.sub(rf"\b{name}\b", close[0], statement) if statement else ""
        others = f" (or {' or '.join(close[1:])})" if close[1:] else ""
        return Told(f"{begin}. Did you mean {close[0]}{others}?", better, "", quotes)
    also = [name, *sorted(_valueless(refused) - {name})]
    return Told(
        f"{begin}: nothing in the script is called so, neither a variable of the model nor a constant.",
        "\n".join(f"{missing} = ...    # with its unit, before the run" for missing in also),
        "",
        quotes,
    )


def where(refused: Refused, name: str) -> tuple[str, str]:
    """Return what uses a name, and the statement; empty where it cannot be told."""
    if refused.through("set_with_expression_conditional") or refused.through("set_with_expression"):
        return "", refused.listing.text(refused.call)
    if refused.through("connect"):
        return "", refused.listing.text(refused.call)
    parts = list(_all_parts(refused))
    for what, text in parts:
        for statement in split(text):
            if name in get_identifiers(statement.partition("=")[2] if what == "the equation" else statement):
                return what, statement
    for what, text in parts:  # by way of an equation of the neurons that it reads
        for used in get_identifiers(text):
            if name in _behind(refused, used):
                return what, next(statement for statement in split(text) if used in get_identifiers(statement))
    return "", ""


def _via(refused: Refused, name: str, statement: str) -> str:
    """Return the variable of the neurons by way of which a statement reads a name, empty where it reads it itself."""
    names = get_identifiers(statement)
    return "" if name in names else next((used for used in sorted(names) if name in _behind(refused, used)), "")


def _all_parts(refused: Refused) -> Iterator[tuple[str, str]]:
    part = getattr(refused.part, "prepost", None)
    found = list(refused.parts())
    yield from (pair for pair in found if part and pair[0] == f"on_{part}")
    yield from found


def _behind(refused: Refused, used: str) -> set[str]:
    """Return the names that an equation of the neurons reads, and those behind it, of a name as soft_post."""
    variable = getattr(refused.made, "variables", {}).get(used)
    todo, seen = [variable], set()
    while todo:
        variable = todo.pop()
        for name in getattr(variable, "identifiers", ()):
            if name not in seen:
                seen.add(name)
                todo.append(getattr(getattr(variable, "owner", None), "variables", {}).get(name))
    return seen


def _candidates(refused: Refused) -> set[str]:
    constants = {n for n, v in refused.names.items() if isinstance(v, (Number, np.ndarray)) and not n.startswith("_")}
    own = {n for n in getattr(refused.made, "variables", {}) if not n.startswith("_")}
    units = {n for n in constants if isinstance(refused.names[n], b2.Unit)}
    return (constants - units) | own | set(getattr(refused.made, "namespace", None) or {})


def _valueless(refused: Refused) -> set[str]:
    """Return the names in equations of the object that nothing gives a value."""
    texts = [text for what, text in refused.parts() if what == "the equation"]
    used = set().union(*(get_identifiers(text.partition("=")[2]) for text in texts)) if texts else set()
    known = {*refused.names, *getattr(refused.made, "variables", {}), *(getattr(refused.made, "namespace", None) or {})}
    return {n for n in used - known - set(DEFAULT_FUNCTIONS) if not hasattr(b2, n) and not n.startswith("xi")}


def _linked(refused: Refused, name: str) -> tuple[str, str] | None:
    equation = getattr(refused.made, "equations", {}).get(name)
    if equation is None or "linked" not in equation.flags:
        return None
    return "it is declared (linked) and was never linked.", f"{refused.label}.{name} = linked_var(other, '{name}')"


def _in_other_namespace(refused: Refused, name: str) -> tuple[str, str] | None:
    """Where the dictionary that another object was given as its namespace has the name."""
    own = getattr(refused.made, "namespace", None) or {}
    for other in _objects(refused):
        theirs = getattr(other, "namespace", None)
        if other.name == getattr(refused.made, "name", "") or not isinstance(theirs, Mapping) or name not in theirs:
            continue
        holder = refused.label_of(other)
        spelled = next((n for n, v in refused.names.items() if v is theirs and not n.startswith("_")), "")
        whose = spelled or f"{holder}.namespace"
        missing = sorted(_missing(refused, theirs))
        ours = next((n for n, v in refused.names.items() if v is own and own and not n.startswith("_")), "")
        more = f", **{ours}" if ours else "".join(f", {k!r}: {v!r}" for k, v in own.items())
        also = f" The same holds for {', '.join(m for m in missing if m != name)}." if set(missing) - {name} else ""
        says = (
            f"it is in the namespace of {holder}, and {refused.label} has its own: each object sees only its own one."
        )
        given = f"namespace={{**{whose}{more}}}" if own else f"namespace={whose}"
        return says + also, f"{refused.label} = {refused.kind}(..., {given})"
    return None


def _objects(refused: Refused) -> list[Any]:
    """Return the objects that the script sees, and those that synapses connect."""
    found = [value for value in refused.names.values() if isinstance(value, BrianObject)]
    ends = [getattr(refused.made, end, None) for end in ("source", "target")]
    return found + [end for end in ends if end is not None and hasattr(end, "namespace")]


def _missing(refused: Refused, theirs: Mapping[str, Any]) -> set[str]:
    """Return the names of another namespace that the object's statements need."""
    used = set().union(*(get_identifiers(text) for _, text in refused.parts()))
    needed = used.union(*(_behind(refused, n) for n in used))
    own = {**refused.names, **(getattr(refused.made, "namespace", None) or {})}
    return {n for n in needed if n in theirs and n not in own and n not in getattr(refused.made, "variables", {})}


def _of_neurons(refused: Refused, name: str) -> tuple[str, str] | None:
    """Where the name would be a variable of the neurons that synapses connect."""
    stem, _, suffix = name.rpartition("_")
    source, target = getattr(refused.made, "source", None), getattr(refused.made, "target", None)
    if source is None or target is None or isinstance(refused.made, b2.groups.Subgroup):
        return None
    for end, mine in ((source, "pre"), (target, "post")):
        variables = refused.variables(end)
        if suffix == mine:
            close = difflib.get_close_matches(stem, variables, 1, 0.6)
            if not close and difflib.get_close_matches(name, sorted(_candidates(refused)), 1, 0.6):
                return None  # a constant as tau_post, then
            says = (
                f"{refused.label_of(end)}, where these synapses {'begin' if mine == 'pre' else 'end'}, has no variable "
            )
            says += f"{stem}; it has {', '.join(sorted(variables))}."
            return says, f"{close[0]}_{mine}" if close else f"{stem} : 1    # in the model of {refused.label_of(end)}"
        if name in variables and mine == "pre":
            return f"it is a variable of {refused.label_of(end)}, where these synapses begin.", f"{name}_pre"
    return None


def _of_python(refused: Refused, name: str) -> tuple[str, str] | None:
    """Where Python knows the name as something that equations cannot use."""
    if name == "lastupdate":
        return (
            "Brian2 keeps it only for synapses with event-driven equations.",
            "lastupdate : second    # in the model\nlastupdate = t         # as the last statement of on_pre",
        )
    value = refused.names.get(name)
    if name in INSTEAD and not isinstance(value, Number):
        return "it is no name that equations know.", INSTEAD[name]
    if value is None:
        return None
    if callable(value) and not isinstance(value, BrianObject):
        return (
            "it is a function that does not say which units it takes and returns.",
            f"@check_units(x=1, result=1)    # the units of each argument and of the result\ndef {name}(x):\n    ...",
        )
    if not isinstance(value, (Number, np.ndarray)):
        return (
            f"in the script it is no number but a {type(value).__name__}.",
            f"{name} = ...    # a number with its unit",
        )
    return None


def _in_function(refused: Refused, name: str) -> tuple[str, str] | None:
    """Where only a function gives the name a value, and the run is not in that function."""
    bindings = refused.listing.bindings(name)
    if not bindings or not all(binding.inside for binding in bindings):
        return None
    first = bindings[0]
    maker = refused.kind or "NeuronGroup"
    return (
        f"only the function {first.inside} (line {first.line}) knows it, and the run is outside of it.",
        f"{maker}(..., namespace={{'{name}': {name}}})    # in {first.inside}",
    )


def _later(refused: Refused, name: str) -> tuple[str, str] | None:
    """Where the name gets its value after the call."""
    lines = [binding.line for binding in refused.listing.bindings(name) if not binding.inside]
    if not lines or refused.call is None or min(lines) <= refused.call or name in refused.names:
        return None
    return (
        f"it gets one only on line {min(lines)}, after line {refused.call}.",
        f"{refused.listing.text(min(lines))}    # before line {refused.call}",
    )


ROWS = (Row("KeyError", r'identifier "(?P<name>\w+)" could not be resolved', unknown),)
