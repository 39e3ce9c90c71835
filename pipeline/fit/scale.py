"""Features as an emulator sees them: how far they are from their targets, in sd, on a scale that bends.

Rates, responses and synchrony change by factors, so that their logarithm is closer to a quadratic; but noise is no
factor near 0, where some also pass through it. The inverse hyperbolic sine is both: linear up to some sd of the target,
a logarithm beyond (Huber et al. 2002, Bioinformatics 18: S96). Around 0 and its slope there, a target is not bent.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.fit.targets import FAR, Target

BEND = 3.0
"""Sd of a target up to which its feature counts as linear."""


class Scale:
    """The scale of some targets."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._targets = targets
        self._mean = np.array([target.mean for target in targets])
        self._sd = np.array([target.sd for target in targets])
        self.bends = np.array([_bends(target) for target in targets], bool)
        """Of which targets the scale bends."""
        self.bend = np.where(self.bends, BEND * self._sd, 1.0)
        """Where it does: up to which size a feature counts as linear."""
        self.middle = np.arcsinh(self._mean / self.bend)
        """Where it does: asinh(target / bend). What is seen is by `slope` times as much as a feature has more."""
        self.slope = np.hypot(self._mean, self.bend) / self._sd
        self._far = np.arcsinh((np.abs(self._mean) + (FAR + 1) * self._sd) / self.bend)

    def seen(self, trials: Sequence[Mapping[tuple[str, str], float]]) -> np.ndarray:
        """Return features of trials as the emulator sees them, trials x targets; NaN where undefined.

        Near the target (feature - target) / sd.
        """
        raw = np.array([[target.value(features) for target in self._targets] for features in trials], float)
        return self.bent((raw.reshape(len(trials), len(self._targets)) - self._mean) / self._sd)

    def bent(self, off: np.ndarray) -> np.ndarray:
        """Return deviations in sd (..., targets) as the emulator sees them."""
        grown = np.arcsinh((self._mean + off * self._sd) / self.bend) - self.middle
        found: np.ndarray = np.where(self.bends, grown * self.slope, off)
        return found

    def steps(self, values: np.ndarray) -> np.ndarray:
        """Return by how much what the emulator sees changes with a feature, at `values` (trials x targets)."""
        found: np.ndarray = np.where(self.bends, self.slope / np.hypot(values, self.bend), 1 / self._sd)
        return found

    def below(self, variance: np.ndarray) -> np.ndarray:
        """Return by how much the mean of a feature, seen with that variance, lies below what is seen of its mean.

        The scale is concave: to second order, at the target.
        """
        found: np.ndarray = 0.5 * variance * self._mean / (self._sd * self.slope**2) * self.bends
        return found

    def deviations(self, seen: np.ndarray) -> np.ndarray:
        """Return deviations from the targets in sd, within +-FAR, of what the emulator sees (..., targets)."""
        at = np.clip(self.middle + seen / self.slope, -self._far, self._far)  # beyond it any deviation is FAR
        grown = (self.bend * np.sinh(at) - self._mean) / self._sd
        found: np.ndarray = np.clip(np.where(self.bends, grown, seen), -FAR, FAR)
        return found


def _bends(target: Target) -> bool:
    """Return whether the feature is seen as a logarithm from some size on.

    It is not where the target is one already, is a slope or an angle, or is not above 0.
    """
    return not (target.logarithmic or target.at or target.angle or target.mean <= 0)
