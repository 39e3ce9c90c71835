"""Numbers as text, in units that people use."""

from typing import Any

import brian2 as b2


def milli(value: float) -> str:
    """Return a number of volts or seconds as text in mV or ms (without the unit)."""
    return f"{round(value * 1e3, 3) + 0.0:.4g}"


def sized(value: float, dim: Any) -> tuple[float, str]:
    """Return a number in SI units as one in a unit that people use, and the unit: nS, mV, uS/cm2; '' without any."""
    for area, name in ((1.0, ""), (b2.cm**2, "/cm2")):
        size = b2.Quantity(value, dim=dim) * area
        if not isinstance(size, b2.Quantity):  # no dimension is left
            return (value, "") if not name else (float(size), f"1{name}")
        unit = size.get_best_unit()
        if not str(unit).startswith("1. "):  # else Brian2 has no name for it
            return float(size / unit), f"{unit}{name}"
    return value, str(dim)


def measure(value: float, dim: Any) -> str:
    """Return a number in SI units as text such as '6 nS'."""
    size, unit = sized(value, dim)
    return f"{size:.4g} {unit}".strip()


def several(n: int, one: str, more: str) -> str:
    """Return how many things there are: "one" and the word `one`, or the number and the word `more`."""
    return f"one {one}" if n == 1 else f"{n} {more}"
