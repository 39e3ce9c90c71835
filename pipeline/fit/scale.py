"""Features as an emulator sees them: how far they are from their targets, in sd, on a scale that bends.

Rates, responses and synchrony change by factors, so that their logarithm is closer to a quadratic; but noise is no
factor near 0, where some also pass through it. The inverse hyperbolic sine is both: linear up to some sd of the target,
a logarithm beyond (Huber et al. 2002, Bioinformatics 18: S96). Around 0 and its slope there, a target is not bent.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.fit.targets import FAR, Target

BEND = 3.0
"""Sd of a target up to which its feature counts as linear."""


def seen(trials: Sequence[Mapping[tuple[str, str], float]], targets: Sequence[Target]) -> np.ndarray:
    """Return features of trials as the emulator sees them, trials x targets; NaN where undefined.

    Near the target (feature - target) / sd.
    """
    raw = np.array([[target.value(features) for target in targets] for features in trials], float)
    mean, sd, _ = sizes(targets)
    return bent((raw.reshape(len(trials), len(targets)) - mean) / sd, targets)


def bent(off: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """Return deviations in sd (..., targets) as the emulator sees them."""
    mean, sd, bend = sizes(targets)
    with np.errstate(invalid="ignore"):
        seen_as = (np.arcsinh((mean + off * sd) / bend) - np.arcsinh(mean / bend)) * np.hypot(mean, bend) / sd
    found: np.ndarray = np.where(np.isfinite(bend), seen_as, off)
    return found


def steps(values: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """Return by how much what the emulator sees changes with a feature, at `values` (trials x targets)."""
    mean, sd, bend = sizes(targets)
    with np.errstate(invalid="ignore"):
        stretch = np.hypot(mean, bend) / np.hypot(values, bend)
    found: np.ndarray = np.where(np.isfinite(bend), stretch, 1.0) / sd
    return found


def below(variance: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """Return by how much the mean of a feature with that variance (both as seen) lies below the feature of its mean.

    The scale is concave: to second order, at the target.
    """
    mean, sd, bend = sizes(targets)
    found: np.ndarray = 0.5 * variance * sd * mean / (mean**2 + bend**2)
    return found


def deviations(seen_as: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """Return deviations from the targets in sd, within +-FAR, of what the emulator sees (..., targets)."""
    mean, sd, bend = sizes(targets)
    far = np.arcsinh((np.abs(mean) + (FAR + 1) * sd) / bend)  # beyond it any deviation is FAR
    with np.errstate(invalid="ignore"):
        at = np.clip(np.arcsinh(mean / bend) + seen_as * sd / np.hypot(mean, bend), -far, far)
        grown = (bend * np.sinh(at) - mean) / sd
    found: np.ndarray = np.clip(np.where(np.isfinite(bend), grown, seen_as), -FAR, FAR)
    return found


def sizes(targets: Sequence[Target]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return means and sd of targets, and the size of each feature from which on it counts as a logarithm.

    That is infinite where it never does: where the target is one already, is a slope or an angle, or is not above 0.
    """
    bends = [
        math.inf if target.logarithmic or target.at or target.angle or target.mean <= 0 else BEND * target.sd
        for target in targets
    ]
    return np.array([target.mean for target in targets]), np.array([target.sd for target in targets]), np.array(bends)
