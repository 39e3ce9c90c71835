"""Experiments: the same network with one thing changed, in a fork. The smallest change that cures tells the cause."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import brian2 as b2
from brian2.core.variables import ArrayVariable, Subexpression
from brian2.equations.equations import DIFFERENTIAL_EQUATION, Equations
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.instruments.observation import Bounds, Observation
from pipeline.doctor.instruments.subject import Subject
from pipeline.doctor.instruments.watch import observe
from pipeline.engine.apart import Experiment, ExperimentError
from pipeline.engine.machine import cores

THOUSAND = (1e-3, 1e3)
"""What a slip of a prefix (m for none, n for p) changes a number by."""


STILL = 0.1
"""Of the way to an action potential: a potential that moves by less is held."""


@dataclass(frozen=True)
class Change:
    """One thing that is changed."""

    kind: str
    """'none', 'flip' (a term), 'scale' (a constant), 'parameter', 'without' (an object), 'weaker' (its parameters)."""
    group: str
    """The object whose equation is changed, or which is left out."""
    what: str
    """The term, or the constant."""
    factor: float = 1.0


@dataclass(frozen=True)
class Outcome:
    """What became of the network then."""

    change: Change
    finite: bool
    within: bool
    """All values stayed within their bounds."""
    spikes: dict[str, int]
    end_s: float
    moved: bool = True
    """The potential of the group moved: a fix that holds it still is none."""

    @property
    def cured(self) -> bool:
        """The trouble is gone, and the network alive."""
        return self.finite and self.within and (self.moved or any(self.spikes.values()))


def rewritten(group: Any, replaced: Callable[[str, str, bool], str | None]) -> None:
    """Give a group other expressions; changes it: only in a forked process.

    `replaced` gets the name of an equation, its expression, and whether it is a differential equation, and returns the
    new expression, or None where it stays.
    """
    text = []
    for name, equation in group.equations.items():
        if name in ("not_refractory", "lastspike"):  # Brian2's own; the group has them anyway
            continue
        expression = equation.expr.code if equation.expr is not None else None
        differential = equation.type == DIFFERENTIAL_EQUATION
        if expression is not None:
            expression = replaced(name, expression, differential) or expression
        flags = f" ({', '.join(equation.flags)})" if equation.flags else ""
        unit = repr(equation.unit) if repr(equation.unit) != "Dimensionless" else "1"
        left = f"d{name}/dt" if differential else name
        text.append(f"{left} = {expression} : {unit}{flags}" if expression else f"{name} : {unit}{flags}")
    group.equations = Equations("\n".join(text))
    for name, variable in group.variables.items():
        if isinstance(variable, Subexpression) and name in group.equations:
            variable.expr = group.equations[name].expr.code
            variable.identifiers = get_identifiers(variable.expr)


def _changed(subject: Subject, change: Change, terms: Sequence[str]) -> None:
    if change.kind == "none":
        return
    made = next(one for one in subject.all_objects if one.name == change.group)
    if change.kind == "flip":
        v = subject.potentials[change.group][0]
        flipped = [f"(-({term}))" if term == change.what else f"({term})" for term in terms]
        rewritten(made, lambda name, _, __: " + ".join(flipped) if name == v else None)
    elif change.kind == "without":
        made.active = False
    elif change.kind == "parameter":
        made.variables[change.what].get_value()[:] *= change.factor
    elif change.kind == "weaker":
        for name, equation in made.equations.items():
            variable = made.variables[name]
            if equation.type == "parameter" and isinstance(variable, ArrayVariable) and not variable.is_boolean:
                variable.get_value()[:] *= change.factor
    else:
        names = dict(subject.namespace)
        own = getattr(made, "namespace", None)
        for table in (names, own):
            if table is not None and change.what in table:
                table[change.what] = table[change.what] * change.factor
        subject.namespace = names


def _try(
    subject: Subject, bounds: Bounds, change: Change, terms: Sequence[str], duration_s: float, cpu_s: float
) -> Outcome:
    _changed(subject, change, terms)
    seen: Observation = observe(subject, bounds, duration_s, cpu_s, until_first=True)
    spikes = {name: counted.n for name, counted in seen.spiking.items()}
    moved = True
    if change.group in subject.potentials:
        v, top = subject.potentials[change.group]
        low, high = seen.ranges[change.group][v]
        moved = high - low > STILL * abs(top - low)
    return Outcome(change, seen.not_finite is None, seen.beyond is None, spikes, seen.end_s, moved)


def experiments(
    subject: Subject,
    bounds: Bounds,
    changes: Sequence[tuple[Change, Sequence[str]]],
    duration_s: float,
    cpu_s: float,
) -> list[Outcome]:
    """Return the outcome of each change that could be tried, as many at a time as the machine has cores.

    `changes`: with each the terms of dv/dt of its group. `cpu_s`: of each experiment.
    """
    found = []
    waiting = list(changes)
    running: list[Experiment[Outcome]] = []
    while waiting or running:
        while waiting and len(running) < cores():
            change, terms = waiting.pop(0)
            running.append(Experiment(_try, subject, bounds, change, terms, duration_s, cpu_s, cpu_s=cpu_s + 5))
        try:
            found.append(running.pop(0).result())
        except ExperimentError:  # Brian2 refuses the changed network, or it took too long: that tells nothing
            continue
    return found


def is_quantity(value: Any) -> bool:
    """Tell whether a value is one number that an experiment may scale."""
    return isinstance(value, b2.Quantity) and value.shape == () and float(value) != 0
