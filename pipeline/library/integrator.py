"""A second-order integrator for Hodgkin-Huxley networks: staggered gates and an iterated exponential midpoint for v.

One step of dt, from v(t), gates at t - dt/2, conductances at t:
1. gates relax over dt at fixed v(t), to t + dt/2; so they are second order without iteration (Mascagni & Sherman 1998);
2. conductances, which do not depend on v, decay exactly; their values at t + dt/2 enter step 3;
3. v relaxes with its instantaneous functions (here m) frozen: over dt/2 with those at v(t), again over dt/2 with those
   at that midpoint, then over dt with those at the better midpoint. Freezing m at v(t) alone, as exponential Euler
   does, delays every spike by more than a step. Where the slopes of v in the steps before are kept (v_slope), a first
   midpoint is had from them, and the functions are evaluated less often: once far from a spike, twice in one.
4. what arrives within a step, at a fraction f of it, and adds J to a conductance g, is added to g at the begin of the
   step, and f J to g_late. With g - g_late in step 3, and g_late (1 - decay) added in step 2, the mean of g in the
   step and its value at the end are right to second order. f may lie beyond 0 and 1, where it is an extrapolation.
To relax y over s at dy/dt = f, a = -s df/dy >= 0, is y + s f/(1 + a/2 + a^2/12): the [2/2] Pade form of the
exponential, one division instead of an exponential. Its decay factor lies in (0, 1] for every a, so v stays between the
reversal potentials and gates in [0, 1] whatever dt.

Registered with Brian2 as the method 'staggered_midpoint'; it takes any equations of that form. spiking.py has neurons
that have v_slope and g_late, and take their steps in shorter ones in a spike.
"""

import re
from typing import Any

import sympy as sp
from brian2 import Equations, StateUpdateMethod
from brian2.parsing.sympytools import str_to_sympy, sympy_to_str
from brian2.stateupdaters.base import UnsupportedEquationsException

from pipeline.network.adopted import METHOD

_DT, _GATE_DT = (sp.Symbol(name, real=True) for name in ("_dt", "_gate_dt"))
"""Steps of v and conductances, and of gates, in the float type of the state: Brian2's own dt is double, and would drag
all the arithmetic with it."""


class StaggeredMidpoint(StateUpdateMethod):
    """State updater of the module's scheme."""

    def __call__(
        self,
        equations: Equations,
        variables: dict[str, Any] | None = None,
        method_options: dict[str, str] | None = None,
    ) -> str:
        """Return Brian2's abstract code for one step; `method_options` may give a line `after` it.

        Raises UnsupportedEquationsException unless every variable is linear in itself at fixed instantaneous
        functions, exactly one (the membrane potential) depends on several others, and these on none but it.
        """
        before = [f"{_DT} = dt", f"{_GATE_DT} = {_DT}"]
        step = _Step(equations, dict(variables or {}))
        return step.write(before, (method_options or {}).get("after", ""), evaluations=1)


SLOPE, SLOPE_BEFORE = "v_slope", "v_slope_before"
"""What the slopes of v in the last step and in the one before are called, where they are kept."""


def late(name: str) -> str:
    """Return what the variable is called that holds what arrived of another within a step, times when."""
    return f"{name}_late"


def decaying(equations: Equations) -> list[str]:
    """Return the variables that do not depend on the potential, as conductances."""
    return _Step(equations, {}).decaying()


def substep(equations: Equations, variables: dict[str, Any], substeps: int) -> str:
    """Return Brian2's abstract code for one of `substeps` parts of a step, in which gates move by gate_step."""
    moves = [f"{_DT} = dt*{1 / substeps!r}", f"{_GATE_DT} = gate_step"]
    return _Step(equations, variables).write(moves, f"gate_step = {_DT}", evaluations=2, whole=False)


def gates(equations: Equations, variables: dict[str, Any]) -> list[str]:
    """Return the variables that depend on the potential, in the order in which they are relaxed."""
    return _Step(equations, variables).gates()


