"""Refusals about a model's text: its syntax, names that are taken, units, flags."""

import re

import brian2 as b2

from pipeline.doctor.refusals.dimensions import unit
from pipeline.doctor.refusals.refused import Refused, says, written
from pipeline.doctor.refusals.row import READ, Match, Row, Told, plain

CORRECT = (
    (r"&&", "and", "'&&' is not Python's: write and"),
    (r"\|\|", "or", "'||' is not Python's: write or"),
    (r"(?<!&)&(?!&)", "and", "'&' does not join conditions here: write and"),
    (r"(?<!\|)\|(?!\|)", "or", "'|' does not join conditions here: write or"),
    (r"\^", "**", "'^' is no power here: write **"),
    (r"!(?!=)", "not ", "'!' is not Python's: write not"),
    (r"(?<![<>=!])=(?!=)", "==", "'=' sets a value; a condition compares: write == (of numbers rather >=)"),
    (r"(?<![\w.])(\d+\.?\d*)(?=[A-Za-df-z_(])", r"\1*", "a product needs its *"),
    (r"\)\s*(?=[\w(])", ")*", "a product needs its *"),
)
"""What people write out of habit, what Brian2 takes, and why."""
FLAGS = {
    "parameter": "(constant), (shared), (linked)",
    "differential equation": "(unless refractory); within Synapses also (clock-driven) or (event-driven)",
    "subexpression": "(constant over dt), (shared); within Synapses also (summed)",
}


def _statement(refused: Refused) -> str:
    """Return the statement that Brian2 could not read."""
    for what, text in refused.parts():
        if getattr(refused.part, "event", None) and what in ("the threshold", "the reset"):
            is_reset = "resetter" in refused.part.name
            if is_reset == (what == "the reset"):
                return text
    return next(refused.texts(), "")


def _corrected(text: str, condition: bool) -> tuple[str, str]:
    """Return a text without what people write out of habit, and what was wrong; both empty where nothing was found."""
    for pattern, better, why in CORRECT:
        if better == "==" and not condition:
            continue
        if re.search(pattern, text):
            new = re.sub(pattern, better, text)
            if better in ("and", "or"):
                new = re.sub(r"\s*\b(and|or)\b\s*", r" \1 ", new)
            return new.strip(), why
    return "", ""


def unreadable(refused: Refused, match: Match) -> Told:
    """Say what in a statement cannot be read, and write it as it can."""
    statement = _statement(refused)
    condition = "thresholder" in getattr(refused.part, "name", "") or "boolean condition" in match.string
    better, why = _corrected(statement, condition)
    begin = f"In {refused.place} Brian2 cannot read {statement!r}" if statement else f"{refused.place} cannot be read"
    if why:
        return Told(f"{begin}: {why}.", better, "", (statement,))
    if condition and not re.search(r"[<>]|==", statement):
        return Told(f"{begin} as a condition: it compares nothing.", f"{statement} > ...", "", (statement,))
    if condition and "single comparison" not in match.string and re.search(r"\b(and|or)\b", statement):
        return Told(f"{begin}: each side of and, or has to be a comparison.", "v > 1 and w > 0", "", (statement,))
    if "++" in statement or "--" in statement:
        name = statement.strip("+- ")
        return Told(f"{begin}: Python has no ++ and --.", f"{name} += 1", "", (statement,))
    if refused.through("parse_statement") or "," in statement:
        return Told(
            f"{begin} as a statement: each one sets a variable, and ';' or a new line stands between two.",
            re.sub(r",\s*(?=\w+\s*[-+*/]?=)", "; ", statement) if "," in statement else f"v = {statement}",
            "",
            (statement,),
        )
    lacks = statement.count("(") - statement.count(")")
    if lacks:
        more = "bracket is not closed" if lacks > 0 else "closing bracket is too much"
        return Told(
            f"{begin}: a {more} ({statement.count('(')} opening, {statement.count(')')} closing).", "", "", (statement,)
        )
    message = says(refused.chain[-1])
    return Told(f"{begin}: {' '.join(message.split())[:160]}.", "", "", (statement,))


