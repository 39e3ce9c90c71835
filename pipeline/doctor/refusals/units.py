"""Refusals about units: in an equation or a statement, in an assignment, in a call."""

import ast
import inspect
import re
from typing import Any

import brian2 as b2
from brian2.core.variables import Constant
from brian2.parsing.statements import parse_statement
from brian2.units.fundamentalunits import DIMENSIONLESS, get_dimensions

from pipeline.doctor.refusals.dimensions import Clash, Question, Repair, number_with, told, unit
from pipeline.doctor.refusals.refused import Refused, whole, written
from pipeline.doctor.refusals.row import Match, Row, Told, plain


def _asked(refused: Refused) -> tuple[Question, str, str] | None:
    """Return the expression whose units Brian2 found not to fit, the statement around it, and what it sets."""
    if inside := refused.found("check_units_statements"):
        line = str(inside["line"]).strip()
        name, op, expression, _ = parse_statement(line)
        if op != "=":
            expression = f"{name} {op[0]} ({expression})"
        variables = inside["variables"]
        condition = name == "_cond"
        if condition:
            line = str(getattr(refused.made, "events", {}).get(getattr(refused.part, "event", "spike"), expression))
            expression = line
        expected = get_dimensions(variables[name]) if name in variables and not condition else None
        return Question(str(expression), variables, expected), line, "" if condition else str(name)
    if inside := refused.found("check_dimensions"):
        equation = refused.found("check_units").get("eq")
        statement = written(equation) if equation is not None else str(inside["expression"])
        name = str(equation.varname) if equation is not None else ""
        return Question(str(inside["expression"]), inside["variables"], inside["dimensions"]), statement, name
    updater = refused.part
    if type(updater).__name__ == "SummedVariableUpdater":
        code = updater.expression.code
        variables = _resolved(refused, updater.expression.identifiers)
        statement = f"{updater.target_varname} = {code}"
        return Question(code, variables, updater.target_var.dim), statement, str(updater.target_varname)
    if inside := refused.found("parse_expression_dimensions"):
        text = inside.get("orig_expr")
        if isinstance(text, str):
            return Question(text, inside["variables"]), text, ""
    return None


def _resolved(refused: Refused, names: set[str]) -> dict[str, Any]:
    return dict(refused.made.resolve_all(names, refused.names))


def inconsistent(refused: Refused, match: Match) -> Told:
    """Say which terms of an equation or a statement do not fit, and which name or number explains it."""
    asked = _asked(refused)
    if asked is None or (clash := asked[0].clash()) is None:
        return Told(f"The units in {refused.place} do not fit: {refused.message}")
    question, statement, name = asked
    meaning = _meaning(refused, clash, statement)
    noise = next((n for n in question.variables if re.match(r"xi(_|$)", n)), None)
    if noise is not None and re.search(rf"\b{noise}\b", f"{clash.left} {clash.right}"):
        says = f"{meaning} Noise ({noise}) has second**-0.5: it is multiplied by a size and the root of a rate."
        return Told(says, f"sigma*sqrt(2/tau)*{noise}    # sigma in the unit of {name}", "", (statement,))
    if (density := _density(refused, statement)) is not None:
        return density
    if (better := question.bracketed()) is not None:
        says = f"{meaning} What comes after * is not divided by: a/b*c is (a/b)*c."
        return Told(says, statement.replace(question.expression.strip(), better), "", (statement,))
    repairs = [r for r in question.repairs() if r.text != name]
    first = next((r for r in repairs if r.has is DIMENSIONLESS), repairs[0] if repairs else None)
    expected = question.expected
    whole_dim = question.dimension(question.expression)
    missing_time = whole_dim is not None and expected is not None and expected is whole_dim / b2.second.dim
    if missing_time and (first is None or first.number or first.has is not DIMENSIONLESS):
        right = statement.partition("=")[2].strip()
        says = f"{meaning} The right side of d{name}/dt is not divided by a time."
        return Told(
            says, f"d{name}/dt = ({right})/tau : {unit(whole_dim)[0]}\ntau = 10*ms    # or as it is", "", (statement,)
        )
    if first is None and clash.right.startswith("the argument of"):
        function = clash.right.split()[-1]
        handy = unit(clash.left_dim if clash.right_dim is DIMENSIONLESS else clash.right_dim)[1]
        sign = "/" if clash.right_dim is DIMENSIONLESS else "*"
        better = f"{function}(({clash.left}){sign}{'(' if sign == '/' else ''}1*{handy}{')' if sign == '/' else ''})"
        return Told(meaning, better, "", (statement,))
    if first is None:
        right = question.expression.strip()
        lacking = not clash.right and clash.left_dim is DIMENSIONLESS and statement.endswith(right)
        with_unit = number_with(right, unit(clash.right_dim)[1])
        return Told(meaning, f"{statement.removesuffix(right)}{with_unit}" if lacking else "", "", (statement,))
    says, instead, quotes = _blame(refused, first, question, statement)
    return Told(f"{meaning} {says}", instead, "", (statement, *quotes))


