"""Spike trains of a population, and their counts in windows that follow one another.

Spikes of a simulation lie on multiples of its time step, so on the edges of windows too: windows hold whole steps, and
a spike within rounding of an edge belongs to the window that starts there. Counts are kept where they are not zero, so
they cost what the spikes cost, however many neurons and windows there are.
"""

from dataclasses import dataclass, replace

import numpy as np

from pipeline.engine.recording import Spikes

SLACK_S = 1e-9
"""A spike that much before an edge is on it."""

SLACK_BINS = 1e-6
"""The same as a part of a window, where times are divided by its length."""


@dataclass(frozen=True)
class Counts:
    """Spike counts of neurons in windows, where they are not zero: neuron neurons[k] has numbers[k] in bins[k]."""

    neurons: np.ndarray
    bins: np.ndarray
    numbers: np.ndarray
    size: int
    n_bins: int


def between(spikes: Spikes, start_s: float, stop_s: float) -> Spikes:
    """Return the spikes at start_s <= t < stop_s."""
    kept = (spikes.times_s >= start_s - SLACK_S) & (spikes.times_s < stop_s - SLACK_S)
    return replace(spikes, times_s=spikes.times_s[kept], neurons=spikes.neurons[kept])


def of(spikes: Spikes, low: int, high: int) -> Spikes:
    """Return the spikes of the neurons low <= i < high, numbered from 0."""
    kept = (spikes.neurons >= low) & (spikes.neurons < high)
    return Spikes(spikes.times_s[kept], spikes.neurons[kept] - low, high - low, spikes.joins_s)


def chosen(spikes: Spikes, neurons: np.ndarray) -> Spikes:
    """Return the spikes of these neurons, numbered from 0 in their order."""
    place = np.full(spikes.size, -1)
    place[neurons] = np.arange(len(neurons))
    kept = place[spikes.neurons] >= 0
    return Spikes(spikes.times_s[kept], place[spikes.neurons[kept]], len(neurons), spikes.joins_s)


def spike_counts(spikes: Spikes) -> np.ndarray:
    """Return the number of spikes of every neuron."""
    return np.bincount(spikes.neurons, minlength=spikes.size)


def whole_steps(width_s: float, dt_s: float) -> float:
    """Return the multiple of the time step nearest to a width, and at least one step.

    Windows of 1 ms at a step of 0.3 ms would hold 3 steps or 4, a rhythm that is not the network's.
    """
    return max(1, round(width_s / dt_s)) * dt_s


def n_windows(start_s: float, stop_s: float, width_s: float) -> int:
    """Return how many whole windows fit between two times."""
    return max(0, int((stop_s - start_s) / width_s + SLACK_BINS))


def window_of(spikes: Spikes, start_s: float, width_s: float) -> np.ndarray:
    """Return the window of every spike; the first starts at start_s, before which there must be no spike."""
    index = np.floor((spikes.times_s - start_s) / width_s + SLACK_BINS)
    windows: np.ndarray = np.maximum(index, 0).astype(np.int64)
    return windows


def population_counts(spikes: Spikes, start_s: float, width_s: float, n_bins: int) -> np.ndarray:
    """Return the number of spikes of all neurons together in each of n_bins windows."""
    windows = window_of(spikes, start_s, width_s)
    return np.bincount(windows[windows < n_bins], minlength=n_bins)


def binned(spikes: Spikes, start_s: float, width_s: float, n_bins: int) -> Counts:
    """Return the spike counts of each neuron in each of n_bins windows."""
    windows = window_of(spikes, start_s, width_s)
    kept = windows < n_bins
    keys, numbers = np.unique(spikes.neurons[kept] * n_bins + windows[kept], return_counts=True)
    neurons, bins = np.divmod(keys, max(n_bins, 1))
    return Counts(neurons, bins, numbers, spikes.size, n_bins)


def sums(counts: Counts) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum of each neuron's counts over all windows, and of their squares."""
    total = np.bincount(counts.neurons, counts.numbers, counts.size)
    squares = np.bincount(counts.neurons, counts.numbers.astype(np.float64) ** 2, counts.size)
    return total, squares