def unparsed(refused: Refused, match: Match) -> Told:
    """Say which line of equations is none, and which form it should have."""
    lines = match.string[match.start() :].splitlines()
    text = next((line.strip() for line in lines[1:] if line.strip()), "")
    begin = f"In the model of {refused.place} the line {text!r} is no equation"
    left, equals, right = (part.strip() for part in text.partition("="))
    if ":" not in text and equals and not re.match(r"d\w+/dt", left):
        return Told(
            f"{begin}: it lacks ': unit'. A constant is given outside of the model.",
            f"{left} = {right}    # in the script, not in the model\n# or, within the model:\n{left} = {right} : 1",
            "",
            (text,),
        )
    if not text.isascii():
        return Told(f"{begin}: names may have the letters A to Z, digits and _ only.", "", "", (text,))
    if ":" not in text:
        return Told(
            f"{begin}: it lacks ': unit' at its end.", f"{text} : 1    # or volt, amp, siemens ...", "", (text,)
        )
    return Told(f"{begin}: a line has the form 'dx/dt = ... : unit', 'x = ... : unit' or 'x : unit'.", "", "", (text,))


def taken(refused: Refused, match: Match) -> Told:
    """Say that a name is taken."""
    name = match["name"]
    why = {
        "t": "is the time", "dt": "is the time step", "i": "is the index of a neuron", "j": "is an index of a synapse",
        "N": "is the number of neurons", "xi": "is white noise", "lastspike": "is the time of the last spike",
        "not_refractory": "belongs to refractoriness", "lambda": "is Python's",
    }.get(name)  # fmt: skip
    if why is None:
        rest = match.string.partition(f"'{name}'")[2]
        kinds = {"unit": "unit", "function": "function", "constant": "constant", "keyword": "word of Python"}
        why = next((f"is a {what}" for word, what in kinds.items() if word in rest), "has a meaning of its own")
    quote = next((text for text in refused.texts() if re.search(rf"\b{re.escape(name)}\b", text)), "")
    quote = next((line.strip() for line in quote.splitlines() if re.search(rf"\b{re.escape(name)}\b", line)), quote)
    if not quote and (number := refused.listing.find(f"{name} :", refused.call or 0)) is not None:
        found = re.search(rf"{name} *:[^'\"]*", refused.listing.text(number))
        quote = found[0].strip() if found else ""
    return Told(
        f"{refused.place} has a variable {name}, and this name {why} in every model.",
        re.sub(rf"(?<![A-Za-z_]){re.escape(name)}(?!\w)", f"my_{name}", quote) or f"my_{name} : 1",
        "Any other name will do; rename it wherever it is used.",
        (quote,) if quote else (),
    )


def unit_word(refused: Refused, match: Match) -> Told:
    """Say which unit a model has to be given in."""
    name, wrong = match["name"], match["wrong"]
    pattern = rf"\b{name}\b[^:\n]*:[^:\n]*{re.escape(wrong)}"
    text = next((t for t in refused.texts() if re.search(pattern, t)), "")
    line = next((part.strip() for part in text.splitlines() if re.search(pattern, part)), "")
    left, _, given = line.rpartition(":")
    taken_units, bracket, flags = given.strip().partition("(") if given else (wrong, "", "")
    words = re.findall(r"\d*\.?\d+\s*\*(?!\*)|[A-Za-z]\w*", taken_units)
    base = "".join(re.split(r"\d*\.?\d+\s*\*(?!\*)", re.sub(r"[A-Za-z]\w*", _base, taken_units))).strip()
    sure = bool(words) and "?" not in base and base[-1:] not in "*/"
    base = base if sure else "..."
    return Told(
        f"In the model of {refused.place} the unit of {name} is {taken_units.strip()!r}; a model takes base units "
        f"({base if sure else 'volt, amp, siemens, farad, second, Hz, metre, or 1'}).",
        f"{left.strip() or name} : {base} {bracket}{flags}".rstrip(),
        "Values of any size are still assigned with their unit, as -70*mV." if sure else "",
        (line,) if line else (),
    )


def _base(word: re.Match[str]) -> str:
    """Return the base unit of what a user wrote: volt for mV or volts; '?' where it is no unit."""
    spoken = {"sec": "second", "s": "second", "V": "volt", "A": "amp", "S": "siemens", "F": "farad", "m": "metre"}
    name = spoken.get(word[0], word[0])
    known = getattr(b2, name, None) or getattr(b2, name.removesuffix("s"), None)
    if name in ("float", "dimensionless", "unitless", "one"):
        return "1"
    return unit(known.dim)[0] if isinstance(known, b2.Unit) else "?"


