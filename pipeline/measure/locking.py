"""Locking to a period: how strongly and at which phase a population spikes, and its rate over the period."""

import numpy as np

from pipeline.engine.recording import Spikes
from pipeline.measure.trains import SLACK_BINS, between, n_windows

MIN_SPIKES = 10
"""Fewer spikes of a population have no vector strength: that of n spikes at any time is about 0.9/sqrt(n)."""


def whole_periods(spikes: Spikes, start_s: float, stop_s: float, period_s: float) -> tuple[Spikes, int]:
    """Return the spikes in the whole periods that fit from start_s on, and how many periods that are."""
    n_periods = n_windows(start_s, stop_s, period_s)
    return between(spikes, start_s, start_s + n_periods * period_s), n_periods


def locking(spikes: Spikes, period_s: float) -> tuple[float | None, float | None]:
    """Return the vector strength |sum_k exp(i 2 pi t_k/T)| / n over all spikes of a population, and its phase in rad.

    `spikes` must cover whole periods, which start at multiples of T. 0 is no locking, 1 all spikes at one phase; the
    phase is in (-pi, pi]. Both are None below MIN_SPIKES, and the phase where spikes cancel.
    """
    n = len(spikes.times_s)
    if n < MIN_SPIKES:
        return None, None
    total = np.exp(2j * np.pi * spikes.times_s / period_s).sum()
    strength = float(abs(total) / n)
    return strength, float(np.angle(total)) if strength > 1e-9 else None


def psth(spikes: Spikes, period_s: float, n_periods: int, bin_s: float) -> list[float] | None:
    """Return the rate over the period in spikes/s, from its start on, one value a bin of about `bin_s`.

    `spikes` must cover n_periods whole periods. Bins divide the period evenly. None without a whole period.
    """
    if not n_periods or not spikes.size:
        return None
    n_bins = max(1, round(period_s / bin_s))
    periods = spikes.times_s / period_s
    since = periods - np.floor(periods + SLACK_BINS / n_bins)
    bins = np.clip(np.floor(since * n_bins + SLACK_BINS), 0, n_bins - 1).astype(np.int64)
    histogram = np.bincount(bins, minlength=n_bins)
    return [float(value) for value in histogram / (spikes.size * n_periods * (period_s / n_bins))]
