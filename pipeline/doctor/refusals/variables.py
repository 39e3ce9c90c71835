"""Refusals about variables that an object does not have: set by a statement, read or set by the script, recorded."""

import ast
import difflib
import re

import brian2 as b2

from pipeline.doctor.refusals.refused import Refused, named
from pipeline.doctor.refusals.row import Match, Row, Told, plain
from pipeline.doctor.refusals.unknown import where


def array(refused: Refused, match: Match) -> Told:
    """Say that a name is an array, which equations cannot read."""
    name = match["name"]
    what, statement = where(refused, name)
    return Told(
        f"{name}, which {what or 'a statement'} of {refused.place} reads, is an array; equations read single numbers.",
        f"{name} : 1 (constant)    # in the model, with its unit\n{refused.label}.{name} = values    # one a neuron",
        "For values that change over time: TimedArray(values, dt=...) and name(t) in the equation.",
        (statement,) if statement else (),
    )


def written_to(refused: Refused, match: Match) -> Told:
    """Say that a statement sets a variable that is not there."""
    name = match["name"]
    line = refused.found("make_statements").get("line")
    what, statement = where(refused, name)
    statement = statement or str(getattr(line, "code", ""))
    stem = re.sub(r"_(pre|post)$", "", name)
    end = getattr(refused.made, "source" if name.endswith("_pre") else "target", None) or refused.made
    variables = [n for n in refused.variables(end) if n not in ("i", "t")]
    holder = refused.label_of(end) if end is not None else refused.label
    says = f"{what or 'A statement'} of {refused.place} changes {name}, and {holder} has no variable {stem}"
    says += f"; it has {', '.join(sorted(variables))}." if variables else "."
    close = difflib.get_close_matches(stem, variables, 1, 0.6)
    better = re.sub(rf"\b{name}\b", name.replace(stem, close[0]), statement) if close else ""
    return Told(says[0].upper() + says[1:], better or f"{stem} : 1    # in the model of {holder}", "", (statement,))


def attribute(refused: Refused, match: Match) -> Told:
    """Say that an object has no variable of the name that is set or read."""
    name = match["name"]
    variables = refused.variables(refused.made)
    call = refused.listing.text(refused.call)
    close = difflib.get_close_matches(name, variables, 1, 0.5)
    children = getattr(getattr(refused.made, "morphology", None), "children", None)
    variables += sorted(getattr(children, "_given_name", {}).values())
    says = f"{refused.place} has no variable {name}; it has {', '.join(variables)}."
    better = re.sub(rf"\b{name}\b", close[0], call) if close else f"{name} : 1    # in the model, with its unit"
    return Told(says, better, "", (call,))


def recorded(refused: Refused, match: Match) -> Told:
    """Say that a monitor, or set_states, names a variable that its group does not have."""
    name = match["name"]
    source = refused.asked.get("source") if refused.unfinished else refused.made
    source = (named(source.name) or source) if source is not None else None
    if source is None:
        return Told(f"{refused.place} names {name}, which is no variable.")
    variables = refused.variables(source)
    close = difflib.get_close_matches(name, variables, 1, 0.5)
    call = refused.listing.text(refused.call)
    says = f"{refused.place} names {name!r}, and {refused.label_of(source)} has no such variable; it has "
    better = re.sub(rf"\b{name}\b", close[0], call) if close else ""
    return Told(f"{says}{', '.join(variables)}.", better or f"{name} : 1    # in the model", "", (call,))


def row_of_monitor(refused: Refused, match: Match) -> Told:
    """Say that what a monitor recorded was read by the number of a neuron, where rows count those recorded."""
    call = refused.listing.text(refused.call)
    for node in ast.walk(ast.parse(call.strip())):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute):
            holder = ast.unparse(node.value.value)
            if isinstance(refused.names.get(holder), b2.StateMonitor):
                return Told(
                    f"{holder} records {match['size']} of the neurons, and its {node.value.attr} has a row for each of "
                    f"these, counted from 0: there is no row {match['row']}.",
                    f"{holder}[{match['row']}].{node.value.attr}    # by the number of the neuron, if it was recorded",
                    "",
                    (call,),
                )
    says = f"Line {refused.call} names element {match['row']} of an array of {match['size']}: they are counted from 0."
    return Told(says, "", "", (call,))


ROWS = (
    Row("IndexError", r"index (?P<row>-?\d+) is out of bounds for axis 0 with size (?P<size>\d+)$", row_of_monitor),
    Row("KeyError", r"Variable (?P<name>\w+) was found in the namespace", array),
    Row("KeyError", r"^(?P<name>\w+)$", written_to, "make_statements"),
    Row(
        "TypeError",
        r"based on a string index, the value has to be a string or a scalar",
        plain(
            "Line {call!r} sets those of {place} for which a condition holds, and gives a list of values.",
            "{label}.v[indices] = values    # by numbers; behind a condition one number, or a text as '2*rand()'",
        ),
    ),
    Row(
        "ValueError",
        r"could not broadcast input array from shape \((?P<rows>\d+), ?(?P<columns>\d+)\)",
        plain(
            "{call!r} gives {place} a matrix of {rows} x {columns}; synapses are one row of values, in the order in "
            "which they were made.",
            "{label}.w = matrix[{label}.i[:], {label}.j[:]]    # rows are presynaptic",
        ),
    ),
    Row(
        "TypeError",
        r"Cannot link variable '(?P<name>\w+)', it has to be marked",
        plain("{name} of {place} is a parameter of its own, and {call!r} links it.", "{name} : 1 (linked)"),
    ),
)
KEYS = (
    Row("AttributeError", r'variable with name "(?P<name>\w+)"', attribute),
    Row("AttributeError", r"No attribute with name (?P<name>\w+)", attribute),
    Row("KeyError", r"^(?P<name>\w+)$", recorded, "import_data"),
    Row("KeyError", r"^(?P<name>\w+)$", recorded, "__getitem__"),
)
"""To be looked at after all others: a missing key may mean many things."""
