"""Correlation of spike counts, averaged over all pairs of neurons of one population or of two.

The mean over pairs follows from the sum of z-scored counts over neurons, one value a window: no pair is ever looked at.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.engine.recording import Spikes
from pipeline.measure.trains import binned, n_windows, sums, whole_steps

BIN_S = 0.025
"""Length of the windows of the counts that are correlated."""

MIN_BINS = 3
"""Below that many windows every correlation is 1 or -1."""

MAX_POPULATIONS = 6
"""Populations are correlated with one another among the first so many: pairs grow with the square."""


@dataclass(frozen=True)
class Scores:
    """Sum over `n` neurons of their z-scored counts, one value a window; neurons of a constant count are left out."""

    total: np.ndarray
    n: int


def scores(spikes: Spikes, start_s: float, stop_s: float, dt_s: float) -> Scores:
    """Return the summed z-scored spike counts in windows of BIN_S; of no neuron where there are too few windows."""
    width_s = whole_steps(BIN_S, dt_s)
    n_bins = n_windows(start_s, stop_s, width_s)
    if n_bins < MIN_BINS:
        return Scores(np.zeros(n_bins), 0)
    counts = binned(spikes, start_s, width_s, n_bins)
    total, squares = sums(counts)
    spread = n_bins * squares - total**2  # whole numbers: 0 is exact
    varying = spread > 0
    deviation = np.sqrt(np.where(varying, spread, 1)) / n_bins
    weight = np.where(varying, 1 / deviation, 0)
    summed = np.bincount(counts.bins, counts.numbers * weight[counts.neurons], n_bins)
    return Scores(summed - np.sum(total / n_bins * weight), int(np.count_nonzero(varying)))


def within(scores: Scores) -> float | None:
    """Return the mean Pearson correlation over all pairs of neurons of a population; None below a pair."""
    if scores.n < 2:
        return None
    total = scores.total @ scores.total / len(scores.total)
    return float((total - scores.n) / (scores.n * (scores.n - 1)))


def across(a: Scores, b: Scores) -> float | None:
    """Return the mean Pearson correlation over all pairs of a neuron of one population and one of another."""
    if not a.n or not b.n:
        return None
    return float(a.total @ b.total / len(a.total) / a.n / b.n)
