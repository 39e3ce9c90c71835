"""Angles: a whole turn is none, so that they are neither averaged nor compared as numbers on a line."""

from __future__ import annotations  # with the next condition: a fit is read without a second for pandas

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    import pandas as pd

ANGLE = "rad"
"""The unit that makes a feature an angle."""


def turned(angles: ArrayLike) -> np.ndarray:
    """Return angles or differences of two, in rad, as those between -pi and pi that are as many turns away."""
    found: np.ndarray = np.angle(np.exp(1j * np.asarray(angles)))
    return found


def unwrapped(angles: np.ndarray) -> np.ndarray:
    """Return angles (n, rad) each within half a turn of their mean direction: their mean and spread are those of it."""
    around = np.angle(np.mean(np.exp(1j * angles)))
    found: np.ndarray = around + turned(angles - around)
    return found


def unwrapped_within(angles: pd.Series, groups: Sequence[pd.Series]) -> pd.Series:
    """Return the angles of each group as `unwrapped`; those that are NaN stay so."""
    east, north = (part.groupby(groups, dropna=False).transform("mean") for part in (np.cos(angles), np.sin(angles)))
    around = np.arctan2(north, east)
    return around + turned(angles - around)
