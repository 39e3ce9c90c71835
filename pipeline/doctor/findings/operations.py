"""The operation that made the first bad value, and what drove its operand there."""

import numpy as np

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.dynamics import Dynamics
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.origin import Origin, Scope, told
from pipeline.doctor.instruments.sizes import measure


def bad_operations(found: Material) -> list[Finding]:
    """The division, logarithm, power or exponential that began it, in the run or before it."""
    if found.seen is None:
        return []
    if found.seen.nan_at_start:
        return _at_start(found)
    origin, trouble = found.seen.origin, found.seen.not_finite
    if origin is None or trouble is None:
        return []
    if origin.does == "overflows":  # what grew that far is the cause
        return []
    place = found.subject.place(found.group(origin.holder))
    evidence = [
        f"{origin.where}, {place}",
        "; ".join(f"{name} = {value:.4g}" for name, value in origin.values),
        f"neuron {trouble.neuron} of {found.label(trouble.group)} at {trouble.t_s * 1e3:.4g} ms",
    ]
    about = found.dynamics.get(origin.holder)
    if about is not None and origin.culprit in about.states:
        evidence += _driven(found, about, str(origin.culprit))
    return [
        Finding(
            "bad_operation",
            "error",
            f"{origin.operation} {origin.does}: this makes the first value that is not a number.",
            tuple(evidence),
            "Certain: each part of the expression was evaluated with the values of the step before.",
            _instead(origin),
            "The expression has a value wherever the network goes.",
        )
    ]


def _instead(origin: Origin) -> str:
    if origin.does in ("divides by 0", "is 0/0"):
        return (
            f"# where {origin.culprit} can be 0: exprel(x) for (exp(x) - 1)/x, clip(..., small, inf) for the divisor,\n"
            f"# or a condition outside the division: int(b != 0)*(a/b) is 0*NaN = NaN, a/(b + int(b == 0)) is not"
        )
    if "logarithm" in origin.does or "root" in origin.does or "power" in origin.does:
        return (
            f"# keep {origin.culprit} positive: look at the sign of what drives it; clip({origin.culprit}, small, inf)"
        )
    return f"# set {origin.culprit or origin.operation} before the run"


def _driven(found: Material, about: Dynamics, name: str) -> list[str]:
    """Return the terms of a variable's equation that push it down, at 0."""
    trouble = found.seen.not_finite if found.seen else None
    if trouble is None:
        return []
    values = about.now([trouble.neuron])
    values[name] = np.full(1, 1e-12)
    sized = sorted((float(np.mean(about.evaluate(term, dict(values)))), term) for term in about.terms(name))
    dim = about.group.variables[name].dim
    return [f"drives it down: {term} = {measure(value, dim)} per s" for value, term in sized if value < 0][:2]


def _at_start(found: Material) -> list[Finding]:
    findings = []
    assert found.seen is not None
    for name, variables in found.seen.nan_at_start.items():
        made = found.group(name)
        label = found.subject.label(made)
        for variable, count in variables.items():
            origin, where = _assignment(found, made, variable)
            does = f": {origin.operation} {origin.does}" if origin else ""
            findings.append(
                Finding(
                    "nan_at_start",
                    "error",
                    f"{label}.{variable} is not a number before the first step, in {count} of {len(made)}{does}.",
                    (
                        where or found.subject.place(made),
                        "; ".join(f"{n} was {x:.4g}" for n, x in origin.values) if origin else "",
                    ),
                    "Certain: seen before the run.",
                    "# set what the expression uses first (all variables are 0 when a group is made), then\n"
                    f"{label}.{variable} = ...",
                    "The run starts from numbers; whether it stays finite is another question.",
                )
            )
    return findings


def _assignment(found: Material, made: object, variable: str) -> tuple[Origin | None, str | None]:
    """Return the operation in the assignment that made a variable bad, and its line."""
    witness, name = found.subject.witness, str(made.name)  # type: ignore[attr-defined]
    if witness is None or (name, variable) not in witness.assigned:
        return None, None
    last = witness.assigned[name, variable][-1]
    where = f"line {last.line}: {found.subject.label(made)}.{variable} = {last.text or '...'}"
    if last.text is None:
        return None, where
    later = {
        other: np.zeros(1)
        for (owner, other), several in witness.assigned.items()
        if owner == name and (several[0].line or 0) > (last.line or 0)
    }
    scope = Scope(made, found.subject.namespace, later)
    try:
        trace = scope.trace(last.text)
    except Exception:  # names of that moment that are gone
        return None, where
    return (told(scope, name, "the assignment", trace) if trace else None), where
