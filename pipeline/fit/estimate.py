"""The posterior of a fit, by the way that its sampler asks for: the emulator's, or that of a neural network."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.fit import neural
from pipeline.fit.posterior import Posterior, posterior
from pipeline.fit.problem import Fit
from pipeline.fit.surface import Trials
from pipeline.fit.targets import Target


def estimate(trials: Trials, fit: Fit, targets: Sequence[Target], noise: np.ndarray, part: int = 1) -> Posterior:
    """Return the posterior of a fit; `noise` and `part` as those of `posterior.posterior`, errors, too.

    By a neural network the sample is its own; what is said of features there is the emulator's of the same trials.
    """
    found = posterior(trials, fit.free, targets, noise, fit.seed, fit.errors, part)
    if fit.sampler != "neural":
        return found
    places = neural.sample(trials, fit.free, targets, fit.errors, fit.seed)
    return replace(found, places=places, n_effective=float(len(places)), neural=True)
