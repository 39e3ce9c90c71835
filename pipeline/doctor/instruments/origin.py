"""The first bad value traced to its operation: which part of which expression made it, and from what.

An expression that is not finite has an innermost part whose own operands are all finite: x/0, 0/0, the logarithm of a
negative number, an exponential that overflows. That is where the trouble begins; all around it is consequence.
"""

import ast
import contextlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.core.functions import Function
from brian2.core.variables import Subexpression
from brian2.parsing.rendering import NumpyNodeRenderer
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.instruments.dynamics import deterministic, implementation, noise_factors
from pipeline.doctor.instruments.subject import Subject, split, statements, written_out
from pipeline.doctor.instruments.witness import root

OUTER_SD = 4.0
"""How far noise may move a variable in a step, in its standard deviation."""


@dataclass(frozen=True)
class Origin:
    """Where a bad value came from."""

    holder: str
    """The name of the object whose equations or code have the expression."""
    where: str
    """Which of them: 'the equation of v', 'the sum into I', 'an event', 'the reset'."""
    operation: str
    does: str
    """What is wrong with it: 'divides by 0', 'is 0/0', ..."""
    culprit: str | None
    """The variable or expression at fault: the divisor, the argument of the function."""
    values: tuple[tuple[str, float], ...]
    """The names in the operation, with their values."""


class Scope:
    """Names in the code of a group or of synapses, with their present values, one a neuron or synapse."""

    def __init__(
        self,
        group: Any,
        namespace: Mapping[str, Any],
        instead: Mapping[str, Any] | None = None,
        grown: Collection[str] = (),
    ) -> None:
        """`instead`: values that stand for those of variables; `grown`: variables that the run itself made bad."""
        self._grown = grown
        self._group, self._namespace = group, dict(namespace)
        self._values: dict[str, Any] = dict(instead or {})
        self._functions: dict[str, Any] = {"logical_not": np.logical_not}
        self.inside: dict[str, str] = {}
        """Subexpressions, by name."""

    def evaluate(self, expression: str) -> np.ndarray:
        """Return the value of an expression."""
        names = get_identifiers(expression)
        for name in names - set(self._values) - set(self._functions):
            self._read(name)
        auto = {name for name in names if name in ("rand", "randn")}
        text = NumpyNodeRenderer(auto_vectorise=auto).render_expr(expression)
        scope = {"__builtins__": {}, "_vectorisation_idx": np.zeros(1), **self._functions, **self._values}
        with np.errstate(all="ignore"):
            return np.asarray(eval(text, scope))  # noqa: S307 (the user's own equations, as Brian2 itself runs them)

    def _read(self, name: str) -> None:
        variable = self._group._resolve(name, self._namespace, user_identifier=False)
        if isinstance(variable, Function):
            self._functions[name] = implementation(name, variable, self._group)
        elif isinstance(variable, Subexpression):
            self.inside[name] = str(variable.expr)
            self._values[name] = self.evaluate(self.inside[name])
        elif name in self._group.variables:
            self._values[name] = np.asarray(self._group.state(name, use_units=False)[:])
        else:
            self._values[name] = np.asarray(variable.get_value())

    def trace(self, expression: str, among: np.ndarray | None = None) -> tuple[str, str, str | None, int] | None:
        """Return (operation, what is wrong, culprit, index) of the first part that is not finite, None if all is.

        `among`: the neurons or synapses that count.
        """
        bad = ~np.isfinite(np.atleast_1d(np.asarray(self.evaluate(expression), float)))
        if among is not None and bad.size > 1:
            keep = np.zeros(bad.size, bool)
            keep[among] = True
            bad &= keep
        if not bad.any():
            return None
        for name in get_identifiers(expression) & set(self._grown):  # rather where it was still good
            good = bad & np.isfinite(np.atleast_1d(np.asarray(self.evaluate(name), float)))
            bad = good if good.any() else bad
        index = int(np.argmax(bad)) if bad.size > 1 or among is None else int(np.atleast_1d(among)[0])
        return self._walk(ast.parse(expression, mode="eval").body, index)

    def at(self, expression: str, index: int) -> float:
        """Return the value of an expression for one neuron or synapse."""
        value = np.atleast_1d(np.asarray(self.evaluate(expression), float))
        return float(value[index] if value.size > 1 else value[0])

    def _walk(self, node: ast.expr, index: int) -> tuple[str, str, str | None, int] | None:
        text = ast.unparse(node)
        if np.isfinite(self.at(text, index)):
            return None
        for part in _operands(node):
            found = self._walk(part, index)
            if found is not None:
                return found
        if isinstance(node, ast.Name):
            if node.id in self.inside:
                return self._walk(ast.parse(self.inside[node.id], mode="eval").body, index)
            return None if node.id in self._grown else (text, "is not a number itself", node.id, index)
        return (text, *self._wrong(node, index), index)

    def _wrong(self, node: ast.expr, index: int) -> tuple[str, str | None]:
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.Mod, ast.FloorDiv)):
            below = ast.unparse(node.right)
            if self.at(below, index) == 0:
                nothing = self.at(ast.unparse(node.left), index) == 0
                return "is 0/0" if nothing else "divides by 0", below
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            base = ast.unparse(node.left)
            if self.at(base, index) <= 0:
                return "is a power that a number below or at 0 does not have", base
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            argument = ast.unparse(node.args[0])
            if node.func.id in ("log", "log10", "sqrt", "log1p") and self.at(argument, index) <= 0:
                what = "root" if node.func.id == "sqrt" else "logarithm"
                below = "0" if self.at(argument, index) == 0 else "a negative number"
                return f"is the {what} of {below}", argument
            return "overflows" if node.func.id.startswith("exp") else "has no value there", argument
        return "overflows", None


