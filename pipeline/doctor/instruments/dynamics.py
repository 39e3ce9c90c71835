"""The right-hand side of a group as a function on arrays: any state, any shape, the user's own numbers.

Built from the group's equations by Brian2's parser and its numpy implementations of functions, so that a rate here is
the rate in the run. Noise (xi) counts as 0, refractoriness as over. All numbers in SI units without dimension.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

import brian2 as b2
import numpy as np
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.core.functions import Function, FunctionImplementationContainer
from brian2.core.variables import ArrayVariable, Subexpression
from brian2.equations.equations import PARAMETER, SUBEXPRESSION
from brian2.parsing.rendering import NumpyNodeRenderer
from brian2.units.fundamentalunits import DIMENSIONLESS, have_same_dimensions
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.instruments.frame import MILLI, RESET_V, THRESHOLD_V, Frame, limit, target, through
from pipeline.doctor.instruments.sizes import milli
from pipeline.doctor.instruments.subject import assigned

Values = dict[str, np.ndarray]
LOW_MV, HIGH_MV = (-120.0, -30.0), 60.0
"""Where reset or start of a potential lie that is counted in millivolts, and below what its threshold."""
NAMES = ("v", "vm", "v_m", "u", "vs", "v_s")
"""How potentials are called, without regard to case."""


class Dynamics:
    """Rates of change of a group, their terms, and Jacobian."""

    def __init__(self, group: b2.NeuronGroup, namespace: Mapping[str, Any]) -> None:
        """Read the equations of `group` with the constants that a run with `namespace` would use."""
        self.group = group
        equations = group.equations
        self.expressions = {
            name: deterministic(equations[name].expr)
            for name in [*equations.diff_eq_names, *(n for n, e in equations.items() if e.type == SUBEXPRESSION)]
        }
        self.states = [name for name in self.expressions if name in equations.diff_eq_names]
        if isinstance(group, b2.SpatialNeuron):  # Brian2 integrates v itself, from Im and the axial current
            self.expressions["v"] = "Im/Cm"
            self.states = ["v", *self.states]
        # Brian2 itself makes these parameters, which it sets at the beginning of each step
        held = {n: e for n, e in group.user_equations.items() if "constant over dt" in e.flags}
        self.expressions |= {name: deterministic(equation.expr) for name, equation in held.items()}
        self.frozen_names = list(held)
        self.noise = {
            name: noise_factors(equations[name].expr) for name in self.states if name in equations.diff_eq_names
        }
        self.noise = {name: terms for name, terms in self.noise.items() if terms}
        self.threshold = _threshold(group)
        self.functions: dict[str, Any] = {"logical_not": np.logical_not}
        self.constants: dict[str, float] = {}
        self.arrays: list[str] = []
        self._resolve(group, namespace)
        self._code: dict[str, Any] = {}
        self.v = self._potential()
        self.frame = self._counted()

    def _resolve(self, group: b2.NeuronGroup, namespace: Mapping[str, Any]) -> None:
        names = set().union(*(get_identifiers(text) for text in self.expressions.values())) | set(self.states)
        names |= {n for n, e in group.equations.items() if e.type == PARAMETER} | {"t", "dt"}
        texts = [*group.events.values(), self.threshold, *(term for terms in self.noise.values() for term in terms)]
        texts += [group._refractory] if isinstance(group._refractory, str) else []
        codes = [code for code in getattr(group, "event_codes", {}).values() if isinstance(code, str)]
        for text in [*texts, *codes]:
            names |= get_identifiers(text)
        names -= {name for code in codes for name in assigned(code) if name not in group.variables}  # within it alone
        self.external: dict[str, float] = {}
        for name in sorted(names - {"_placeholder_arg"}):
            if name in self.expressions and name not in self.states:
                continue
            variable = group._resolve(name, namespace, user_identifier=False)
            if isinstance(variable, Function):
                self.functions[name] = implementation(name, variable, group)
            elif isinstance(variable, Subexpression):
                self.arrays.append(name)
            elif isinstance(variable, ArrayVariable):
                if variable.scalar:
                    self.constants[name] = variable.get_value().item()
                else:
                    self.arrays.append(name)
            else:
                self.constants[name] = self.external[name] = variable.get_value()

    def _potential(self) -> str | None:
        """Return the variable that the threshold reads; else one in volts; else one that is named as potentials are."""
        read = [name for name in self.reads(self.threshold) if name in self.states]
        volts = [name for name in self.states if have_same_dimensions(self.group.variables[name].dim, b2.volt)]
        named = [name for name in volts or self.states if name.lower() in NAMES]
        for found in ([n for n in read if n in volts], [n for n in named if n in volts], volts, read, named):
            if found:
                return found[0]
        return None

    def reads(self, expression: str) -> list[str]:
        """Return the names in an expression, in their order, those of its subexpressions after them."""
        found = []
        for node in ast.walk(ast.parse(expression, mode="eval")):
            if isinstance(node, ast.Name) and node.id not in found:
                found.append(node.id)
        for name in [n for n in found if n in self.expressions and n not in self.states]:
            found += [n for n in self.reads(self.expressions[name]) if n not in found]
        return found

    def _number(self, text: str) -> float:
        return float(np.mean(self.evaluate(text, self.now([0]))))

    @property
    def level(self) -> float | None:
        """The potential above which a neuron spikes, in its unit; None where the threshold has no such number."""
        return None if self.v is None else limit(self.threshold, self.v, self._number)

    @property
    def reset(self) -> float | None:
        """The potential that a reset sets, in its unit; None where it sets none to a number."""
        return None if self.v is None else target(self.group.event_codes.get("spike", ""), self.v, self._number)

    def _counted(self) -> Frame:
        """Return how the potential is counted: in volts, or with reset and threshold as the scale."""
        if self.v is None or self.in_volts:
            return Frame()
        top, reset = self.level, self.reset
        start = self.now(range(len(self.group)))[self.v]
        low = float(start.min()) if reset is None else reset
        if LOW_MV[0] <= low <= LOW_MV[1] and (top is None or low < top < HIGH_MV):  # in millivolts, without the unit
            return Frame(0.0, MILLI)
        if top is None:  # nothing says how it is counted: a wide frame, in which nothing is out of scale
            return through((RESET_V, low), (THRESHOLD_V, low + max(abs(low), 1.0)))
        bottom = reset if reset is not None and reset < top else min(float(start.min()), top - max(abs(top), 1e-3))
        return through((RESET_V, bottom), (THRESHOLD_V, top))

    @property
    def anchored(self) -> bool:
        """Something says how the potential is counted: a unit, millivolts or a threshold that is a number."""
        return self.in_volts or self.frame.per_volt == MILLI or self.level is not None

    @property
    def in_volts(self) -> bool:
        """The potential has a unit."""
        return self.v is not None and bool(have_same_dimensions(self.group.variables[self.v].dim, b2.volt))

    def shown(self, value: float) -> str:
        """Return a value of the potential as text, in its unit."""
        return f"{milli(value)} mV" if self.in_volts else f"{value:.4g}"

    @property
    def potential(self) -> str:
        """The name of the membrane potential, for who knows that there is one; ValueError where there is none."""
        if self.v is None:
            raise ValueError(f"{self.group.name} has no membrane potential")
        return self.v

    def dimensionless(self, name: str) -> bool:
        """Tell whether a state variable has no unit."""
        return bool(self.group.variables[name].dim is DIMENSIONLESS)

    def now(self, neurons: np.ndarray | Sequence[int]) -> Values:
        """Return the present values of all variables that equations use, for these neurons, each with their shape."""
        chosen = np.asarray(neurons)
        values = {}
        for name in self.arrays:
            whole = np.asarray(self.group.state(name, use_units=False)[:])
            kind = whole.dtype if np.issubdtype(whole.dtype, np.integer) else float  # an index stays one
            values[name] = np.array(whole[chosen] if whole.shape else np.broadcast_to(whole, chosen.shape), kind)
            if name == "not_refractory":
                values[name] = np.ones(chosen.shape, bool)
        return values

    def evaluate(self, expression: str, values: Values) -> np.ndarray:
        """Return an expression of the model at `values`; subexpressions are computed unless `values` has them."""
        if expression not in self._code:
            auto = {name for name in get_identifiers(expression) if name in ("rand", "randn")}
            text = NumpyNodeRenderer(auto_vectorise=auto).render_expr(expression)
            self._code[expression] = compile(text, expression, "eval"), sorted(get_identifiers(expression))
        code, names = self._code[expression]
        scope = {"__builtins__": {}, "_vectorisation_idx": np.zeros(1), **self.functions}
        for name in names:
            if name in values:
                scope[name] = values[name]
            elif name in self.constants:
                scope[name] = self.constants[name]
            elif name in self.expressions and name not in self.states:
                scope[name] = values[name] = self.evaluate(self.expressions[name], values)
        with np.errstate(all="ignore"):
            found: np.ndarray = eval(code, scope)  # noqa: S307 (the user's own equations, as Brian2 itself runs them)
        return found

    def rates(self, values: Values, frozen: Values | None = None) -> Values:
        """Return d/dt of every state variable, with the shape of the states; subexpressions in `frozen` are kept."""
        scope = {**values, **(frozen or {})}
        shape = np.shape(values[self.states[0]])
        return {name: np.broadcast_to(self.evaluate(self.expressions[name], scope), shape) for name in self.states}

    def difference(self, name: str, one: Values, other: Values) -> np.ndarray:
        """Return the rate of a variable at `one` minus that at `other`, term by term.

        So a term that is equal in both, as large as an exponential of v may be, does not drown those that differ.
        """
        found: np.ndarray = np.zeros(())
        for term in self.terms(name):
            here, there = self.evaluate(term, dict(one)), self.evaluate(term, dict(other))
            found = found + np.where(here == there, 0.0, here - there)
        return found

    def frozen(self, values: Values) -> Values:
        """Return what is `(constant over dt)` at `values`."""
        return {name: self.evaluate(self.expressions[name], dict(values)) for name in self.frozen_names}

    def jacobian(self, values: Values, names: list[str] | None = None, frozen: Values | None = None) -> np.ndarray:
        """Return d(rate i)/d(state j), shape (..., n, n) in 1/s, by central differences."""
        names = names or self.states
        columns = []
        for name in names:
            step = 1e-6 * np.maximum(np.abs(values[name]), 1e-3 if self.dimensionless(name) else self.scale(name))
            up = self.rates({**values, name: values[name] + step}, frozen)
            down = self.rates({**values, name: values[name] - step}, frozen)
            columns.append(np.stack([(up[n] - down[n]) / (2 * step) for n in names], axis=-1))
        return np.stack(columns, axis=-1)

    def scale(self, name: str) -> float:
        """Return a size for steps in a variable: 10 mV for potentials, 1e-12 of the unit for others."""
        return 1e-2 if have_same_dimensions(self.group.variables[name].dim, b2.volt) else 1e-12

    def terms(self, name: str) -> list[str]:
        """Return the rate of `name` as a list of expressions that add up to it; currents are opened, gates are not."""
        return [ast.unparse(term) for term in self._split(ast.parse(self.expressions[name], mode="eval").body)]

    def _injections(self) -> list[str]:
        """Return the terms of dv/dt that hang on no state, as an injected current does."""
        terms = self.terms(self.v) if self.v is not None else []
        return [term for term in terms if not set(self.reads(term)) & set(self.states)]

    def drives(self, name: str) -> bool:
        """Tell whether a parameter adds to dv/dt by itself, as an injected current does."""
        return any(name in self.reads(term) for term in self._injections())

    def injected(self) -> float:
        """Return what all injected currents together add to dv/dt, in the mean over neurons."""
        values = self.now(range(len(self.group)))
        return float(sum(np.mean(self.evaluate(term, dict(values))) for term in self._injections()))

    def _split(self, node: ast.expr) -> list[ast.expr]:
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            right = self._split(node.right)
            if isinstance(node.op, ast.Sub):
                right = [_negated(term) for term in right]
            return self._split(node.left) + right
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            inner = self._split(node.operand)
            return [_negated(term) for term in inner] if isinstance(node.op, ast.USub) else inner
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            inner = self._split(node.left)
            if len(inner) > 1 and all(_plain(term) for term in inner) and _driving_force(node.left, self.v):
                return [node]
            return [ast.BinOp(term, ast.Div(), node.right) for term in inner]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            for part, other in ((node.left, node.right), (node.right, node.left)):
                inner = self._split(part)
                if len(inner) > 1 and not all(_plain(term) for term in inner):
                    return [ast.BinOp(other, ast.Mult(), term) for term in inner]
        if isinstance(node, ast.Name) and node.id in self.expressions and node.id not in self.states:
            inner = self._split(ast.parse(self.expressions[node.id], mode="eval").body)
            if len(inner) > 1 or _driving_force(inner[0], self.v):
                return inner
        return [node]


def driving_force(term: str, v: str | None) -> str | None:
    """Return the reversal potential X of a term with a factor (v - X) or (X - v), as text; None if it has none."""
    return _driving_force(ast.parse(term, mode="eval").body, v)


def _driving_force(node: ast.expr, v: str | None) -> str | None:
    if isinstance(node, ast.UnaryOp):
        return _driving_force(node.operand, v)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        return _driving_force(node.left, v) or (
            _driving_force(node.right, v) if isinstance(node.op, ast.Mult) else None
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Sub, ast.Add)) and v is not None:
        for one, other in ((node.left, node.right), (node.right, node.left)):
            alone = one.operand if isinstance(one, ast.UnaryOp) else one
            names = {n.id for n in ast.walk(other) if isinstance(n, ast.Name)}
            if isinstance(alone, ast.Name) and alone.id == v and v not in names:
                if isinstance(node.op, ast.Sub) and not isinstance(one, ast.UnaryOp):
                    return ast.unparse(other)
                return ast.unparse(_negated(other))
    return None


def _negated(node: ast.expr) -> ast.expr:
    return (
        node.operand
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
        else ast.UnaryOp(ast.USub(), node)
    )


def _plain(node: ast.expr) -> bool:
    """Tell whether a term is one name, or a number with a unit, as in v - E and v + 70*mV, which must stay together."""
    inner = list(ast.walk(node))
    return sum(isinstance(n, ast.Name) for n in inner) <= 1 and not any(isinstance(n, ast.Call) for n in inner)


def deterministic(expression: Any) -> str:
    """Return the code of an equation without its noise."""
    drift, noise = expression.split_stochastic()
    return (drift.code if noise else expression.code) if drift is not None else "0"


def noise_factors(expression: Any) -> list[str]:
    """Return the factors of xi in an equation."""
    _, noise = expression.split_stochastic()
    return [] if noise is None else [factor.code for factor in noise.values()]


def _threshold(group: Any) -> str:
    """Return the condition of a spike; where the integrator's own code sets a variable for it, what that is set to."""
    condition: str = group.events.get("spike", "False")
    options = getattr(group.state_updater, "method_options", None) or {}
    flag = re.fullmatch(r"(\w+) == 1", condition)
    found = flag and re.search(rf"^{flag[1]} = (.*)$", options.get("after", ""), re.MULTILINE)
    return f"({found[1]}) == 1" if found else condition


def implementation(name: str, function: Function, group: b2.NeuronGroup) -> Any:
    """Return what computes a function of the equations in numpy; random numbers are their means."""
    if name == "rand":
        return lambda *_: 0.5
    if name == "randn":
        return lambda *_: 0.0
    units = [*(function._arg_units or ()), function._return_unit]
    numbers = all(isinstance(unit, (int, float)) and unit == 1 and not isinstance(unit, b2.Quantity) for unit in units)
    if numbers and NumpyCodeObject not in function.implementations._implementations:
        return function.pyfunc  # as Brian2 does, without its check of units in each call
    try:
        return function.implementations[NumpyCodeObject].get_code(group)
    except KeyError:  # Brian2 makes one of the Python function then: arguments get their units, the result loses its
        made = FunctionImplementationContainer(function)
        made.add_numpy_implementation(function.pyfunc)
        return made[NumpyCodeObject].get_code(group)
