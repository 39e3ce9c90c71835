"""Irregularity of single neurons: of the intervals between their spikes, and of their spike counts."""

from dataclasses import dataclass, replace

import numpy as np

from pipeline.engine.recording import Spikes
from pipeline.measure.trains import SLACK_S, binned, n_windows, sums, whole_steps

MIN_SPIKES = 3
"""A neuron needs that many spikes, two intervals, to count for the CV, the local variation and bursts."""

BURST_S = 0.010
"""Intervals in a burst are shorter."""

FANO_S = 0.100
"""Length of the windows of the Fano factor."""


@dataclass(frozen=True)
class Intervals:
    """Intervals between the spikes of single neurons, by neuron and then by time: lengths_s[k] is of neuron owners[k].

    `same[k]`: interval k + 1 is of the same neuron as interval k, so the one that follows it.
    """

    owners: np.ndarray
    lengths_s: np.ndarray
    same: np.ndarray
    size: int


def intervals(spikes: Spikes) -> Intervals:
    """Return the intervals between successive spikes of each neuron, but those across a join of times."""
    n = len(spikes.times_s)
    by_time = np.argsort(spikes.times_s, kind="stable")
    keys = np.sort(spikes.neurons[by_time] * n + np.arange(n))  # whole numbers, which sort faster than two columns
    neurons, rank = np.divmod(keys, max(n, 1))
    times = spikes.times_s[by_time][rank]
    inner = neurons[1:] == neurons[:-1]
    if len(spikes.joins_s):
        piece = np.searchsorted(spikes.joins_s - SLACK_S, times, side="right")
        inner &= piece[1:] == piece[:-1]
    place = np.flatnonzero(inner)
    return Intervals(neurons[place], np.diff(times)[place], np.diff(place) == 1, spikes.size)


def cut_part(spikes: Spikes) -> float:
    """Return which part of all intervals joins of times cut; these are the long ones, without which a CV is too small.

    Of Poisson neurons with 5, 10 and 20 spikes between joins 20, 10 and 5 % are cut, and a CV is 0.93, 0.99, 0.995.
    """
    every = len(intervals(replace(spikes, joins_s=np.empty(0))).lengths_s)
    return 1 - len(intervals(spikes).lengths_s) / every if every else 0.0


def cvs(found: Intervals) -> np.ndarray:
    """Return the coefficient of variation of each neuron that has one, in the order of neurons.

    Standard deviation over mean of the intervals of a neuron with at least MIN_SPIKES spikes, not all at one time.
    """
    n = np.bincount(found.owners, minlength=found.size)
    n_safe = np.maximum(n, 1)
    mean = np.bincount(found.owners, found.lengths_s, found.size) / n_safe
    variance = np.bincount(found.owners, (found.lengths_s - mean[found.owners]) ** 2, found.size) / n_safe
    counted = (n >= MIN_SPIKES - 1) & (mean > 0)
    values: np.ndarray = np.sqrt(variance[counted]) / mean[counted]
    return values


def cv(found: Intervals) -> tuple[float | None, float | None, int]:
    """Return mean and median of the coefficients of variation over neurons, and the number of those neurons."""
    values = cvs(found)
    return (float(values.mean()), float(np.median(values)), len(values)) if len(values) else (None, None, 0)


def lv(found: Intervals) -> float | None:
    """Return the local variation, averaged over neurons with at least MIN_SPIKES spikes.

    Of a neuron, the mean of 3 ((I_k - I_k+1) / (I_k + I_k+1))^2 over its successive intervals; it does not see slow
    changes of the rate, which raise the CV. Pairs of intervals that are both 0 say nothing and are left out.
    """
    first, second = found.lengths_s[:-1], found.lengths_s[1:]
    kept = found.same & (first + second > 0)
    owners, first, second = found.owners[1:][kept], first[kept], second[kept]
    n = np.bincount(owners, minlength=found.size)
    total = np.bincount(owners, 3 * ((first - second) / (first + second)) ** 2, found.size)
    return float(np.mean(total[n > 0] / n[n > 0])) if n.any() else None


def burst(found: Intervals, n_spikes: int) -> float | None:
    """Return the part of `n_spikes`, all spikes of a population, that belongs to bursts.

    A burst is a run of at least three spikes of a neuron with every interval in it shorter than BURST_S. None where no
    neuron has three spikes.
    """
    if not found.same.any():
        return None
    short = found.lengths_s < BURST_S - SLACK_S
    both = found.same & short[:-1] & short[1:]  # interval k and the one after it are in a burst
    inside = np.zeros(len(short), bool)
    inside[:-1] |= both
    inside[1:] |= both
    # a run of intervals in a burst has one spike more than it has intervals
    goes_on = inside[:-1] & inside[1:] & found.same
    n_bursts = np.count_nonzero(inside) - np.count_nonzero(goes_on)
    return int(np.count_nonzero(inside) + n_bursts) / n_spikes


def fano(spikes: Spikes, start_s: float, stop_s: float, dt_s: float) -> float | None:
    """Return the Fano factor of spike counts in windows of FANO_S, averaged over neurons that spike in them.

    Variance (n - 1 below) over mean: so it is 1 on average for a Poisson neuron in any number of windows, also when
    given that it spikes. None below two windows or where no neuron spikes twice, since one spike gives 1 by itself.
    """
    width_s = whole_steps(FANO_S, dt_s)
    n_bins = n_windows(start_s, stop_s, width_s)
    if n_bins < 2:
        return None
    total, squares = sums(binned(spikes, start_s, width_s, n_bins))
    active = total > 0
    if not (total > 1).any():
        return None
    total, squares = total[active], squares[active]
    variance = (squares - total**2 / n_bins) / (n_bins - 1)
    return float(np.mean(variance / (total / n_bins)))
