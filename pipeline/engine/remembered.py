"""Integration schemes remembered: what Brian2 derives from equations is derived once, whatever the values of numbers.

Brian2 keeps derived code, too, but for the same values of all constants: solving linear equations symbolically, a
second or more, was done again for each value of a knob. The code has symbols in place of values, and is the same.
"""

from typing import Any

from brian2.core.variables import Variable
from brian2.equations import Equations
from brian2.stateupdaters.base import StateUpdateMethod

METHODS = ("exact", "linear", "exponential_euler", "euler", "heun", "milstein", "rk2", "rk4")
"""Methods whose code depends on equations and kinds of variables alone."""


class Remembered(StateUpdateMethod):
    """A method of Brian2 whose answers are kept."""

    def __init__(self, inner: StateUpdateMethod) -> None:
        self._inner = inner
        self._kept: dict[Any, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def __call__(
        self,
        equations: Equations,
        variables: dict[str, Any] | None = None,
        method_options: dict[str, Any] | None = None,
    ) -> str:
        """Return the abstract code of a step; raises as the method does."""
        key = (
            frozenset((e.varname, e.type, f"{e.expr}", repr(e.dim), e.var_type, *e.flags) for e in equations.values()),
            frozenset((name, _kind(variable)) for name, variable in (variables or {}).items()),
            repr(method_options),
        )
        if key not in self._kept:
            self._kept[key] = self._inner(equations, variables, method_options)
        return self._kept[key]


def _kind(variable: Any) -> Any:
    """Return what of a variable decides code: all but its value; of a function, itself."""
    if isinstance(variable, Variable):
        return type(variable).__name__, repr(variable.dim), str(variable.dtype), variable.constant, variable.scalar
    return variable


def install() -> None:
    """Have the methods of this process remembered."""
    known = StateUpdateMethod.stateupdaters
    for name in METHODS:
        if not isinstance(known[name], Remembered):
            known[name] = Remembered(known[name])
