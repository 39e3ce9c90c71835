"""What the trials of a fit leave undecided: an approximate posterior of the free knobs, without new simulations.

The likelihood of a setting is that of the targets under the response surface of the trials: Gaussian, independent
over targets, with the variances of target, of the networks of a trial, and of the surface (over bootstrap samples)
added. The prior is uniform over the ranges of the fit, on their scale. Sampled by the affine-invariant ensemble of
Goodman and Weare (2010), package emcee.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import emcee
import numpy as np
import pandas as pd
from scipy.special import chdtri

from pipeline.fit.problem import Fit, Free
from pipeline.fit.surface import Known, Surface, Trials, knob_values, surface
from pipeline.fit.targets import Target

WALKERS_PER_KNOB = 8
BURN_IN, STEPS, THIN = 1000, 3000, 20
INTERVAL = (0.05, 0.95)
"""Quantiles that bound the intervals, of 90 %."""

BOUND = 0.01
"""Part of a range within which a knob counts as being at its end."""

HALF_WIDTH = 1.645
"""Half the 90 % interval of a Gaussian, in sd."""

WEAK = 0.5
"""A direction is weakly determined where its sd is more than this part of what it is under the prior."""


class TooFewTrialsError(ValueError):
    """Fewer trials than a surface needs, said in one sentence."""


@dataclass(frozen=True)
class Posterior:
    """A sample of the free knobs, and the surface on which it rests."""

    free: Mapping[str, Free]
    surface: Surface
    noise_sd: np.ndarray
    """Noise of the networks of a trial, one a target, in sd of the target."""
    places: np.ndarray
    """n x knobs, in the unit cube of the ranges."""
    n_trials: int
    n_effective: float
    """Independent places that the sample is worth."""

    def misfit(self, places: np.ndarray) -> np.ndarray:
        """Return -2 log likelihood at `places` (n x knobs), but for a constant."""
        return _misfit(self.surface, self.noise_sd, places)


def needed(n_knobs: int) -> int:
    """Return the number of trials below which there is no posterior: twice the terms of a quadratic."""
    return (n_knobs + 1) * (n_knobs + 2)


def usable(trials: pd.DataFrame, free: Mapping[str, Free]) -> Trials:
    """Return the trials within the envelope whose features are known, in columns 'protocol feature'.

    A pruned trial counts by the features that it has and, since its score is estimated to be worse, the less.
    """
    keys = {column: tuple(column.split(" ", 1)) for column in trials.columns if " " in column}
    found = []
    for row in trials[trials["state"].isin(["complete", "pruned"]) & (trials["constraint"] <= 0)].to_dict("records"):
        features = {key: row[column] for column, key in keys.items() if not pd.isna(row[column])}
        if features:
            found.append(Known({name: row[name] for name in free}, features, row["score"]))
    return found


def noise_sd(fitted: pd.DataFrame, fit: Fit) -> np.ndarray:
    """Return the noise of a trial's mean over its networks, one a target, in sd of the target.

    From the standard error on the fresh networks of `check`, taken to fall with the square root of networks and of
    duration. All trials share their networks, so that no number of trials averages it out. 0 where it is unknown.
    """
    efforts = [fit.effort_of(protocol.split("+")[0]) for protocol in fitted["protocol"]]
    effort = (fitted["n"] * fit.check.duration) / [effort.networks * effort.duration for effort in efforts]
    noise: np.ndarray = (fitted["sem"] * np.sqrt(effort) / fitted["sd"]).fillna(0).to_numpy(float)
    return noise


def posterior(
    trials: Trials, free: Mapping[str, Free], targets: Sequence[Target], noise: np.ndarray, seed: int
) -> Posterior:
    """Return the posterior given settings and features of trials; raises TooFewTrialsError.

    `noise`: that of the networks of a trial, one a target, in sd of the target.
    """
    if len(trials) < needed(len(free)):
        raise TooFewTrialsError(
            f"{len(trials)} trials are too few for a posterior of {len(free)} knobs, which needs {needed(len(free))}."
        )
    surfaced = surface(trials, free, targets, seed)
    rng = np.random.RandomState(seed)
    walkers = WALKERS_PER_KNOB * len(free)
    x = np.array([[span.place(trial.settings[name]) for name, span in free.items()] for trial in trials])
    # from the likeliest trials, so that each of several separate solutions is found by some walker
    best = x[np.argsort(_misfit(surfaced, noise, x))[: max(len(x) // 4, len(free))]]
    start = best[np.arange(walkers) % len(best)] + 0.01 * rng.standard_normal((walkers, len(free)))
    start = np.abs(start)
    start = np.where(start > 1, 2 - start, start)

    def log_density(places: np.ndarray) -> np.ndarray:
        inside = np.all((places >= 0) & (places <= 1), axis=1)
        density = np.full(len(places), -np.inf)
        density[inside] = -0.5 * _misfit(surfaced, noise, places[inside])
        return density

    sampler = emcee.EnsembleSampler(walkers, len(free), log_density, vectorize=True)
    begin = emcee.State(start, random_state=rng.get_state())
    sampler.run_mcmc(sampler.run_mcmc(begin, BURN_IN, store=False), STEPS)
    correlation = np.nanmax(sampler.get_autocorr_time(quiet=True, tol=0))
    return Posterior(
        free, surfaced, noise, sampler.get_chain(flat=True, thin=THIN), len(trials), walkers * STEPS / correlation
    )


def _misfit(surfaced: Surface, noise: np.ndarray, places: np.ndarray) -> np.ndarray:
    deviations, scatter = surfaced.deviations(places)
    variance = 1 + noise**2 + scatter
    misfit: np.ndarray = np.sum(deviations**2 / variance + np.log(variance), axis=1)
    return misfit


def knob_table(found: Posterior) -> pd.DataFrame:
    """Return a row a knob: mean, sd, 5, 50 and 95 % quantile in its unit, and its correlation with each knob."""
    values = knob_values(found.places, found.free)
    correlation = np.atleast_2d(np.corrcoef(_relative(values, found.free), rowvar=False))
    return pd.DataFrame(
        {
            "knob": list(found.free),
            "mean": values.mean(axis=0),
            "sd": values.std(axis=0, ddof=1),
            **{f"q{100 * q:02.0f}": np.quantile(values, q, axis=0) for q in (INTERVAL[0], 0.5, INTERVAL[1])},
            **{f"r_{name}": correlation[k] for k, name in enumerate(found.free)},
        }
    )


def _relative(values: np.ndarray, free: Mapping[str, Free]) -> np.ndarray:
    """Return knobs as logarithms, or over their median size where their range is linear: differences are relative."""
    columns = [
        np.log(column) if span.log else column / _size(np.median(column))
        for column, span in zip(values.T, free.values(), strict=True)
    ]
    return np.array(columns).T


def _size(median: float) -> float:
    return abs(median) or 1.0


def directions(found: Posterior, believed: bool = True) -> pd.DataFrame:
    """Return the principal directions of the posterior, the worst determined first.

    Of one that is not to be believed no sentence says what the targets determine.

    A row each: `sd` along it (of logarithms, so relative), `prior` that of the ranges, `factor` to which the
    combination is known (half the 90 % interval) when the knob of most weight has the power 1 in it, a weight a knob
    (unit vector), whether it is `weak`, and a sentence.
    """
    values = knob_values(found.places, found.free)
    variances, vectors = np.linalg.eigh(np.atleast_2d(np.cov(_relative(values, found.free), rowvar=False)))
    medians = np.median(values, axis=0)
    widths = [
        math.log(span.high / span.low) if span.log else (span.high - span.low) / _size(median)
        for span, median in zip(found.free.values(), medians, strict=True)
    ]
    rows = []
    for k in np.argsort(variances)[::-1]:
        vector = vectors[:, k] * np.sign(vectors[np.argmax(np.abs(vectors[:, k])), k])
        sd, before = math.sqrt(max(variances[k], 0)), math.sqrt(vector**2 @ np.square(widths) / 12)
        factor = math.exp(HALF_WIDTH * sd / np.abs(vector).max())
        weights = dict(zip(found.free, vector.tolist(), strict=True))
        said = f"{_moves(weights, found.free)}: {_size_of(sd, before, factor, believed)}"
        rows.append({"sd": sd, "prior": before, "factor": factor, **weights, "weak": sd > WEAK * before, "says": said})
    return pd.DataFrame(rows)


def _moves(weights: Mapping[str, float], free: Mapping[str, Free]) -> str:
    """Return how knobs move along a direction; those with less than a third of the largest weight are not named.

    Of knobs whose range is below 0 the size grows where the value falls.
    """
    below = [name for name in weights if free[name].high <= 0]
    sizes = {name: -weight if name in below else weight for name, weight in weights.items()}
    lead = max(sizes, key=lambda name: abs(sizes[name]))
    named = {name: weight / sizes[lead] for name, weight in sizes.items() if 3 * abs(weight) > abs(sizes[lead])}
    if len(named) == 1:
        return f"{lead} alone"
    up, down = (
        [f"|{name}|" if name in below else name for name, weight in named.items() if sign * weight > 0]
        for sign in (1, -1)
    )
    if not down:
        return f"{_and(up)} growing together"
    return f"{_and(up)} growing while {_and(down)} {'shrinks' if len(down) == 1 else 'shrink'}"


def _size_of(sd: float, before: float, factor: float, believed: bool) -> str:
    """Return how far a direction is determined, by the targets or, where that is not believed, by the surface."""
    left = f"{100 * sd / before:.0f} % of the spread of the range is left"
    if sd > WEAK * before:
        return f"weakly determined by these targets ({left})." if believed else f"{left}."
    size = f"within {100 * (factor - 1):.1f} %" if factor < 1.1 else f"to a factor of {factor:.2f}"
    return (f"known {size}." if factor < 1.1 else f"known {size} only.") if believed else f"{size}."


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def disagreement(found: Posterior, best: Mapping[str, float], score: float) -> str:
    """Return a sentence where the best trial, with that score, is not where the surface has the optimum; '' else.

    It is not where a knob lies outside its 5 to 95 % interval, or -2 log likelihood at its place exceeds the least by
    more than the 90 % of chi square, the region of that probability for all knobs together.
    """
    place = np.array([[span.place(best[name]) for name, span in found.free.items()]], float)
    lows, highs = np.quantile(knob_values(found.places, found.free), INTERVAL, axis=0)
    outside = [
        f"{name} = {best[name]:.4g} (not within {low:.4g} to {high:.4g})"
        for (name, span), low, high in zip(found.free.items(), lows.tolist(), highs.tolist(), strict=True)
        if not low <= best[name] <= high and BOUND < span.place(best[name]) < 1 - BOUND  # no end is within 5 to 95 %
    ]
    misfit = found.misfit(place)[0] - found.misfit(found.places).min()
    far = misfit > chdtri(len(found.free), 1 - (INTERVAL[1] - INTERVAL[0]))
    if not outside and not far:
        return ""
    parts = [f"outside its 5 to 95 % interval is {_and(outside)}"] if outside else []
    if far:
        parts.append("all knobs together are outside the likely region")
    return (
        f"The best trial and the response surface disagree: {', and '.join(parts)}; its score is {score:.2f}, and "
        f"{found.surface.scores(place)[0]:.2f} by the surface, on which intervals and combinations rest: more trials "
        "may settle it."
    )
