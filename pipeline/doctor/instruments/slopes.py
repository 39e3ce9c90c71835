"""Signs by derivative: which way each term of dv/dt pushes v, whatever its form, unit or writing.

A term whose derivative by v is negative pulls v to where it is zero; one whose derivative is positive drives v away
from there. A model needs the second kind for its spikes, and the first to come back: where nothing pulls at any
potential, no step and no input keeps v finite.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.doctor.instruments.dynamics import Dynamics, Values

WIDE_V = np.linspace(-0.4, 0.3, 71) + 1.7e-5
"""Nominal potentials, far beyond those of any neuron, at which a membrane must pull back."""


@dataclass(frozen=True)
class Slope:
    """A term of dv/dt along the scan."""

    term: str
    lowest: float
    """Of d(term)/dv, in 1/s."""
    highest: float
    straight: bool
    """The term is a straight line in v."""
    zero: float | None
    """Where a straight line is zero, in the model's unit."""

    @property
    def drives_away(self) -> bool:
        """It pushes v away from its zero at every potential."""
        return self.straight and self.lowest > 0


def scan(about: Dynamics, states: Values) -> Values:
    """Return one neuron's values with its potential at each of WIDE_V and all else as in `states` (shape (1,))."""
    values = {name: np.repeat(np.atleast_1d(value)[:1], len(WIDE_V)) for name, value in states.items()}
    values[about.potential] = about.frame.model(WIDE_V)
    return values


def slopes(about: Dynamics, states: Values) -> list[Slope]:
    """Return how each term of dv/dt changes with v, at `states` of one neuron."""
    values = scan(about, states)
    v = values[about.potential]
    found = []
    for term in about.terms(about.potential):
        line = np.broadcast_to(np.asarray(about.evaluate(term, dict(values)), float), v.shape)
        if not np.isfinite(line).all():
            continue
        steps = np.diff(line) / np.diff(v)
        straight = bool(np.ptp(steps) <= 1e-6 * np.abs(steps).max()) and bool(np.abs(steps).max() > 0)
        zero = float(v[0] - line[0] / steps[0]) if straight else None
        found.append(Slope(term, float(steps.min()), float(steps.max()), straight, zero))
    return found


def never_pulls(about: Dynamics, states: Values) -> bool:
    """Tell whether dv/dt grows with v at every potential, so that v runs away from wherever it is."""
    values = scan(about, states)
    with np.errstate(all="ignore"):
        rate = about.rates(values)[about.potential]
    steps = np.diff(rate) / np.diff(values[about.potential])
    return bool(np.isfinite(rate).all() and (steps > 1e-9 * np.abs(steps).max()).all())
