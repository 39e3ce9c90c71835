"""What the trials of a fit leave undecided: the posterior of the free knobs, by an emulator of the features.

The likelihood of a setting is that of the targets, compressed to as many numbers as there are knobs: Gaussian, with
the covariances of the targets' errors, of the emulator's regression there and of its misfit added (`emulator`). The
prior is uniform over the ranges of the fit, on their scale. The emulator is to hold where the posterior lies: so both
are found in turns. Sampled by the affine-invariant ensemble of Goodman and Weare (2010), package emcee.
"""

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import emcee
import numpy as np
import pandas as pd
from scipy.special import chdtri

from pipeline.fit.emulator import Emulator, emulator
from pipeline.fit.likelihood import Likelihood
from pipeline.fit.problem import Errors, Fit, Free, needed
from pipeline.fit.regression import Region
from pipeline.fit.seen import aimed, as_seen, whole
from pipeline.fit.surface import Known, Trials, folded, knob_values
from pipeline.fit.targets import Target

WALKERS_PER_KNOB = 8
BURN_IN, STEPS, THIN = 1000, 3000, 20
TURNS, MOST_TURNS, SHORT = 3, 10, 10
"""How often the emulator is moved to where the posterior lies, at least and, while that reaches the end of where the
emulator holds, at most; and by which part of a chain that is found."""

SHORTER = 5
"""By how much a chain is shorter that is not for the result."""

AT_THE_END = 0.02
"""The part of a posterior that may lie at the end of where the emulator holds."""

LEAST = 0.05
"""The least sd of the first region, as part of a range: a search may have all of its best trials at the end of one."""

WIDER = 1.5
"""How much wider than the posterior the region is in which the emulator is to hold."""

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
    """A sample of the free knobs, and the emulator on which it rests."""

    free: Mapping[str, Free]
    targets: tuple[Target, ...]
    emulator: Emulator
    places: np.ndarray
    """n x knobs, in the unit cube of the ranges."""
    n_trials: int
    n_effective: float
    """Independent places that the sample is worth."""
    neural: bool = False
    """Whether the places are by a neural network, and not by the emulator."""

    @functools.cached_property
    def misfit(self) -> Likelihood:
        """Gives -2 log likelihood at places (n x knobs), but for a constant."""
        return Likelihood(self.emulator, self.targets)

    def residuals(self, places: np.ndarray) -> np.ndarray:
        """Return deviations in sd of the target (n x targets) at `places` (n x knobs) by the emulator."""
        return self.misfit.deviations(places)

    def scores(self, places: np.ndarray) -> np.ndarray:
        """Return the score at `places` (n x knobs) by the emulator, of the targets that enough trials have."""
        known = np.isfinite(self.emulator.residual)
        found: np.ndarray = np.sqrt(np.mean(self.residuals(places)[:, known] ** 2, axis=-1))
        return found


def usable(trials: pd.DataFrame, free: Mapping[str, Free]) -> Trials:
    """Return the trials within the envelope whose features are known, in columns 'protocol feature'.

    A pruned trial counts by the features that it has and, since its score is estimated to be worse, the less.
    """
    keys = {column: tuple(column.split(" ", 1)) for column in trials.columns if " " in column}
    found = []
    for row in trials[trials["state"].isin(["complete", "pruned"]) & (trials["constraint"] <= 0)].to_dict("records"):
        features = {key: row[column] for column, key in keys.items() if not pd.isna(row[column])}
        if features:
            known = row["values_without"]
            without = (
                [] if known is None else [np.array([list(values) for values in sample], float) for sample in known]
            )
            found.append(Known({name: row[name] for name in free}, features, row["score"], row["origin"], without))
    return found


def noise_sd(fitted: pd.DataFrame, fit: Fit) -> np.ndarray:
    """Return the noise of a trial's mean over its networks, one a target, in sd of the target.

    From the standard error on the fresh networks of `check`, taken to fall with the square root of networks and of
    duration. All trials share their networks, so that no number of trials averages it out. NaN where it is unknown.
    """
    first = [protocol.split("+")[0] for protocol in fitted["protocol"]]
    efforts = [fit.effort_of(protocol) for protocol in first]
    checked = fitted["n"] * [fit.duration_s(protocol, fit.check) for protocol in first]
    effort = checked / [effort.networks * effort.duration for effort in efforts]
    noise: np.ndarray = (fitted["sem"] * np.sqrt(effort) / fitted["sd"]).to_numpy(float)
    return noise


