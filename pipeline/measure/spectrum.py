"""Rhythm of a population: the highest peak in the power spectrum of its rate.

Power is given relative to that of a population of independent Poisson neurons of the same rate, 1 at every frequency.
"""

import numpy as np
from scipy.signal import welch

from pipeline.engine.recording import Spikes
from pipeline.measure.trains import n_windows, population_counts, whole_steps

BIN_S = 0.001
"""Length of the windows of the population rate, as near as whole steps come to it."""

SEGMENT_S = 0.5
"""Longest segment of Welch's method; segments overlap by half and have a Hann window."""

SHORTEST_SEGMENT_S = 0.05
"""Below it there is no spectrum: frequencies would lie more than 20 Hz apart."""

N_SEGMENTS = 4
"""The measured time holds at least so many segments side by side: a single one has peaks of nothing but chance."""

MAX_HZ = 500.0

MIN_SPIKES = 10
"""Fewer spikes of a population have no spectrum."""


def spectrum(spikes: Spikes, start_s: float, stop_s: float, dt_s: float) -> tuple[np.ndarray, np.ndarray] | None:
    """Return frequencies in Hz and the power there, relative to a Poisson population of the same rate.

    From above 1/segment, which the mean rate leaks into, up to MAX_HZ, and below half the rate of the windows. None
    where the measured time or the spikes are too few.
    """
    width_s = whole_steps(BIN_S, dt_s)
    n_bins = n_windows(start_s, stop_s, width_s)
    n_segment = min(round(SEGMENT_S / width_s), n_bins // N_SEGMENTS)
    counts = population_counts(spikes, start_s, width_s, n_bins)
    if n_segment < 4 or n_segment * width_s < SHORTEST_SEGMENT_S * (1 - 1e-9) or counts.sum() < MIN_SPIKES:
        return None
    frequencies, power = welch(counts.astype(float), fs=1 / width_s, nperseg=n_segment)
    index = np.arange(len(frequencies))
    kept = (index > 1) & (2 * index < n_segment) & (frequencies <= MAX_HZ)
    # one-sided: the variance of Poisson counts, their mean, is spread over frequencies from 0 to 1/(2 width)
    return frequencies[kept], power[kept] / (2 * width_s * counts.mean())


def peak(found: tuple[np.ndarray, np.ndarray] | None) -> tuple[float | None, float | None]:
    """Return frequency in Hz and relative power of the highest peak of a spectrum; None where it is zero or none."""
    if found is None or not len(found[1]):
        return None, None
    frequencies, power = found
    highest = int(np.argmax(power))
    if power[highest] < 1e-12:  # a rate that never changes
        return None, None
    return float(frequencies[highest]), float(power[highest])