def flag(refused: Refused, match: Match) -> Told:
    """Say which flags a line of a model may have."""
    wrong, kind = match["flag"], match["type"]
    equation = refused.found("check_flags").get("eq")
    line = quote = ""
    allowed = FLAGS.get(kind, "none")
    if equation is not None:
        left = written(equation) if equation.expr is not None else equation.varname
        line = f"{left} : {unit(equation.dim)[0]}"
        quote = left
    return Told(
        f"In the model of {refused.place} the flag ({wrong}) stands at a {kind}, which may have {allowed}.",
        line,
        "(event-driven) and (clock-driven) are for Synapses." if wrong.endswith("driven") else "",
        (quote,) if refused.listing.find(quote, refused.call or 0) else (refused.listing.text(refused.call),),
    )


ROWS = (
    Row("EquationError", r"Parsing failed( near line \d+)?:", unparsed),
    Row("SyntaxError", r"'(?P<name>\w+)' (has a special meaning|is the name of|is a Python keyword)", taken),
    Row("SyntaxError", r"The name '(?P<name>\w+)' is used in the refractory", taken),
    Row("EquationError", r"Duplicate definition of variable '(?P<name>lastspike|not_refractory)'", taken),
    Row(
        "EquationError",
        r"Duplicate definition of variable '(?P<name>\w+)'",
        plain("The model of {place} defines {name} twice.", "# keep one of the two lines of {name}", "", "{name}"),
    ),
    Row(
        "SyntaxError",
        r"Variable '(?P<name>\w+)' starts with an underscore",
        plain("{place} has a variable {name}: names that begin with _ are Brian2's own.", "{name}0 : 1", "", "{name}"),
    ),
    Row(
        "ValueError",
        r"'(?P<name>(?P<stem>\w+)_(?P<end>pre|post))' cannot be used as a variable",
        plain(
            "{place} has a variable {name}: names of neurons must not end in _pre or _post, which synapses use.",
            "{stem}_{end}syn : 1    # or any other ending",
            "",
            "{name}",
        ),
    ),
    Row(
        "EquationError",
        r"for variable '(?P<name>\w+)': Unit specification refers to '(?P<wrong>\w+)'.*Use '(?P<base>\w+)' instead",
        unit_word,
    ),
    Row("EquationError", r"for variable '(?P<name>\w+)': .*refers to '(?P<wrong>\w+)'", unit_word),
    Row("EquationError", r"for variable '(?P<name>\w+)': '(?P<wrong>[^']+)' does not evaluate", unit_word),
    Row("EquationError", r"for variable '(?P<name>\w+)': Could not interpret '(?P<wrong>[^']+)'", unit_word),
    Row(
        "TypeError",
        r"Use 'boolean' not 'bool'",
        plain("In {place} a variable has the unit 'bool'.", "x : boolean", "", "bool"),
    ),
    Row("ValueError", r"Equations of type '(?P<type>[\w ]+)' cannot have a flag '(?P<flag>[\w -]+)'", flag),
    Row(
        "SyntaxError",
        r"support the 'IfExp' syntax",
        plain("The model of {place} has 'a if x else b'.", "int(x > 0)*a + int(x <= 0)*b", "", READ),
    ),
    Row(
        "SyntaxError",
        r"do not support indexing",
        plain("The model of {place} indexes a variable ([...]).", "x    # each neuron reads its own value", "", READ),
    ),
    Row(
        "SyntaxError",
        r"do not support (the 'Call' syntax|accessing attributes)",
        plain(
            "The model of {place} uses a dot, as in np.exp: equations have functions by their names alone.",
            "exp(x)    # not np.exp(x)",
            "",
            READ,
        ),
    ),
    Row(
        "SyntaxError",
        r"single comparisons",
        plain("A condition of {place} is a chain (a < x < b).", "x > a and x < b", "", READ),
    ),
    Row("TypeError", r"is not a boolean (expression|condition)", unreadable),
    Row("SyntaxError", r"Expression ought to be boolean|operator \".*\" is not supported", unreadable),
    Row("KeyError", r"^(BitXor|BitAnd|BitOr|LShift|RShift|Invert|MatMult)$", unreadable),
    Row("ValueError", r"^Parsing the statement failed", unreadable),
    Row("SyntaxError", r"invalid|never closed|unmatched|unexpected|EOF|expected", unreadable),
)