def posterior(
    trials: Trials,
    free: Mapping[str, Free],
    targets: Sequence[Target],
    noise: np.ndarray,
    seed: int,
    errors: Errors = "independent",
    part: int = 1,
) -> Posterior:
    """Return the posterior given settings and features of trials; raises TooFewTrialsError.

    `noise`: that of the networks which trials share, one a target, in sd of the target. `errors`: those of the
    targets, as `problem.Errors`. `part`: how much shorter than usual the chain is.
    """
    if len(trials) < needed(len(free)):
        raise TooFewTrialsError(
            f"{len(trials)} trials are too few for a posterior of {len(free)} knobs, which needs {needed(len(free))}."
        )
    trials = whole(trials, targets, needed(len(free)))
    given, targets = targets, aimed(trials, targets, errors)
    noise = noise * [before.sd / now.sd for before, now in zip(given, targets, strict=True)]
    seen = as_seen(trials, free, targets)
    rng = np.random.RandomState(seed)
    score = np.array([trial.score for trial in trials])
    likely = seen.places[np.argsort(score)[: max(len(score) // 3, len(free) + 2)]]
    region = Region.of(likely, 1.0, LEAST)
    for turn in range(MOST_TURNS):
        found = emulator(seen, region, errors != "independent", noise)
        density = Likelihood(found, targets)
        tried = np.vstack([seen.places, likely])
        near = tried[region.holds(tried)]
        start = near[np.argsort(density(near))[: max(len(near) // 4, len(free))]]
        likely, _ = _sampled(density, region, start, rng, SHORT * part)
        if turn >= TURNS and region.at_the_end(likely).mean() <= AT_THE_END:
            break
        region = Region.of(likely, WIDER)
    likely, chain = _sampled(density, found.fitted.region, likely, rng, part)
    n_effective = len(chain.get_chain(flat=True)) / np.nanmax(chain.get_autocorr_time(quiet=True, tol=0))
    return Posterior(free, tuple(targets), found, likely, len(trials), n_effective)


def _sampled(
    density: Likelihood, region: Region, best: np.ndarray, rng: np.random.RandomState, shorter: int
) -> tuple[np.ndarray, emcee.EnsembleSampler]:
    """Return places of the posterior within a region, and the chain that they are of.

    Beyond the region the emulator knows nothing, and would call all of it possible. The walkers start from the
    likeliest trials, so that each of several separate solutions is found by some of them.
    """
    knobs = best.shape[1]
    walkers = WALKERS_PER_KNOB * knobs
    base = best[np.arange(walkers) % len(best)]
    moved = folded(base + 0.1 * np.sqrt(np.diag(region.covariance)) * rng.standard_normal(base.shape))
    start = np.where(region.holds(moved)[:, None], moved, base)

    def log_density(places: np.ndarray) -> np.ndarray:
        inside = np.all((places >= 0) & (places <= 1), axis=1) & region.holds(places)
        found = np.full(len(places), -np.inf)
        if inside.any():
            found[inside] = -0.5 * density(places[inside])
        return found

    sampler = emcee.EnsembleSampler(walkers, knobs, log_density, vectorize=True)
    begin = emcee.State(start, random_state=rng.get_state())
    sampler.run_mcmc(sampler.run_mcmc(begin, BURN_IN // shorter, store=False), STEPS // shorter)
    return sampler.get_chain(flat=True, thin=max(THIN // shorter, 1)), sampler


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
    """Return knobs as logarithms or, where their range is linear, over `_unit`: differences are relative."""
    columns = [
        np.log(column) if span.log else column / _unit(np.median(column), span)
        for column, span in zip(values.T, free.values(), strict=True)
    ]
    return np.array(columns).T


def _through_0(span: Free) -> bool:
    return span.low <= 0 <= span.high


def _unit(median: float, span: Free) -> float:
    """Return what differences of a knob of a linear range are relative to: its size, or the range where that has 0."""
    return span.high - span.low if _through_0(span) else abs(median)


def directions(found: Posterior, believed: bool = True) -> pd.DataFrame:
    """Return the principal directions of the posterior, that first of which most of the spread of the ranges is left.

    Of one that is not to be believed no sentence says what the targets determine.

    A row each: `sd` along it (of logarithms, so relative), `prior` that of the ranges, `factor` to which the
    combination is known (half the 90 % interval) when the knob of most weight has the power 1 in it, a weight a knob
    (unit vector), whether it is `weak`, and a sentence.
    """
    values = knob_values(found.places, found.free)
    variances, vectors = np.linalg.eigh(np.atleast_2d(np.cov(_relative(values, found.free), rowvar=False)))
    medians = np.median(values, axis=0)
    widths = [
        math.log(span.high / span.low) if span.log else (span.high - span.low) / _unit(median, span)
        for span, median in zip(found.free.values(), medians, strict=True)
    ]
    rows = []
    for k in range(len(variances)):
        vector = vectors[:, k] * np.sign(vectors[np.argmax(np.abs(vectors[:, k])), k])
        sd, before = math.sqrt(max(variances[k], 0)), math.sqrt(vector**2 @ np.square(widths) / 12)
        lead = list(found.free)[int(np.abs(vector).argmax())]
        half = HALF_WIDTH * sd / np.abs(vector).max()
        weights = dict(zip(found.free, vector.tolist(), strict=True))
        of = lead if _through_0(found.free[lead]) else ""
        said = f"{_moves(weights, found.free)}: {_size_of(sd, before, half, of, believed)}"
        row = {"sd": sd, "prior": before, "factor": math.exp(half), **weights}
        rows.append(row | {"weak": sd > WEAK * before, "says": said})
    return pd.DataFrame(sorted(rows, key=lambda row: row["sd"] / row["prior"], reverse=True))


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


def _size_of(sd: float, before: float, half: float, of: str, believed: bool) -> str:
    """Return how far a direction is determined, by the targets or, where that is not believed, by the surface.

    `half`: half the 90 % interval of its leading knob, relative, or to the range of the knob `of`.
    """
    left = f"{100 * sd / before:.0f} % of the spread of the range is left"
    if sd > WEAK * before:
        return f"weakly determined by these targets ({left})." if believed else f"{left}."
    factor = math.exp(half)
    close = bool(of) or factor < 1.1
    size = f"within {100 * half:.1f} % of the range of {of}" if of else f"within {100 * (factor - 1):.1f} %"
    size = size if close else f"to a factor of {factor:.2f}"
    return (f"known {size}." if close else f"known {size} only.") if believed else f"{size}."


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
        f"{found.scores(place)[0]:.2f} by the surface, on which intervals and combinations rest: more trials "
        "may settle it."
    )
