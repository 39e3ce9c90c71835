"""Trials that are as good as the best, by their own scores and the noise of these.

A score is that of a sample of networks, and the least of many noisy scores is a lucky one. Which trial is truly the
best is therefore not known: as good as the best, within noise, are those which may be it. They are found by Gupta's
subset selection (Gupta 1965, Technometrics 7: 225): all trials with

    score <= least score + d * sigma

where sigma is the standard error of the difference of two scores, and d so large that the truly best of all trials is
among them with a probability of CONFIDENCE, even if all are alike. So a trial that is better than one of them is one
of them, too, and the best always is.

The trials that are compared share their networks, and what a network does to all tells none apart. So differences are
taken network for network: sigma is the delete-one jackknife of a difference, root mean square over all pairs of the
trials with the better scores, for a single difference on two networks has hardly a standard error. With one network a
trial, sigma is that of the networks of `check`, taken as independent; without that, it is not known.

Where trials were ranked on fresh networks (`leaders`), the best is the best there, and its own score is the bound where
it is above: these networks know better than the noise of the trials.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtr

from pipeline.config.reader import ConfigError
from pipeline.fit.compared import alive
from pipeline.fit.targets import Target, deviation

CONFIDENCE = 0.9

BETTER, FEWEST = 0.25, 5
"""Part of the trials whose differences give sigma, and the fewest beside the best."""


@dataclass(frozen=True)
class Equals:
    """The trials that are as good as the best, best first; `sigma` is NaN where it is not known."""

    trials: pd.DataFrame
    best: int
    sigma: float
    bound: float
    """The score up to which they go."""

    def says(self) -> str:
        """Return in one sentence how many there are, and what that rests on."""
        least = self.trials["score"].min()
        if math.isnan(self.sigma):
            return (
                "Which trials are as good as the best is not known: the networks of trial and check do not tell how "
                "noisy a score is; that takes two or more."
            )
        rests = f"the difference of two scores has a standard error of {self.sigma:.2g}"
        if len(self.trials) == 1:
            return f"No other trial is as good as the best within noise ({rests})."
        return (
            f"{len(self.trials)} trials, the best among them, are alike within noise: their scores are {least:.2f} to "
            f"{self.trials['score'].max():.2f}, {rests}, and with a probability of {100 * CONFIDENCE:.0f} % the truly "
            f"best of all trials is one with a score up to {self.bound:.2f}."
        )


def equals(trials: pd.DataFrame, best: Mapping[str, float], targets: Sequence[Target], noise: np.ndarray) -> Equals:
    """Return the trials as good as the best, whose free knobs `best` has.

    `trials`: as from trials.rows. `noise`: that of the networks of a trial, one a target, in sd of the target, by the
    networks of the check; 0 where it is not known. Pruned trials and those beyond the envelope are never among them.
    ConfigError where no trial has the knobs of the best.
    """
    whole = alive(trials).sort_values(["score", "trial"])
    here = np.all(
        [np.isclose(whole[name].astype(float), value, rtol=1e-9, atol=0) for name, value in best.items()], axis=0
    )
    if not here.any():
        raise ConfigError(
            "no trial has the knobs that were found best: these tables are of different fits; run the fit."
        )
    chosen = whole[here].iloc[0]
    first = whole.iloc[0]
    near = whole.iloc[: 1 + max(FEWEST, math.ceil(BETTER * len(whole)))]
    sigma = _sigma(near, targets, noise)
    bound = float(first["score"]) + (0.0 if math.isnan(sigma) else quantile(len(whole)) * sigma)
    bound = max(bound, float(chosen["score"]))
    return Equals(whole[whole["score"] <= bound], int(chosen["trial"]), sigma, bound)


def quantile(n: int, confidence: float = CONFIDENCE) -> float:
    """Return d: the least of `n` equal means exceeds no other by more than d * sigma with that confidence.

    The probability is the integral of phi(z) Phi(z + d sqrt(2))**(n - 1) over z.
    """
    z, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()

    def missed(d: float) -> float:
        return float(weights @ ndtr(z + d * math.sqrt(2)) ** (n - 1)) - confidence

    return float(brentq(missed, 0, 10)) if n > 1 else 0.0


def _sigma(near: pd.DataFrame, targets: Sequence[Target], noise: np.ndarray) -> float:
    """Return the standard error of the difference of two scores, root mean square over pairs; NaN if not known."""
    without = [samples for samples in map(_samples, near["score_without"]) if samples]
    shapes = {tuple(map(len, samples)) for samples in without}
    if len(without) > 1 and len(shapes) == 1:
        variance = 0.0
        for sample in zip(*without, strict=True):  # of one set of networks: trials x networks
            scores = np.array(sample)
            trials, networks = scores.shape
            left = scores - scores.mean(axis=1, keepdims=True) - scores.mean(axis=0) + scores.mean()
            # the mean over pairs of the jackknife of their difference, by what trial and network leave unexplained
            variance += (networks - 1) / networks * 2 / (trials - 1) * float(np.sum(left**2))
        return math.sqrt(variance)
    if not noise.any():
        return math.nan
    return math.sqrt(2 * float(np.mean([_of_check(row, targets, noise) for row in near.to_dict("records")])))


def _samples(found: Sequence[Sequence[float]] | None) -> list[list[float]]:
    """Return the scores of a trial without each network in turn, a list a sample of networks."""
    return [] if found is None else [[float(score) for score in sample] for sample in found]


def _of_check(row: Mapping[str, Any], targets: Sequence[Target], noise: np.ndarray) -> float:
    """Return the variance of a score by the noise of the targets: to first order, (sum of d_k^2 noise_k^2)/(N s)^2."""
    measured = {(name.split(" ", 1)[0], name.split(" ", 1)[1]): value for name, value in row.items() if " " in name}
    deviations = np.array([deviation(target, target.value(measured)) for target in targets])
    size = float(np.sqrt(np.sum(deviations**2)))
    return float(np.sum((deviations * noise) ** 2)) / (len(targets) * size**2) if size else float(np.mean(noise**2))
