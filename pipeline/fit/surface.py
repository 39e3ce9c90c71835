"""A response surface as a sampler: each target a quadratic in the free knobs, and the settings that it says are best.

A score is a sum of squares of smooth features, so a regression of every feature learns more from a trial than a sampler
that sees the score alone: gains that the cross-entropy or Parzen samplers find in hundreds of trials take tens.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares

from pipeline.fit.free import Free, knob_values
from pipeline.fit.regression import basis
from pipeline.fit.scale import Scale
from pipeline.fit.targets import Target

RIDGE = 1e-3
"""Penalty on coefficients, relative to the weighted number of trials: decides directions that no trial has explored."""

Features = Mapping[tuple[str, str], float]
"""Values by (protocol, feature); an undefined one is left out."""


class Known(NamedTuple):
    """A finished trial: settings of the free knobs, features, and the score it was told, any penalty included."""

    settings: Mapping[str, float]
    features: Features
    score: float
    origin: str = ""
    """What proposed it."""
    without: Sequence[np.ndarray] = ()
    """Of a trial with networks of its own: by sample of networks, values of the targets without each in turn."""
    alive: bool = True
    """Whether it stayed within the envelope."""


Trials = Sequence[Known]


def propose(
    trials: Trials,
    free: Mapping[str, Free],
    targets: Sequence[Target],
    n: int,
    seed: int,
) -> list[dict[str, float]]:
    """Return `n` settings to try next, from the finished trials.

    The first is the minimum of the surface of all trials. Each other is that of a bootstrap sample of the trials: they
    scatter as far as the trials leave the minimum uncertain. With fewer than two trials a knob, settings are random.
    """
    rng = np.random.default_rng(seed)
    if len(trials) < 2 * len(free):
        return [settings_at(rng.random(len(free)), free) for _ in range(n)]
    x = places_of(trials, free)
    scores, weights = _weighted(trials)
    scale = Scale(targets)
    y = scale.seen([trial.features for trial in trials])
    proposals = []
    for k in range(n):
        times = np.ones(len(x)) if k == 0 else np.bincount(rng.integers(0, len(x), len(x)), minlength=len(x))
        coefficients = [_regress(x, column, weights * times) for column in y.T]
        proposals.append(settings_at(_minimum(coefficients, scale, x[np.argsort(scores)[:3]]), free))
    return proposals


def _weighted(trials: Trials) -> tuple[np.ndarray, np.ndarray]:
    """Return scores of trials and their weights: a quadratic holds nearby, so worse trials count less.

    A trial beyond the envelope was broken off: the few features that it has may be near their targets, not its score.
    """
    scores = np.array([trial.score for trial in trials])
    return scores, 1 / (1 + scores / max(scores.min(), 1)) ** 2


def places_of(trials: Trials, free: Mapping[str, Free]) -> np.ndarray:
    """Return the places of trials in the unit cube of the ranges, trials x knobs."""
    return np.array([[span.place(trial.settings[name]) for name, span in free.items()] for trial in trials])


def folded(places: np.ndarray) -> np.ndarray:
    """Return places of the unit cube; what is beyond an end comes back from it."""
    back = np.abs(places)
    found: np.ndarray = np.clip(np.where(back > 1, 2 - back, back), 0, 1)
    return found


def settings_at(place: np.ndarray, free: Mapping[str, Free]) -> dict[str, float]:
    """Return the settings of the free knobs at a place of the unit cube of their ranges."""
    return dict(zip(free, knob_values(place, free).tolist(), strict=True))


def _basis(x: np.ndarray) -> np.ndarray:
    """Return the terms of places around the middle of the cube, one row a place."""
    return basis(np.atleast_2d(x) - 0.5)


def _regress(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    known = np.isfinite(y) & (weights > 0)
    if not known.any():
        return np.zeros(_basis(x).shape[1])
    design, w = _basis(x[known]), weights[known]
    mean = np.average(y[known], weights=w)
    penalty = RIDGE * w.sum() * np.diag([0.0] + [1.0] * (design.shape[1] - 1))
    coefficients: np.ndarray = np.linalg.lstsq(
        design.T @ (design * w[:, None]) + penalty, design.T @ (w * (y[known] - mean))
    )[0]
    coefficients[0] += mean
    return coefficients


def _minimum(coefficients: list[np.ndarray], scale: Scale, starts: np.ndarray) -> np.ndarray:
    matrix = np.array(coefficients)

    def residuals(place: np.ndarray) -> np.ndarray:
        return scale.deviations(matrix @ _basis(place)[0])

    inside = np.clip(starts, 1e-6, 1 - 1e-6)
    found = [least_squares(residuals, start, bounds=(0, 1)) for start in inside]
    place: np.ndarray = min(found, key=lambda solution: solution.cost).x
    return place
