"""Functions that were given what they have no value for: the logarithm or the root of a negative number."""

import ast

import numpy as np

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.dynamics import Dynamics
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.sizes import measure

LEAST = {"log": 0.0, "log10": 0.0, "sqrt": 0.0, "log1p": -1.0}
"""Below which argument a function is not a number."""


def invalid_arguments(found: Material) -> list[Finding]:
    """The first logarithm or root of the run whose argument left its domain, and what drove the variable there."""
    seen = found.seen
    if seen is None or seen.not_finite is None or seen.nan_at_start or "t" not in seen.history:
        return []
    about = found.dynamics.get(seen.not_finite.group)
    if about is None:
        return []
    past = {name: row for name, row in seen.history.items() if name in about.states}
    calls, now = _calls(about), about.now([seen.not_finite.neuron])
    for k in range(len(seen.history["t"]) if calls else 0):
        values = now | {name: row[k : k + 1] for name, row in past.items()}
        values["t"] = np.array(seen.history["t"][k])
        for call, function, argument in calls:
            if float(np.mean(about.evaluate(argument, dict(values)))) < LEAST[function]:
                culprit = _culprit(about, argument, values)
                return [_finding(found, about, call, culprit, values)] if culprit else []
    return []


def _calls(about: Dynamics) -> list[tuple[str, str, str]]:
    """Return (call, function, argument) for each function of LEAST in the equations, as text."""
    return [
        (ast.unparse(node), node.func.id, ast.unparse(node.args[0]))
        for text in about.expressions.values()
        for node in ast.walk(ast.parse(text, mode="eval"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in LEAST and node.args
    ]


def _culprit(about: Dynamics, argument: str, values: dict[str, np.ndarray]) -> str | None:
    """Return the state variable in an argument that is negative."""
    names = {node.id for node in ast.walk(ast.parse(argument, mode="eval")) if isinstance(node, ast.Name)}
    return next((name for name in about.states if name in names and float(values[name][0]) < 0), None)


def _finding(found: Material, about: Dynamics, call: str, name: str, values: dict[str, np.ndarray]) -> Finding:
    trouble = found.seen.not_finite if found.seen else None
    assert trouble is not None
    dim = about.group.variables[name].dim
    # what drove it there: at the edge, with the variable just above 0
    edge = {**values, name: np.full(1, 1e-12 * abs(float(values[name][0])))}
    terms = sorted((float(np.mean(about.evaluate(term, dict(edge)))), term) for term in about.terms(name))
    down = [f"{term} = {measure(value, dim)} per s" for value, term in terms if value < 0]
    label = found.label(trouble.group)
    return Finding(
        "invalid_argument",
        "error",
        f"{name} of {label} becomes negative, and {call} is not a number: a term of d{name}/dt has the wrong sign.",
        (
            f"equations of {found.subject.place(found.group(trouble.group))}",
            f"neuron {trouble.neuron}: {name} = {measure(float(values[name][0]), dim)} at "
            f"{float(values['t']) * 1e3:.4g} ms",
            *(f"drives it down: {line}" for line in down[:2]),
        ),
        "Certain: the argument was evaluated along the run.",
        f"d{name}/dt = -({down[0].split(' = ')[0] if down else '...'}) + ...    # an inward current is negative",
        f"{name} stays positive; the function has a value.",
    )
