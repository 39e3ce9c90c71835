"""What the trials of a fit leave undecided: the posterior of the free knobs, by an emulator of the features.

The likelihood of a setting is that of the targets, compressed to as many numbers as there are knobs: Gaussian, with
the covariances of the targets' errors, of the emulator's regression there and of its misfit added (`emulator`). The
prior is uniform over the ranges of the fit, on their scale. The emulator is to hold where the posterior lies: so both
are found in turns. Sampled by the affine-invariant ensemble of Goodman and Weare (2010), package emcee.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.fit.emulator import Emulator, emulator
from pipeline.fit.free import Free
from pipeline.fit.likelihood import Likelihood
from pipeline.fit.problem import Errors, Fit, needed
from pipeline.fit.regression import Region
from pipeline.fit.seen import aimed, as_seen, whole
from pipeline.fit.surface import Known, Trials, folded
from pipeline.fit.targets import Target

if TYPE_CHECKING:
    import emcee

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


class TooFewTrialsError(ValueError):
    """Fewer trials than a surface needs, said in one sentence."""


class UndefinedError(TooFewTrialsError):
    """Most trials lack the features of all targets, and more of them would, too."""


@dataclass(frozen=True)
class Posterior:
    """A sample of the free knobs, and the emulator on which it rests."""

    free: Mapping[str, Free]
    targets: tuple[Target, ...]
    emulator: Emulator
    places: np.ndarray
    """n x knobs, in the unit cube of the ranges."""
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
    """Return the trials that tell something: features, in columns 'protocol feature', or that a network is not alive.

    A pruned trial counts by the features that it has and, since its score is estimated to be worse, the less.
    """
    keys = {column: tuple(column.split(" ", 1)) for column in trials.columns if " " in column}
    found = []
    for row in trials[trials["state"].isin(["complete", "pruned"])].to_dict("records"):
        features = {key: row[column] for column, key in keys.items() if not pd.isna(row[column])}
        alive = row["constraint"] <= 0
        if features or not alive:
            known = row["values_without"]
            without = (
                [] if known is None else [np.array([list(values) for values in sample], float) for sample in known]
            )
            settings = {name: row[name] for name in free}
            found.append(Known(settings, features, row["score"], row["origin"], without, alive))
    return found


def noise_sd(fitted: pd.DataFrame, fit: Fit) -> np.ndarray:
    """Return the noise of a trial's mean over its networks, one a target, in sd of the target.

    From the standard error on the fresh networks of `check`, taken to fall with the square root of networks and of
    duration. No number of trials that share their networks averages it out. NaN where it is unknown.
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
    """Return the posterior given settings and features of trials; raises TooFewTrialsError, UndefinedError.

    `noise`: that of the networks which trials share, one a target, in sd of the target. `errors`: those of the
    targets, as `problem.Errors`. `part`: how much shorter than usual the chain is.
    """
    dead = [trial for trial in trials if not trial.alive]
    trials = [trial for trial in trials if trial.alive]
    if len(trials) < needed(len(free)):
        raise TooFewTrialsError(
            f"{len(trials)} trials are too few for a posterior of {len(free)} knobs, which needs {needed(len(free))}."
        )
    trials = whole(trials, targets, needed(len(free)))
    given, targets = targets, aimed(trials, targets, errors)
    noise = noise * [before.sd / now.sd for before, now in zip(given, targets, strict=True)]
    seen = as_seen(trials, free, targets, dead)
    rng = np.random.RandomState(seed)
    score = np.array([trial.score for trial in trials])
    likely = seen.places[np.argsort(score)[: max(len(score) // 3, len(free) + 2)]]
    region = Region.of(likely, 1.0, LEAST)
    for turn in range(MOST_TURNS):
        found = emulator(seen, region, errors != "independent", noise)
        if np.isnan(found.residual).all():
            names = ", ".join(f"{target.name} of {target.protocol}" for target in targets)
            raise UndefinedError(f"Most trials lack {names}, and there is no other target: nothing tells knobs apart.")
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
    return Posterior(free, tuple(targets), found, likely, n_effective)


def _sampled(
    density: Likelihood, region: Region, best: np.ndarray, rng: np.random.RandomState, shorter: int
) -> tuple[np.ndarray, "emcee.EnsembleSampler"]:
    """Return places of the posterior within a region, and the chain that they are of.

    Beyond the region the emulator knows nothing, and would call all of it possible. The walkers start from the
    likeliest trials, so that each of several separate solutions is found by some of them.
    """
    import emcee  # which loads scipy.stats, half a second, and pages of a fit need neither

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
