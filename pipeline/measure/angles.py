"""Angles: a whole turn is none, so that they are neither averaged nor compared as numbers on a line."""

import math

import numpy as np

ANGLE = "rad"
"""The unit that makes a feature an angle."""


def turn(angle: float) -> float:
    """Return an angle or a difference of two, in rad, as the one between -pi and pi that is as many turns away."""
    return math.remainder(angle, 2 * math.pi)


def unwrapped(angles: np.ndarray) -> np.ndarray:
    """Return angles (n, rad) each within half a turn of their mean direction: their mean and spread are those of it."""
    around = np.angle(np.mean(np.exp(1j * angles)))
    found: np.ndarray = around + np.angle(np.exp(1j * (angles - around)))
    return found
