"""Refusals about what equations do: integration methods, noise, functions, what depends on what."""

import re

import brian2 as b2
import numpy as np

from pipeline.doctor.refusals.refused import Refused
from pipeline.doctor.refusals.row import Match, Row, Told, plain


def method(refused: Refused, match: Match) -> Told:
    """Say why a method cannot integrate the equations, and which can."""
    choice = getattr(refused.part, "method_choice", None) or getattr(refused.part, "method", "")
    equations = [text for what, text in refused.parts() if what == "the equation" and re.match(r"d\w+/dt", text)]
    message = refused.said
    named = re.search(r"defining the variable '(\w+)'", message)
    quote = next((e for e in equations if named and e.startswith(f"d{named[1]}/")), equations[0] if equations else "")
    noisy = any(re.search(r"\bxi", equation) for equation in equations)
    if "multiplicative" in message:
        why, better = "multiplies noise by a variable, which it cannot integrate", "heun' or 'milstein"
    elif "event-driven" in message:
        return Told(
            f"An event-driven equation of {refused.place} cannot be solved in closed form: {quote}.",
            "# at the end of the equation:\n(clock-driven)",
            "It is then integrated in every step, which is slower and always possible.",
            (quote,),
        )
    elif noisy or "stochastic" in message:
        noise = next((e for e in equations if re.search(r"\bxi", e)), quote)
        quote, why, better = noise, "has noise (xi), which it cannot integrate", "euler' or 'heun"
    elif "constant over a time step" in message:
        why, better = "depends on the time, which it cannot solve", "exponential_euler' or 'rk4"
    elif "known" in message:
        known = "'exact', 'euler', 'exponential_euler', 'rk2', 'rk4', 'heun', 'milstein', 'gsl_rkf45'"
        return Told(
            f"{refused.place} asks for a method {choice!r} that does not exist.",
            "method='euler'",
            f"The names are {known}.",
            (f"method={choice!r}",),
        )
    else:
        why, better = "is not linear in its variables, which it cannot solve", "exponential_euler' or 'rk4"
    first = better.partition("'")[0]
    return Told(
        f"Method {choice!r} does not suit {refused.place}: {quote} {why}.",
        f"method='{first}'",
        f"'{better}' can." if "'" in better else "",
        (quote,),
    )


def called(refused: Refused, match: Match) -> Told:
    """Say how a function, or a TimedArray, is called in equations."""
    name = match["name"]
    value = refused.names.get(name)
    timed = isinstance(value, b2.TimedArray)
    columns = timed and np.ndim(getattr(value, "values", 0)) == 2
    needs = "t, i" if columns else "t"
    arguments = "" if name in ("rand", "randn") else needs if timed else "x"
    right = f"{name}({arguments})"
    parts = [*(text for _, text in refused.parts()), *refused.texts()]
    quote = next((t.strip() for t in parts if re.search(rf"\b{name}\b", t) and "\n" not in t.strip()), "")
    quote = refused.listing.text(refused.call) if not refused.made or refused.through("__setattr__") else quote
    what = "a TimedArray" if timed else "a function"
    shape = f" of {'one column for each neuron' if columns else 'one value at a time'}" if timed else ""
    better = re.sub(rf"\b{name}\b(\s*\([^()]*\))?", right, quote)
    text = f"In {refused.place} {name} is {what}{shape}, and is to be called as {right}."
    if name in ("rand", "randn"):
        text += " It gives one number for each neuron by itself."
    return Told(text, better or right, "", (quote,) if quote else ())


ROWS = (
    Row("UnsupportedEquationsException", r"", method),
    Row("ValueError", r"No state ?updater", method),
    Row("SyntaxError", r"(?P<name>\w+) was used like a variable", called),
    Row("SyntaxError", r"Function '(?P<name>rand|randn)' was called with", called),
    Row("SyntaxError", r"Function '(?P<name>\w+)' was called with \d+ parameters, needs (?P<n>\d)", called),
    Row(
        "SyntaxError",
        r"subexpression '(?P<name>\w+)' refers to a stateful function",
        plain(
            "{name} of {place} draws a random number (rand or randn), and could do so more than once in a step.",
            "{name} = ... : 1 (constant over dt)",
            "It is then drawn once in each step.",
            "{name} =",
        ),
    ),
    Row(
        "SyntaxError",
        r"Cannot write to subexpression '(?P<name>\w+)'",
        plain(
            "A statement of {place} sets {name}, which an equation of the model computes.",
            "{name} : 1    # a parameter instead of an equation",
            "Or set the variables from which {name} is computed.",
            "{name} =",
        ),
    ),
    Row(
        "EquationError",
        r"The equation defining '(?P<name>\w+)' contains the symbol 'xi'",
        plain(
            "{name} of {place} uses xi, which stands for white noise and is allowed in differential equations only.",
            "{name} = randn() : 1 (constant over dt)    # one number in each step\n"
            "dx/dt = ... + sigma*sqrt(2/tau)*xi : volt    # or as noise of an equation",
            "",
            "{name} =",
        ),
    ),
    Row(
        "EquationError",
        r"The equation defining (?P<name>\w+) contains the symbol 'xi'.*defining (?P<other>\w+)\.",
        plain(
            "{name} and {other} of {place} use the same noise xi.",
            "xi_{other}    # in the equation of {other}\nxi_{name}    # in the equation of {name}",
            "Each name is a noise of its own; one name in both is the same noise.",
            "d{name}/dt =",
        ),
    ),
    Row(
        "TypeError",
        r"Differential equations can only define floating point",
        plain("{place} has a differential equation of an integer or boolean.", "dx/dt = ... : 1", "", "/dt"),
    ),
    Row(
        "ValueError",
        r"dependencies contain a cycle",
        plain(
            "In the model of {place} equations need each other in a circle.",
            "dx/dt = (f - x)/tau : 1    # one of them as a differential equation",
        ),
    ),
    Row(
        "SyntaxError",
        r"^Shared subexpression '(?P<name>\w+)' refers to non-shared variable '(?P<other>\w+)'",
        plain(
            "{name} of {place} is (shared), one value for the group, and reads {other}, which each neuron has.",
            "{name} = ... : 1    # without (shared)",
            "",
            "{name} =",
        ),
    ),
)
