"""What trials say of features between them: quadratics around the likely places, with their errors and their noise.

A likelihood of many targets needs the inverse of the covariance of their errors, and trials are too few to know it. So
the targets are compressed to as many numbers as there are knobs, those by which a linear model would estimate the knobs
(score compression: Alsing & Wandelt 2018, MNRAS 476: L60). A poor guess of the covariance costs precision there, but
makes nothing wrong: the covariance of these numbers is measured, on trials that had no part in their compression.

Four errors are told apart: of the targets; of the networks of a trial, from the differences between these networks; of
the regression; and the misfit of the quadratics, by which trials that were left out are missed beyond all noise. Once
there are as many trials within the region as terms, it is that of these: one further off, where a network does
something else altogether, would make the misfit, and with that the region, larger.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.fit.covariance import shrunk
from pipeline.fit.living import Living, living
from pipeline.fit.regression import SLIGHT, Quadratics, Region, quadratics
from pipeline.fit.seen import Seen

FOLDS = 10
"""Parts of the trials; a compression by the others is tried on each."""


@dataclass(frozen=True)
class Emulator:
    """Quadratics of all targets, and the covariances of what they are compressed to."""

    fitted: Quadratics
    living: Living
    residual: np.ndarray
    """Variance of a trial around the quadratics, by target: noise and misfit. NaN where few trials have the feature."""
    misfit: np.ndarray
    """Variance of the misfit alone, by target."""
    shared: np.ndarray
    """Variance of the noise that all trials have in common, by target; 0 where some have networks of their own."""
    compression: np.ndarray
    """knobs x targets."""
    of_targets: np.ndarray
    of_trials: np.ndarray
    of_misfit: np.ndarray
    """Covariances of the compressed numbers, knobs x knobs: by the errors of the targets, by those of a trial around
    the quadratics, and by the misfit."""
    share: float
    """Independent errors of targets, a target."""
    unknown: bool
    """Whether nothing is known of the noise that trials share."""
    apart: np.ndarray
    """Which targets have an error of their own, since networks say nothing of what goes together with them."""

    def error_sd(self, places: np.ndarray) -> np.ndarray:
        """Return how far the quadratics may be off over places, one a target, in sd of the target."""
        found: np.ndarray = np.sqrt(self.misfit + self.fitted.variance(places).mean() * self.residual)
        return found


def emulator(trials: Seen, region: Region, correlated: bool, noise: np.ndarray) -> Emulator:
    """Return the emulator of trials around a region.

    `correlated`: whether errors of targets go together as features do over networks. `noise`: sd of the networks of
    trials that share theirs, one a target, in sd of the target, NaN where it is unknown; used where too few trials have
    networks of their own. Where all share theirs it is not in what trials are missed by: all are off together.
    """
    unknown, noise = bool(np.isnan(noise).any()), np.nan_to_num(noise)
    fitted = quadratics(trials.places, trials.values, trials.own, region)
    within = np.where(fitted.weights == 1, 1.0, 0.0)
    enough = within.sum() >= len(fitted.coefficients)
    around = _Rows(fitted.residuals, np.arange(len(fitted.residuals)), within if enough else fitted.weights)
    rows = trials.together()
    scatter = None if rows is None else _Rows(*rows, fitted.weights)
    together = scatter if correlated else None
    leverage = float(np.average(fitted.leverage, weights=fitted.weights))
    full = _Compression(fitted, together, around, leverage)
    size = len(region.centre)
    of_targets, of_trials, of_noise = np.zeros((size, size)), np.zeros((size, size)), np.zeros((size, size))
    folds = np.random.default_rng(0).permutation(len(trials.places)) % FOLDS
    for fold in np.unique(folds):
        inside = folds == fold
        others = None if together is None else together.of_trials(~inside)
        tried = _Compression(fitted, others, around.of_trials(~inside), leverage).onto(full)
        of_trials += around.squares(tried, inside)
        if scatter is not None:
            of_noise += scatter.squares(tried, inside)
        if together is not None:
            of_targets += together.squares(tried / together.sd, inside)
    compression = full.onto(full)
    many = around.many
    of_trials *= _few(many, size) / around.weights.sum()
    in_trials = noise if trials.own.any() else np.zeros_like(noise)
    if scatter is None:
        of_noise = (compression * in_trials**2) @ compression.T
    else:
        of_noise *= scatter.per_trial / scatter.weights.sum()
    apart = np.ones(len(noise), bool) if together is None else together.still
    if together is not None:
        of_targets *= _few(together.many, size) / together.weights.sum()
    of_targets += compression[:, apart] @ compression[:, apart].T
    shared = np.zeros_like(noise) if trials.own.any() else noise**2
    of_targets += (compression * shared) @ compression.T
    residual = np.where(fitted.rare, np.nan, around.sd**2)
    known = in_trials**2 if scatter is None else scatter.per_trial * scatter.sd**2
    misfit = np.maximum(0, residual - known * (1 + 2 / np.sqrt(many)))
    of_misfit = _beyond(of_trials, of_noise, many)
    share = 1.0 if together is None else len(residual) / float(np.sum(together.correlation**2))
    unknown = unknown and scatter is None
    alive = living(trials.places, trials.dead, region)
    covariances = (of_targets, of_trials, of_misfit)
    return Emulator(fitted, alive, residual, misfit, shared, compression, *covariances, share, unknown, apart)


def _few(many: float, size: int) -> float:
    """Return by how much the inverse of a covariance of so many rows is too large on average (Hartlap et al. 2007)."""
    return (many - 1) / max(many - size - 2, 1)


class _Rows:
    """Rows of deviations (rows x targets), the trial of each, and weights of trials."""

    def __init__(self, rows: np.ndarray, of: np.ndarray, weights: np.ndarray) -> None:
        self.rows, self._of, self._by_trial = rows, of, weights
        self.weights = weights[of]
        self.correlation, sd = shrunk(rows, self.weights)
        self.still = sd == 0
        self.sd = np.where(self.still, 1e-12, sd)
        self.per_trial = len(rows) / len(np.unique(of))
        """Rows whose squares add up to the variance of a trial."""
        self.many = float(self.weights.sum() ** 2 / np.sum(self.weights**2)) / self.per_trial

    def of_trials(self, chosen: np.ndarray) -> "_Rows":
        """Return the rows of the chosen trials."""
        inside = chosen[self._of]
        return _Rows(self.rows[inside], self._of[inside], self._by_trial)

    def squares(self, projection: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """Return the weighted sum of squares of the projections (knobs x targets) of the rows of the chosen trials."""
        inside = chosen[self._of]
        found = self.rows[inside] @ projection.T
        summed: np.ndarray = (found * self.weights[inside, None]).T @ found
        return summed


class _Compression:
    """What a linear model with these covariances weighs the targets by, to estimate the knobs."""

    def __init__(self, fitted: Quadratics, together: _Rows | None, around: _Rows, leverage: float) -> None:
        both = np.eye(len(around.sd)) if together is None else together.correlation.copy()
        both += leverage * around.correlation * np.outer(around.sd, around.sd)
        both[np.diag_indices_from(both)] += SLIGHT
        self._weighed = np.linalg.solve(both, fitted.slopes)
        self._information = fitted.slopes.T @ self._weighed

    def onto(self, scale: "_Compression") -> np.ndarray:
        """Return the compression (knobs x targets), scaled so that slopes become what that of `scale` makes them."""
        sizes, axes = np.linalg.eigh(scale._information)
        root = np.sqrt(np.maximum(sizes, SLIGHT * max(sizes.max(), SLIGHT)))
        inverse = np.linalg.pinv(self._information, rcond=SLIGHT, hermitian=True)
        found: np.ndarray = root[:, None] * axes.T @ inverse @ self._weighed.T
        return found


def _beyond(of_trials: np.ndarray, of_noise: np.ndarray, many: float) -> np.ndarray:
    """Return the part of the covariance of trials around the quadratics that noise does not explain.

    In directions in which it exceeds noise by more than so many trials scatter.
    """
    size = SLIGHT * max(np.trace(of_noise), SLIGHT)
    root = np.linalg.cholesky(of_noise + size * np.eye(len(of_noise)))
    half = np.linalg.solve(root, np.linalg.solve(root, of_trials).T)
    sizes, axes = np.linalg.eigh((half + half.T) / 2)
    back = root @ axes
    chance = 2 * np.sqrt(len(sizes) / many)
    found: np.ndarray = (back * np.maximum(0, sizes - 1 - chance)) @ back.T
    return found
