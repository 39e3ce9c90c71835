"""Features as an emulator sees them: how far they are from their targets, in sd, rates by their logarithm."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.fit.targets import FAR, Target


def logarithmic(target: Target) -> bool:
    """Rates, responses and synchrony change by factors: their logarithm is closer to a quadratic. Slopes pass 0."""
    return not target.logarithmic and not target.at and target.mean > 3 * target.sd


def seen(trials: Sequence[Mapping[tuple[str, str], float]], targets: Sequence[Target]) -> np.ndarray:
    """Return features of trials as the emulator sees them, trials x targets; NaN where undefined.

    Of a feature that changes by factors (log(feature) - log(target)) target / sd, else (feature - target) / sd: the
    same near the target. What is below a hundredth of such a target counts as undefined: its logarithm leads nowhere.
    """
    columns = []
    for target in targets:
        values = np.array([target.value(features) for features in trials], float)
        if logarithmic(target):
            known = np.where(values > target.mean / 100, values, np.nan)
            columns.append(np.log(known / target.mean) * target.mean / target.sd)
        else:
            columns.append((values - target.mean) / target.sd)
    return np.array(columns).T.reshape(len(trials), len(targets))


def steps(values: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """Return by how much what the emulator sees changes with a feature, at `values` (trials x targets)."""
    factors = np.array([logarithmic(target) for target in targets])
    mean, sd = _of(targets)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: np.ndarray = np.where(factors, mean / values, 1.0) / sd
    return found


def below(variance: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """Return by how much the mean of a feature with that variance (both as seen) lies below the feature of its mean.

    The logarithm is concave: to second order by half of the relative variance.
    """
    mean, sd = _of(targets)
    factors = np.array([logarithmic(target) for target in targets])
    found: np.ndarray = np.where(factors, 0.5 * variance * sd / np.where(factors, mean, 1), 0)
    return found


def deviations(seen_as: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """Return deviations from the targets in sd, within +-FAR, of what the emulator sees (..., targets)."""
    mean, sd = _of(targets)
    factors = np.array([logarithmic(target) for target in targets])
    size = np.where(factors, mean / sd, 1)
    grown = size * np.expm1(np.minimum(seen_as / size, math.log(FAR * 100)))
    found: np.ndarray = np.clip(np.where(factors, grown, seen_as), -FAR, FAR)
    return found


def _of(targets: Sequence[Target]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([target.mean for target in targets]), np.array([target.sd for target in targets])