def _density(refused: Refused, statement: str) -> Told | None:
    """Say which current in amp is a part of Im of a cable, which is a current by area; None where none is."""
    equations = getattr(refused.made, "equations", {})
    if not isinstance(refused.made, b2.SpatialNeuron) or "Im" not in equations or equations["Im"].expr is None:
        return None
    read = equations["Im"].expr.identifiers
    name = next((n for n in sorted(read) if n in equations and equations[n].dim is b2.amp.dim), None)
    if name is None:
        return None
    text = equations[name].expr.code if equations[name].expr is not None else "..."
    return Told(
        f"{name} of {refused.place} is a current in amp, and Im, of which it is a part, is one by area.",
        f"Im = ...    # without {name}\n{name} = {text} : amp (point current)",
        "",
        (f"Im = {equations['Im'].expr.code}", statement),
    )


def _meaning(refused: Refused, clash: Clash, statement: str) -> str:
    if clash.right:
        return (
            f"In {refused.place} the units of {statement!r} do not fit: {clash.left!r} has {told(clash.left_dim)}, "
            f"{clash.right if clash.right.startswith('the ') else repr(clash.right)} "
            f"{'takes' if clash.right.startswith('the ') else 'has'} {told(clash.right_dim)}."
        )
    return (
        f"In {refused.place} the units of {statement!r} do not fit: the right side has {told(clash.left_dim)}, and it "
        f"should have {told(clash.right_dim)}."
    )


def _blame(refused: Refused, repair: Repair, question: Question, statement: str) -> tuple[str, str, tuple[str, ...]]:
    """Return a sentence on what lacks a unit, the code instead, and what to quote."""
    equations, handy = unit(repair.needs)
    if repair.number:
        better = re.sub(rf"(?<![\w.]){re.escape(repair.text)}(?![\w.])", f"{repair.text}*{handy}", statement, count=1)
        return f"The number {repair.text} lacks its unit, {equations}.", better, ()
    variable = question.variables.get(repair.text)
    lacks = "lacks" if repair.has is DIMENSIONLESS else f"has {told(repair.has)} and would need"
    if isinstance(variable, Constant) or repair.text.endswith(")"):
        name = repair.text.partition("(")[0]
        line = next((b.line for b in refused.listing.bindings(name) if not b.inside), None)
        value = refused.listing.value(line)
        where = f" (line {line})" if line else ""
        if repair.text.endswith(")"):
            return f"{name}{where} {lacks} {equations}.", f"{name} = TimedArray(values*{handy}, dt=...)", ()
        given = number_with(value or "...", handy) if repair.has is DIMENSIONLESS else f"...*{handy}"
        quotes = (refused.listing.text(line),) if line else ()
        return f"The constant {name}{where} {lacks} {equations}.", f"{name} = {given}", quotes
    return _declared(refused, repair, variable, lacks, equations, handy)


def _declared(
    refused: Refused, repair: Repair, variable: Any, lacks: str, equations: str, handy: str
) -> tuple[str, str, tuple[str, ...]]:
    """As `_blame`, of a variable that a model declares."""
    name = getattr(variable, "name", repair.text)
    owner = whole(getattr(variable, "owner", None)) or refused.made
    holder = refused.label_of(owner)
    old = told(repair.has) if repair.has is not DIMENSIONLESS else "1"
    declaration = f"{name} : {old}"
    quotes = (declaration,) if refused.listing.find(declaration) else ()
    instead = [f"{name} : {equations}"]
    for line in refused.listing.assignments(f"{holder}.{name}")[:2]:
        value = refused.listing.value(line)
        if value and repair.has is DIMENSIONLESS:
            quoted = ast.parse(value, mode="eval").body
            text = quoted.value if isinstance(quoted, ast.Constant) and isinstance(quoted.value, str) else None
            right = f"'{number_with(text, handy)}'" if text is not None else number_with(value, handy)
            instead.append(f"{holder}.{name} = {right}    # or in what it was meant")
    return f"{name} of {holder}, declared {declaration!r}, {lacks} {equations}.", "\n".join(instead), quotes


OF_OBJECTS = {"delay": b2.second, "Cm": b2.farad / b2.metre**2, "Ri": b2.ohm * b2.metre}
"""Units of what objects have that no model declares."""


