"""Trials as an emulator takes them: where they are, what they gave, and how noisy that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import helmert

from pipeline.fit.free import Free
from pipeline.fit.problem import FEWEST, Errors
from pipeline.fit.scale import Scale
from pipeline.fit.surface import Trials, places_of
from pipeline.fit.targets import Target

ROUNDING = 1e-12
"""Differences between networks of so small a part of the mean are those of rounding."""

BETTER = 2
"""One trial in so many, those of the best scores, says how large noise is near the targets."""


@dataclass(frozen=True)
class Seen:
    """Finished trials: where they are, what they gave, and how noisy that is."""

    places: np.ndarray
    """trials x knobs, in the unit cube."""
    values: np.ndarray
    """trials x targets, as `Scale.seen`."""
    own: np.ndarray
    """Whether a trial has networks of its own, trials; the others share theirs."""
    scatter: Sequence[np.ndarray]
    """By trial with networks of its own, in their order: independent rows x targets, whose squares add up to the
    variance."""
    noise: np.ndarray
    """That variance near the targets, one a target, by the better trials; 0 where it is unknown."""
    dead: np.ndarray
    """Places of trials beyond the envelope, of which nothing else is known; n x knobs."""

    def together(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Return the rows of `scatter` and the trial of each; None where fewer than FEWEST trials have any.

        Of a target that is too seldom defined they are 0, and those of trials that lack another one are left out.
        """
        if not self.scatter:
            return None
        known = np.array([np.isfinite(rows).all(axis=0) for rows in self.scatter])
        told = np.ones(known.shape[1], bool)
        while known[:, told].all(axis=1).mean() < 0.5:
            told[np.where(told, known.mean(axis=0), np.inf).argmin()] = False
        at = np.flatnonzero(known[:, told].all(axis=1))
        if len(at) < FEWEST or not told.any():
            return None
        of = np.concatenate([np.full(len(self.scatter[k]), np.flatnonzero(self.own)[k]) for k in at])
        return np.where(told, np.concatenate([self.scatter[k] for k in at]), 0), of


def whole(trials: Trials, targets: Sequence[Target], enough: int) -> Trials:
    """Return the trials that have all features which most have; all trials where that leaves fewer than `enough`.

    A trial that was given up early lacks features, and what is put in their place is a guess.
    """
    known = np.isfinite(Scale(targets).seen([trial.features for trial in trials]))
    here = known[:, known.mean(axis=0) >= 0.5].all(axis=1)
    return [trial for trial, one in zip(trials, here, strict=True) if one] if here.sum() >= enough else trials


def as_seen(trials: Trials, free: Mapping[str, Free], targets: Sequence[Target], dead: Trials = ()) -> Seen:
    """Return trials as an emulator takes them; `dead`: those beyond the envelope."""
    scale = Scale(targets)
    values = scale.seen([trial.features for trial in trials])
    own = np.array([bool(trial.without) for trial in trials])
    raw = np.array([[target.value(trial.features) for target in targets] for trial in trials], float)
    stretch = scale.steps(raw)
    scatter = [_scatter(trial.without) * stretch[k] for k, trial in enumerate(trials) if trial.without]
    noise = _better(
        [trial for trial in trials if trial.without], [np.sum(rows**2, axis=0) for rows in scatter], len(targets)
    )
    beyond = places_of(dead, free).reshape(-1, len(free))
    return Seen(places_of(trials, free), values + scale.below(noise), own, scatter, noise, beyond)


def aimed(trials: Trials, targets: Sequence[Target], errors: Errors) -> tuple[Target, ...]:
    """Return the targets of a posterior: with the sd of the table or, where errors are `network`, of one network.

    That is by the better of the trials with networks of their own, on the scale of the emulator, on which it changes
    the least with the knobs. A target of which they say nothing keeps its own.
    """
    own = [trial for trial in trials if trial.without] if errors == "network" else []
    if len(own) < FEWEST:
        return tuple(targets)
    raw = np.array([[target.value(trial.features) for target in targets] for trial in own], float)
    samples = [[np.sqrt(many) * rows for many, rows in map(_deviations, trial.without)] for trial in own]
    stretch = Scale(targets).steps(raw)
    variances = [np.sum((np.concatenate(rows) * stretch[k]) ** 2, axis=0) for k, rows in enumerate(samples)]
    sizes = np.sqrt(_better(own, variances, len(targets)))
    return tuple(
        replace(target, sd=target.sd * size) if size > 0 else target
        for target, size in zip(targets, sizes.tolist(), strict=True)
    )


def _better(trials: Trials, variances: Sequence[np.ndarray], size: int) -> np.ndarray:
    """Return the mean of variances (one a target, by trial) over the better trials; 0 where none of these has it.

    Far from the targets noise may be any size, and one trial there would decide.
    """
    order = np.argsort([trial.score for trial in trials], kind="stable")
    chosen = np.array([variances[k] for k in order[: max(len(order) // BETTER, FEWEST)]]).reshape(-1, size)
    known = np.isfinite(chosen)
    found: np.ndarray = np.where(known, chosen, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return found


def _scatter(without: Sequence[np.ndarray]) -> np.ndarray:
    """Return rows (rows x targets) whose squares add up to the jackknife variance of a trial's features."""
    return np.concatenate([rows for _, rows in map(_deviations, without)])


def _deviations(left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return of a sample how many networks a feature is defined on, one a target, and rows whose squares add up.

    To the jackknife variance. `left`: values without each network, NaN for those that lack the feature. These
    deviations add up to 0: as contrasts, one row less, they are independent.
    """
    known = np.isfinite(left)
    many = known.sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean = np.where(known, left, 0).sum(axis=0) / np.where(many > 1, many, np.nan)
        off = np.where(known | np.isnan(mean), left - mean, 0) * np.sqrt((many - 1) / np.maximum(many, 1))
        off = np.where(np.abs(off) <= ROUNDING * np.abs(mean), 0, off)
    return many, helmert(len(left)) @ off
