"""Where a model's potential lies: nominal volts, in which rest is near -65 mV, against the numbers of the model.

A model may count from rest, or in no unit at all. Levels that belong to neurons, not to one way of counting (a scan
from -120 to 60 mV, the top of an action potential), are in nominal volts; here they become the model's numbers.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from pipeline.doctor.instruments.subject import split

RESET_V, THRESHOLD_V = -0.065, -0.050
"""What the reset and the threshold of a model without unit count as."""
LOWEST_V, HIGHEST_V = -0.077, 0.050
"""What the lowest and the highest reversal potential of a model that counts from rest count as (Hodgkin-Huxley)."""

MILLI = 1e3
"""Numbers a volt of a model that counts in millivolts."""

Number = TypeVar("Number", float, np.ndarray)


@dataclass(frozen=True)
class Frame:
    """A line from nominal volts to a model's numbers."""

    at_zero: float = 0.0
    per_volt: float = 1.0

    def model(self, nominal_v: Number) -> Number:
        """Return nominal volts in the model's numbers."""
        return self.at_zero + self.per_volt * nominal_v

    def nominal(self, value: Number) -> Number:
        """Return numbers of the model in nominal volts."""
        return (value - self.at_zero) / self.per_volt

    @property
    def plain(self) -> bool:
        """The model counts in volts, as a voltmeter would."""
        return (self.at_zero, self.per_volt) == (0.0, 1.0)


def through(a: tuple[float, float], b: tuple[float, float]) -> Frame:
    """Return the frame in which two (nominal, model) pairs lie; the plain one where they are one point."""
    if a[0] == b[0] or a[1] == b[1]:
        return Frame()
    per_volt = (b[1] - a[1]) / (b[0] - a[0])
    return Frame(a[1] - per_volt * a[0], per_volt)


def limit(condition: str, name: str, evaluate: Callable[[str], float]) -> float | None:
    """Return X of a condition `name > X` (or >=, or turned round), evaluated; None where it is none."""
    for node in ast.walk(ast.parse(condition, mode="eval")):
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            sides = (node.left, node.comparators[0])
            for one, other in (sides, sides[::-1]):
                if isinstance(one, ast.Name) and one.id == name:
                    return _number(ast.unparse(other), evaluate)
    return None


def target(code: str, name: str, evaluate: Callable[[str], float]) -> float | None:
    """Return X of a statement `name = X`, evaluated; None where there is none."""
    for statement in split(code):
        left, equals, right = statement.partition("=")
        if equals and left.strip() == name and not right.startswith("="):
            return _number(right.strip(), evaluate)
    return None


def _number(text: str, evaluate: Callable[[str], float]) -> float | None:
    try:
        found = evaluate(text)
    except Exception:  # whatever cannot be evaluated for one neuron gives no frame
        return None
    return found if np.isfinite(found) else None