def assigned(refused: Refused, match: Match) -> Told:
    """Say which variable was given a value of another unit, and with which unit to write it."""
    name = match.groupdict().get("name") or "the variable"
    variable = getattr(refused.made, "variables", {}).get(name) if refused.made is not None else None
    variable = OF_OBJECTS.get(name, variable)
    dims = get_dimensions(variable) if variable is not None else None
    call = refused.listing.text(refused.call)
    if dims is None:
        return Told(f"{name} of {refused.place} is given a value of another unit.", "", "", (call,))
    value = refused.listing.value(refused.call)
    given = match.groupdict().get("is") or ""
    lacking = given == "1"
    _, handy = unit(dims)
    left = refused.listing.target(refused.call) or f"{refused.label}.{name}"
    says = f"{name} of {refused.place} is in {told(dims)} and is given "
    if dims is DIMENSIONLESS:
        return Told(f"{says}a value with a unit ({given}).", f"{left} = {value or '...'}/...", "", (call,))
    says += "a number without unit." if lacking else f"a value in {given}."
    right = number_with(value, handy) if lacking and value and "set_states" not in call else f"...*{handy}"
    if "set_states" in call:
        left = f"{refused.label}.{name}"
    if refused.unfinished:
        return Told(says, f"{name}={right}", "", (call,))
    return Told(says, f"{left} = {right}", "", (call,))


def argument(refused: Refused, match: Match) -> Told:
    """Say which argument of a call has no unit, or a wrong one."""
    name, wanted, given = match["argument"], match["unit"], match["given"]
    call = refused.listing.text(refused.call)
    handy = {"meter": "um"}.get(wanted) or unit(getattr(b2, wanted).dim)[1] if hasattr(b2, wanted) else wanted
    text = refused.listing.argument(refused.call, name, _place(refused, name))
    lacking = re.search(r"\(unit is 1\)", match.string) is not None
    what = "defaultclock.dt" if match["function"] == "_set_dt" else f"{name!r}"
    what = "the duration of run" if match["function"] == "run" and name == "duration" else what
    what += f" of {refused.label}" if refused.unfinished else ""
    has = "has no unit" if lacking else f"has another unit ({given})"
    says = f"On line {refused.call} {what} {has}; it takes {wanted}." if refused.call else f"{what} {has}: {wanted}."
    if match["function"] == "_set_dt":
        value = refused.listing.value(refused.call) or given
        return Told(says, f"defaultclock.dt = {number_with(value, handy)}", "", (call,))
    value = number_with(text or given.rstrip("."), handy) if lacking else f"...*{handy}"
    better = refused.listing.with_argument(refused.call, name, _place(refused, name), value)
    return Told(says, better or f"{name}={value}", "", (call,))


def _place(refused: Refused, name: str) -> int | None:
    """Return where an argument stands in the call of Brian2's function."""
    function = refused.found("new_f").get("f")
    names = list(inspect.signature(function).parameters) if function is not None else []
    names = [n for n in names if n != "self"]
    return names.index(name) if name in names else None


def in_python(refused: Refused, match: Match) -> Told:
    """Say what a calculation of the script mixes."""
    call = refused.listing.text(refused.call)
    says = f"Line {refused.call} calculates with units that do not fit: {refused.message}"
    if "expects a dimensionless argument" in match.string:
        return Told(says, "exp(x/mV)    # of a ratio, which has no unit", "", (call,))
    units = re.search(r"units are (\S+) and (\S+)\)", match.string)
    lacking = units is not None and "1" in units.groups()
    return Told(says, "3*mV    # each term with its unit" if lacking else "", "", (call,))


WRONG = (
    r"[Ii]nconsistent units|does not have the expected unit|with different units|same dimensions as|"
    r"does not have the correct units|same units as argument"
)
ROWS = (
    Row("DimensionMismatchError", r"(?P<name>\w+) should be set with .* \(unit is (?P<is>.*?)\)", assigned),
    Row("DimensionMismatchError", r"for setting variable (?P<name>\w+) \(units are .* and (?P<is>.*)\)", assigned),
    Row("DimensionMismatchError", WRONG, inconsistent),
    Row(
        "DimensionMismatchError",
        r"Function '(?P<function>\w+)' expected .* unit (?P<unit>\S+) for argument '(?P<argument>\w+)'"
        r" but got '(?P<given>.*?)'",
        argument,
    ),
    Row(
        "DimensionMismatchError",
        r"PoissonGroup's 'rates' argument, has to have units of Hz",
        plain("The rates of {place} are no rates: their unit is not Hz.", "rates='10*Hz'", "", "PoissonGroup("),
    ),
    Row("DimensionMismatchError", r"Cannot calculate|expects a dimensionless argument|Mixing quantities", in_python),
)
