"""Responses to events: the rate around them, when it peaks and how many spikes they add."""

from dataclasses import dataclass

import numpy as np

from pipeline.engine.recording import Spikes
from pipeline.measure.trains import SLACK_BINS, SLACK_S

MIN_PEAK = 2
"""A bin with fewer spikes over all events is no peak."""


@dataclass(frozen=True)
class Events:
    """Events that come with a period, at onset_s + k period_s, or at given times; `window_s` after and before each."""

    period_s: float | None = None
    onset_s: float = 0.0
    times_s: np.ndarray | None = None
    window_s: float = 0.025

    def __post_init__(self) -> None:
        if (self.period_s is None) == (self.times_s is None):
            raise ValueError("events have either a period or a list of times")
        if self.period_s is not None and not 0 < self.period_s < np.inf:
            raise ValueError(f"events have a period of {self.period_s} s: it must be above 0")
        if not 0 < self.window_s < np.inf:
            raise ValueError(f"events have a window of {self.window_s} s: it must be above 0")
        if self.times_s is not None:
            object.__setattr__(self, "times_s", np.unique(np.asarray(self.times_s, dtype=np.float64)))
        if not np.isfinite([self.onset_s, *([] if self.times_s is None else self.times_s)]).all():
            raise ValueError("events have a time that is not finite")


def separate(events: Events, start_s: float, stop_s: float) -> np.ndarray:
    """Return the times of the events that count: measured before and after, and out of reach of other events.

    The window before an event and that after it must lie in the measured time and hold nothing of the response to
    another event: the last is at least two windows ago, the next at least one away. With a period below two windows no
    event counts.
    """
    window_s = events.window_s
    if events.period_s is not None:
        if events.period_s < 2 * window_s - SLACK_S:
            return np.empty(0)
        first = np.floor((start_s - events.onset_s) / events.period_s)
        n = int((stop_s - start_s) / events.period_s) + 3
        times = events.onset_s + (first + np.arange(n)) * events.period_s
    else:
        times = np.empty(0) if events.times_s is None else events.times_s
    gaps = np.diff(times)
    clear = (np.r_[np.inf, gaps] >= 2 * window_s - SLACK_S) & (np.r_[gaps, np.inf] >= window_s - SLACK_S)
    measured = (times - window_s >= start_s - SLACK_S) & (times + window_s <= stop_s + SLACK_S)
    counted: np.ndarray = times[clear[: len(times)] & measured]
    return counted


def histogram(spikes: Spikes, times_s: np.ndarray, window_s: float, bin_s: float) -> np.ndarray:
    """Return the spikes of a population from a window before to a window after events, in bins of about `bin_s`.

    Summed over events, whose times must be in order. Bins divide the window evenly: half of them lie before the event.
    """
    n_bins = max(1, round(window_s / bin_s))
    width_s = window_s / n_bins
    times = np.sort(spikes.times_s)
    low = np.searchsorted(times, times_s - window_s - SLACK_S)
    n = np.searchsorted(times, times_s + window_s - SLACK_S) - low
    # the spikes of all windows in one row: those of event k start at low[k], and where the row has come to by then
    spike = np.arange(n.sum()) + np.repeat(low - np.cumsum(n) + n, n)
    since = np.floor((times[spike] - np.repeat(times_s, n)) / width_s + SLACK_BINS).astype(np.int64)
    return np.bincount(np.clip(since + n_bins, 0, 2 * n_bins - 1), minlength=2 * n_bins)


def psth(counts: np.ndarray, n_events: int, size: int, window_s: float) -> list[float] | None:
    """Return the rate around events in spikes/s, one value a bin of `histogram`; None without an event."""
    if not n_events or not size:
        return None
    return [float(value) for value in counts / (n_events * size * (2 * window_s / len(counts)))]


def latency(counts: np.ndarray, window_s: float) -> float | None:
    """Return the time from an event to the peak of the response in ms.

    The centre of the bin with most spikes (the earliest of equals) in the window after it; None where no bin has
    MIN_PEAK spikes.
    """
    after = counts[len(counts) // 2 :]
    if after.max() < MIN_PEAK:
        return None
    return float((np.argmax(after) + 0.5) * 1000 * window_s / len(after))


def response(counts: np.ndarray, n_events: int, size: int) -> float | None:
    """Return the spikes an event adds a neuron: those in the window after minus those in the window before."""
    if not n_events or not size:
        return None
    half = len(counts) // 2
    return int(counts[half:].sum() - counts[:half].sum()) / n_events / size
