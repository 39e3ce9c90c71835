"""Features as an emulator sees them: how far they are from their targets, in sd, on a scale that bends.

Rates, responses and synchrony change by factors, so that their logarithm is closer to a quadratic; but noise is no
factor near 0, where some also pass through it. The inverse hyperbolic sine is both: linear up to some sd of the target,
a logarithm beyond (Huber et al. 2002, Bioinformatics 18: S96). What does not change by factors, a slope, an angle, a
potential, is seen so around its target: one trial at hundreds of sd would else bend the surface near it.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.fit.targets import FAR, Target

BEND = 3.0
"""Sd of a target up to which its feature counts as linear."""


class Scale:
    """The scale of targets: what is seen of a feature is `slope` times what asinh((x - zero) / bend) has grown by."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._targets = targets
        self._mean = np.array([target.mean for target in targets])
        self._sd = np.array([target.sd for target in targets])
        self.zero = np.array([0.0 if _factors(target) else target.mean for target in targets])
        self.bend = BEND * self._sd
        self.middle = np.arcsinh((self._mean - self.zero) / self.bend)
        """Of the target, where 0 is seen."""
        self.slope = np.hypot(self._mean - self.zero, self.bend) / self._sd
        self._far = np.arcsinh((np.abs(self._mean - self.zero) + (FAR + 1) * self._sd) / self.bend)

    def seen(self, trials: Sequence[Mapping[tuple[str, str], float]]) -> np.ndarray:
        """Return features of trials as the emulator sees them, trials x targets; NaN where undefined.

        Near the target (feature - target) / sd.
        """
        raw = np.array([[target.value(features) for target in self._targets] for features in trials], float)
        return self.bent((raw.reshape(len(trials), len(self._targets)) - self._mean) / self._sd)

    def bent(self, off: np.ndarray) -> np.ndarray:
        """Return deviations in sd (..., targets) as the emulator sees them."""
        at = np.arcsinh((self._mean - self.zero + off * self._sd) / self.bend)
        found: np.ndarray = self.slope * (at - self.middle)
        return found

    def steps(self, values: np.ndarray) -> np.ndarray:
        """Return by how much what the emulator sees changes with a feature, at `values` (trials x targets)."""
        found: np.ndarray = self.slope / np.hypot(values - self.zero, self.bend)
        return found

    def below(self, variance: np.ndarray) -> np.ndarray:
        """Return by how much the mean of a feature, seen with that variance, lies below what is seen of its mean.

        Above `zero` the scale is concave: to second order, at the target.
        """
        found: np.ndarray = 0.5 * variance * (self._mean - self.zero) / (self._sd * self.slope**2)
        return found

    def deviations(self, seen: np.ndarray) -> np.ndarray:
        """Return deviations from the targets in sd, within +-FAR, of what the emulator sees (..., targets)."""
        at = np.clip(self.middle + seen / self.slope, -self._far, self._far)  # beyond it any deviation is FAR
        found: np.ndarray = np.clip((self.zero + self.bend * np.sinh(at) - self._mean) / self._sd, -FAR, FAR)
        return found


def _factors(target: Target) -> bool:
    """Return whether a feature changes by factors: no slope, angle, what is not above 0, or is in decades already."""
    return not (target.logarithmic or target.at or target.angle or target.mean <= 0)
