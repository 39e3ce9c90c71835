"""The likelihood of knobs given targets, by an emulator."""

from collections.abc import Sequence

import numpy as np

from pipeline.fit.emulator import Emulator
from pipeline.fit.scale import Scale
from pipeline.fit.targets import Target


class Likelihood:
    """-2 log likelihood of places, but for a constant.

    Beside the compressed numbers stand what the slopes at the middle cannot make up for: there it is flat and tells
    nothing of the knobs, but further off it keeps out places where the compressed numbers happen to be right and the
    targets are not. These deviations count as independent, but only for as many as there are independent targets.
    What the targets are of was alive, so the probability of that is a factor.
    """

    def __init__(self, found: Emulator, targets: Sequence[Target]) -> None:
        self._fitted, self._living, self._scale = found.fitted, found.living, Scale(targets)
        size = len(found.compression)
        fixed = found.of_targets + found.of_misfit
        fixed = fixed + 1e-9 * max(np.trace(fixed), 1e-9) * np.eye(size)
        root = np.linalg.inv(np.linalg.cholesky(fixed))
        whitened = root @ found.of_trials @ root.T
        sizes, axes = np.linalg.eigh((whitened + whitened.T) / 2)
        self._noise, self._project = np.maximum(sizes, 0), axes.T @ root @ found.compression
        known = np.isfinite(found.residual) & (np.abs(found.compression).sum(axis=0) > 0)
        slopes = found.fitted.slopes
        onto = slopes @ np.linalg.pinv(found.compression @ slopes, rcond=1e-6) @ found.compression
        self._beside = (np.eye(len(targets)) - onto)[known]
        self._share = found.share if known.sum() > size else 0.0
        self._left = 1 - size / max(known.sum(), size + 1)
        """The part of the deviations beside that the compressed numbers do not have already."""
        self._residual, self._fixed = found.residual[known], (1 + found.shared + found.misfit)[known]

    def deviations(self, places: np.ndarray) -> np.ndarray:
        """Return deviations of features from the targets (n x targets), in sd of these, whose errors are Gaussian."""
        return self._scale.deviations(self._fitted.values(places))

    def __call__(self, places: np.ndarray) -> np.ndarray:
        """Return it at places of the unit cube (n x knobs)."""
        values, around = self._fitted.told(places)
        off, around = self._scale.deviations(values), around[:, None]
        variance = 1 + around * self._noise
        found: np.ndarray = np.sum((off @ self._project.T) ** 2 / variance + np.log(variance), axis=1)
        variance = self._fixed + around * self._residual
        beside = (off @ self._beside.T) ** 2 / variance + self._left * np.log(variance)
        found += self._share * np.sum(beside, axis=1) + self._living.misfit(places)
        return found
