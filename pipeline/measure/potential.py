"""The membrane variable of a population: its mean, its fluctuation and how synchronous it is."""

import numpy as np

from pipeline.engine.recording import Potential


def v_mean(potential: Potential) -> float | None:
    """Return the mean over neurons and time; None where it is not finite."""
    if not len(potential.mean) or not np.isfinite(potential.mean).all():
        return None
    return float(potential.mean.mean())


def v_sd(potential: Potential) -> float | None:
    """Return the standard deviation over time of a neuron: the root of the variance, averaged over neurons."""
    variance = _variance(potential)
    return None if variance is None else float(np.sqrt(variance))


def chi(potential: Potential) -> float | None:
    """Return the synchrony chi, 0 to 1: the root of variance of the population mean over mean variance of a neuron.

    None where nothing varies, and below two neurons: one neuron is always in step with itself.
    """
    variance = _variance(potential)
    if variance is None or not variance > 0 or len(potential.var) < 2 or not np.isfinite(potential.population_var):
        return None
    return float(np.sqrt(max(potential.population_var, 0.0) / variance))


def _variance(potential: Potential) -> float | None:
    """Return the variance over time averaged over neurons; differences of sums may be a rounding below 0."""
    if not len(potential.var) or not np.isfinite(potential.var).all():
        return None
    return float(np.maximum(potential.var, 0).mean())
