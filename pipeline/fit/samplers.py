"""Optuna's samplers by the names that a fit gives them."""

from collections.abc import Sequence
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial

from pipeline.fit.problem import Fit

COUNTED = {"qmc"}
"""Samplers whose points the study counts itself: one that is asked for and not used is left out for ever."""


class Proposed(optuna.samplers.BaseSampler):
    """Gives settings that were worked out before, one a trial, in their order."""

    def __init__(self, proposals: Sequence[dict[str, float]], space: dict[str, BaseDistribution]) -> None:
        self._left, self._space = list(proposals), space

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Return the ranges of all free knobs."""
        return self._space

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Return the next settings."""
        return self._left.pop(0)

    def sample_independent(
        self, study: optuna.Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Refuse: all knobs are sampled together."""
        raise NotImplementedError(param_name)


def named(fit: Fit, seed: int, start: dict[str, float] | None) -> optuna.samplers.BaseSampler:
    """Return the sampler of a fit; `start`: where CMA-ES begins, the middle of the ranges if None.

    TPE is multivariate with constant liar, Optuna's default. Sobol points of `qmc` go on where the study's last one
    was, so their scrambling has the seed of the fit.
    """
    match fit.sampler:
        case "tpe":
            return optuna.samplers.TPESampler(seed=seed)
        case "cmaes":
            return optuna.samplers.CmaEsSampler(seed=seed, x0=start, popsize=fit.batch)
        case "gp":
            return optuna.samplers.GPSampler(seed=seed)
        case "nsga2":
            return optuna.samplers.NSGAIISampler(seed=seed, population_size=fit.batch)
        case "nsga3":
            return optuna.samplers.NSGAIIISampler(seed=seed, population_size=fit.batch)
        case "qmc":
            return optuna.samplers.QMCSampler(seed=fit.seed, scramble=True)
        case "random":
            return optuna.samplers.RandomSampler(seed=seed)
    raise ValueError(f"{fit.sampler} is no sampler of Optuna")