def _operands(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call):
        yield from node.args
    else:
        yield from (part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))


def origin(subject: Subject, group: Any, variables: list[str], neuron: int, slot: str) -> Origin | None:
    """Return what made variables of a neuron bad in the step whose beginning the arrays hold; None if unseen."""
    for holder, where, expression, among in _candidates(subject, group, variables, neuron, slot):
        grown = {name + end for name in variables for end in ("", "_pre", "_post")}
        if where == "an event":  # what these set is bad by now
            grown |= {written_out(statement)[0] for _, statement in statements(holder)}
        scope = Scope(holder, subject.namespace, grown=grown)
        found = None
        with contextlib.suppress(Exception):  # an expression that cannot be evaluated by itself says nothing
            found = scope.trace(expression, among)
        if found is not None:
            return told(scope, str(holder.name), where, found)
    return _within_a_step(subject, group, variables, neuron) if slot == "after_groups" else None


def _within_a_step(subject: Subject, group: Any, variables: list[str], neuron: int) -> Origin | None:
    """Return what made a factor of noise bad where noise has moved its variable: methods evaluate it there, too."""
    for variable in [name for name in variables if name in group.equations.diff_eq_names]:
        for factor in noise_factors(group.equations[variable].expr):
            with contextlib.suppress(Exception):  # what cannot be evaluated by itself says nothing
                here = Scope(group, subject.namespace)
                size = here.at(factor, neuron) * np.sqrt(float(group.clock.dt_))
                for moved in (-OUTER_SD * size, OUTER_SD * size):
                    scope = Scope(group, subject.namespace, {variable: here.evaluate(variable) + moved})
                    found = scope.trace(factor, np.array([neuron]))
                    if found is not None:
                        return told(scope, str(group.name), f"the noise of {variable}, within a step", found)
    return None


def told(scope: Scope, holder: str, where: str, found: tuple[str, str, str | None, int]) -> Origin:
    """Return what a trace found, with the values of its names."""
    operation, does, culprit, index = found
    names = sorted(get_identifiers(operation))
    values = tuple((name, scope.at(name, index)) for name in names if name not in scope._functions)
    return Origin(holder, where, operation, does, culprit, values)


def _candidates(
    subject: Subject, group: Any, variables: list[str], neuron: int, slot: str
) -> Iterator[tuple[Any, str, str, np.ndarray]]:
    here = np.array([neuron])
    for (name, variable), (made, expression) in subject.summed().items():
        if name == group.name and variable in variables:
            summed = get_identifiers(expression)
            for _, statement in statements(made):
                target, changed = written_out(statement)
                if target in summed:
                    yield made, "an event", changed, np.arange(len(made))
            yield made, f"the sum into {variable}", expression, np.nonzero(_ends(made) == neuron)[0]
    if slot == "after_groups":
        for variable in variables:
            if variable in group.equations.diff_eq_names:
                equation = group.equations[variable].expr
                yield group, f"the equation of {variable}", deterministic(equation), here
                for factor in noise_factors(equation):
                    yield group, f"the noise of {variable}", factor, here
    elif slot == "after_synapses":
        for made in subject.synapses:
            if group.name in (root(made.source).name, root(made.target).name):
                for _, statement in statements(made):
                    yield made, "an event", written_out(statement)[1], np.arange(len(made))
    elif slot == "after_resets":
        for code in group.event_codes.values():
            for statement in split(code):
                yield group, "the reset", written_out(statement)[1], here


def _ends(made: Any) -> np.ndarray:
    return np.asarray(made.variables["_synaptic_post"].get_value())