def gates_back(equations: Equations, variables: dict[str, Any], substeps: int) -> str:
    """Return Brian2's abstract code that takes gates from half a substep behind v to half a step behind it."""
    back = f"{_GATE_DT} = dt*{(1 / substeps - 1) / 2!r}"
    return _Step(equations, variables).write_gates(back)


def undecayed(equations: Equations, variables: dict[str, Any]) -> str:
    """Return Brian2's abstract code that takes back the decay in a step of what does not depend on the potential.

    What arrived within the step is left in it as if it had been there from the begin; its `late` is made what has to be
    taken off in every part of the step.
    """
    return _Step(equations, variables).undecay()


class _Step:
    """The abstract code of one step while it is written; its own names start with an underscore."""

    def __init__(self, equations: Equations, variables: dict[str, Any]) -> None:
        if equations.is_stochastic:
            raise UnsupportedEquationsException(f"{METHOD} does not take stochastic equations.")

        def parse(kind: str) -> dict[str, sp.Expr]:
            chosen = sorted((eq for eq in equations.ordered if eq.type == kind), key=lambda eq: eq.varname)
            return {eq.varname: str_to_sympy(eq.expr.code, variables) for eq in chosen}

        self.variables = variables
        self.integrated = parse("differential equation")
        self.instantaneous = parse("subexpression")
        self.symbols = {name: sp.Symbol(name, real=True) for name in [*self.integrated, *self.instantaneous]}
        self.lines: list[str] = []
        self.potential = self._find_potential()

    def _reach(self, name: str) -> set[str]:
        """Return the integrated variables on which the right-hand side of `name` depends, itself included."""
        expr: sp.Expr = self.integrated.get(name, self.instantaneous.get(name))
        found = set()
        for symbol in map(str, expr.free_symbols):
            if symbol in self.integrated:
                found.add(symbol)
            elif symbol in self.instantaneous:
                found |= self._reach(symbol)
        return found

    def _find_potential(self) -> str:
        reach = {name: self._reach(name) - {name} for name in self.integrated}
        hubs = [name for name, others in reach.items() if len(others) > 1]
        hubs = hubs or [name for name, others in reach.items() if others] or list(reach)
        if len(hubs) > 1 and "v" in hubs and all(len(others) < 2 for others in reach.values()):
            hubs = ["v"]  # of two that depend on each other
        if len(hubs) != 1:
            raise UnsupportedEquationsException(
                f"{METHOD} takes one membrane potential, on which the others depend, and that may be each of {hubs}."
            )
        for name, others in reach.items():
            if name != hubs[0] and others - {hubs[0]}:
                raise UnsupportedEquationsException(f"{METHOD} cannot relax {name}: it depends on {sorted(others)}.")
        return hubs[0]

    def _assign(self, name: str, expr: sp.Expr) -> sp.Symbol:
        self.lines.append(f"{name} = {_code(expr)}")
        return sp.Symbol(name, real=True)

    def _evaluate(self, expr: sp.Expr, at: dict[sp.Symbol, sp.Symbol], tag: str) -> sp.Expr:
        """Return `expr` with variables as in `at`; its instantaneous functions are written out first, once a `tag`."""
        for name in self.instantaneous:
            symbol = self.symbols[name]
            if symbol in expr.free_symbols and symbol not in at:
                value = self._evaluate(self.instantaneous[name], at, tag)
                at[symbol] = self._assign(f"_{name}_{tag}", value)
        return expr.subs(at)

    def _force(self, name: str, at: dict[sp.Symbol, sp.Symbol], tag: str) -> tuple[sp.Expr, sp.Expr]:
        """Return (B, A) of d(name)/dt = B + A*name with the instantaneous functions held."""
        symbol = self.symbols[name]
        expr = _expanded(self._evaluate(self._with_linear(self.integrated[name], symbol), at, tag))
        rate = sp.diff(expr, symbol)
        if symbol in rate.free_symbols:
            raise UnsupportedEquationsException(f"{METHOD} cannot relax {name}: it is not linear in itself.")
        return sp.simplify(expr - rate * symbol), sp.factor_terms(sp.factor(rate))

    def _whole(self, expr: sp.Expr) -> sp.Expr:
        """Return `expr` with all subexpressions written out."""
        while named := [name for name in self.instantaneous if self.symbols[name] in expr.free_symbols]:
            expr = expr.subs({self.symbols[name]: self.instantaneous[name] for name in named})
        return expr

    def _with_linear(self, expr: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
        """Return `expr` with subexpressions written out that are linear in `symbol`: held, they would not relax."""
        for name in self.instantaneous:
            found = self._whole(self.instantaneous[name])
            linear = symbol in found.free_symbols and symbol not in sp.diff(found, symbol).free_symbols
            if linear and self.symbols[name] in expr.free_symbols:
                expr = expr.subs(self.symbols[name], found)
        return expr

    def _relax(self, name: str, start: sp.Expr, force: tuple[sp.Expr, sp.Expr], step: sp.Expr, tag: str) -> sp.Symbol:
        drive, rate = force
        decay = self._assign(f"_a_{name}_{tag}", -step * rate)
        slope = drive + rate * start
        return self._assign(f"_{name}_{tag}", start + step * slope / (1 + decay / 2 + decay**2 / 12))

    def gates(self) -> list[str]:
        """Return the variables that depend on the potential."""
        return [name for name in self.integrated if name != self.potential and self.potential in self._reach(name)]

    def _gates(self) -> dict[str, sp.Symbol]:
        """Return what depends on the potential, relaxed at this by the step of gates."""
        at_start: dict[sp.Symbol, sp.Symbol] = {}
        return {
            name: self._relax(name, self.symbols[name], self._force(name, at_start, "start"), _GATE_DT, "next")
            for name in self.gates()
        }

    def decaying(self) -> list[str]:
        """Return the variables that do not depend on the potential."""
        return [name for name in self.integrated if self.potential not in self._reach(name)]

    def _decayed(self, step: sp.Expr) -> dict[str, sp.Expr]:
        """Return what does not depend on the potential after `step`, exactly."""
        found = {}
        for name in self.decaying():
            drive, rate = self._force(name, {}, "start")
            if rate == 0:
                found[name] = self.symbols[name] + drive * step
                continue
            steady = -drive / rate
            found[name] = steady + (self.symbols[name] - steady) * sp.exp(rate * step)
        return found

    def _late(self, step: sp.Expr) -> dict[str, tuple[sp.Expr, sp.Expr]]:
        """Return what is late, of all variables that have such, and by which factor these decay in `step`."""
        return {
            name: (sp.Symbol(late(name), real=True), sp.exp(self._force(name, {}, "start")[1] * step))
            for name in self.decaying()
            if late(name) in self.variables
        }

    def _update(self, values: dict[str, sp.Expr]) -> None:
        self.lines += [f"{name} = {_code(value)}" for name, value in values.items()]

    def write(self, before: list[str], after: str, *, evaluations: int, whole: bool = True) -> str:
        """Return the code of a step, or of a part of it, between the lines `before`, which set the steps, and `after`.

        v's own functions are evaluated so many times where the slope of v is kept, else three times.
        """
        self.lines += before
        v = self.symbols[self.potential]
        halfway, end = self._decayed(_DT / 2), self._decayed(_DT)
        for name, (arrived, decay) in self._late(_DT / 2).items():
            halfway[name] -= arrived * decay if whole else arrived
        for name, (arrived, decay) in self._late(_DT).items() if whole else ():
            end[name] += arrived * (1 - decay)
        middle: dict[sp.Symbol, sp.Symbol] = {
            self.symbols[name]: self._assign(f"_{name}_mid", value) for name, value in halfway.items()
        }
        gates = self._gates()
        middle |= {self.symbols[name]: value for name, value in gates.items()}
        force = self._potential_force(middle, _DT / 2 if whole else 0)
        stages = [("early", _DT / 2), ("mid", _DT / 2), ("next", _DT)]
        guess, slope = v, sp.Symbol(SLOPE, real=True)
        if SLOPE in self.variables:
            if whole:  # as a parabola through this step's begin and the two before
                bend = 3 * (slope - sp.Symbol(SLOPE_BEFORE, real=True)) / 8
                guess = self._assign("_v_reached", v + (slope / 2 + bend) * _DT)
                self._update({SLOPE_BEFORE: slope})
            else:
                guess = self._assign("_v_reached", v + slope * _DT / 2)
            stages = stages[-evaluations:]
        for tag, step in stages:
            at = {v: guess}
            drive, rate = (self._evaluate(part, at, tag) for part in force)
            guess = self._relax(self.potential, v, (drive, rate), step, tag)
        if SLOPE in self.variables:
            self._update({SLOPE: (guess - v) / _DT})
        self._update({**end, **gates, self.potential: guess})
        self.lines.append(after)
        return "\n".join(self.lines)

    def write_gates(self, before: str) -> str:
        """Return the code that relaxes gates alone, by the step that `before` sets."""
        self.lines.append(before)
        self._update(self._gates())
        return "\n".join(self.lines)

    def undecay(self) -> str:
        """Return the code that takes variables that do not depend on the potential back by a step."""
        self.lines.append(f"{_DT} = dt")
        self._update(self._decayed(-_DT))
        self._update({late(name): arrived * decay for name, (arrived, decay) in self._late(-_DT / 2).items()})
        return "\n".join(self.lines)

    def _potential_force(self, middle: dict[sp.Symbol, sp.Symbol], later: sp.Expr) -> list[sp.Expr]:
        """Return [B, A] of dv/dt = B + A*v, all but v's own functions (here m) held in the middle of the step.

        What v's own functions do not enter is computed once, before. What depends on time is taken `later`.
        """
        v = self.symbols[self.potential]
        expr = self._with_linear(self.integrated[self.potential], v)
        own = {self.symbols[name] for name in self.instantaneous if self._reach(name) == {self.potential}}
        for name in self.instantaneous:
            if self.symbols[name] not in own:
                expr = expr.subs(self.symbols[name], self.instantaneous[name])
        expr = expr.subs(middle)
        expr = _expanded(expr.subs({time: time + later for time in expr.free_symbols if time.name == "t"}))
        rate = sp.diff(expr, v)
        if v in rate.free_symbols:
            raise UnsupportedEquationsException(f"{METHOD}: {self.potential} is not linear in itself at fixed m.")
        force = []
        for label, part in (("drive", expr - rate * v), ("rate", rate)):
            terms = sp.Add.make_args(_expanded(part))
            fixed = [term for term in terms if not term.free_symbols & own]
            force.append(self._assign(f"_{label}_fixed", sp.Add(*fixed)) + sp.Add(*terms) - sp.Add(*fixed))
        return force


def _expanded(expr: sp.Expr) -> sp.Expr:
    """Return a sum of products; the exponential of a sum stays one, which SymPy would take for ever to join again."""
    found: sp.Expr = sp.expand(expr, power_exp=False, power_base=False)
    return found


def _code(expr: sp.Expr) -> str:
    """Return Brian2 code, integer powers of names as products: pow() would be computed in double precision."""

    def product(found: re.Match[str]) -> str:
        factors = "*".join([found[2]] * int(found[3]))
        return f"{found[1]}({factors})" if found[1] else factors

    code = re.sub(r"(/\s*)?(?<![\w.])([A-Za-z_]\w*)\*\*([2-9])(?![\w.])", product, sympy_to_str(expr))
    return re.sub(r"\bexp\(", "exponential(", code)


StateUpdateMethod.register(METHOD, StaggeredMidpoint())
