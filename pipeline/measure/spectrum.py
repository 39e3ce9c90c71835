"""Rhythm of a population: the highest peak in the power spectrum of its rate.

Power is given relative to that of a population of independent Poisson neurons of the same rate, 1 at every frequency.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.engine.recording import Spikes
from pipeline.measure.trains import n_windows, population_counts, whole_steps

BIN_S = 0.001
"""Length of the windows of the population rate, as near as whole steps come to it."""

FINE_S = 0.0001
"""The same where the frequency of a peak is sought: rhythms above half of one over it would be seen at another."""

SEGMENT_S = 0.5
"""Longest segment of Welch's method; segments overlap by half and have a Hann window."""

SHORTEST_SEGMENT_S = 0.05
"""Below it there is no spectrum: frequencies would lie more than 20 Hz apart."""

N_SEGMENTS = 4
"""The measured time holds at least so many segments side by side: a single one has peaks of nothing but chance."""

MAX_HZ = 500.0
"""Highest frequency whose power counts for the power of the peak."""

MIN_SPIKES = 10
"""Fewer spikes of a population have no spectrum."""

CHANCE = 0.01
"""Probability that a flat spectrum has a peak by chance."""

LOW = 0.25
"""A spectrum is compared with a flat one of the same quantile, which the peaks of few frequencies do not move."""


@dataclass(frozen=True)
class Spectrum:
    """Power, relative to a Poisson population of the same rate, at frequencies in Hz; mean of so many segments."""

    frequencies: np.ndarray
    power: np.ndarray
    n_segments: int


def spectrum(spikes: Spikes, start_s: float, stop_s: float, dt_s: float, bin_s: float = BIN_S) -> Spectrum | None:
    """Return the spectrum of the rate of a population; None where the measured time or the spikes are too few.

    From above 1/segment, which the mean rate leaks into, to below half the rate of the windows.
    """
    width_s = whole_steps(bin_s, dt_s)
    n_bins = n_windows(start_s, stop_s, width_s)
    n_segment = min(round(SEGMENT_S / width_s), n_bins // N_SEGMENTS)
    counts = population_counts(spikes, start_s, width_s, n_bins)
    if n_segment < 4 or n_segment * width_s < SHORTEST_SEGMENT_S * (1 - 1e-9) or counts.sum() < MIN_SPIKES:
        return None
    from scipy.signal import welch  # takes a second, and most commands need none of it

    frequencies, power = welch(counts.astype(float), fs=1 / width_s, nperseg=n_segment)
    index = np.arange(len(frequencies))
    kept = (index > 1) & (2 * index < n_segment)
    overlap = n_segment // 2
    # one-sided: the variance of Poisson counts, their mean, is spread over frequencies from 0 to 1/(2 width)
    relative = power[kept] / (2 * width_s * counts.mean())
    return Spectrum(frequencies[kept], relative, (n_bins - overlap) // (n_segment - overlap))


def peak_power(found: Spectrum | None) -> float | None:
    """Return the relative power of the highest peak of a spectrum up to MAX_HZ; None where there is none."""
    if found is None:
        return None
    highest = float(np.max(found.power[found.frequencies <= MAX_HZ], initial=0))
    return highest if highest > 1e-12 else None  # a rate that never changes


def peak_frequency(found: Spectrum | None) -> float | None:
    """Return the frequency of the highest peak of a spectrum in fine windows; None where it may be one of chance.

    The peak is that of the rate in sliding windows of BIN_S, so below 1/BIN_S, which their filter does not let pass.
    Powers of a flat spectrum are distributed as chi-square of 36 n^2/(19 n - 1) degrees of freedom over their number,
    of n segments with Hann windows that overlap by half (Welch 1967; Percival and Walden 1993, sec. 6.17). The peak is
    one where its power is beyond what the highest of that many frequencies reaches with the probability CHANCE
    (Bonferroni), in a flat spectrum as high as this one or as that of Poisson neurons, whichever is higher.
    """
    if found is None:
        return None
    kept = found.frequencies < 1 / BIN_S
    frequencies, power = found.frequencies[kept], found.power[kept]
    if not len(power):
        return None
    from scipy.special import chdtri

    freedom = 36 * found.n_segments**2 / (19 * found.n_segments - 1)
    level = max(1.0, float(np.quantile(power, LOW)) * freedom / chdtri(freedom, 1 - LOW))
    highest = int(np.argmax(power * np.sinc(frequencies * BIN_S) ** 2))
    if power[highest] <= level * chdtri(freedom, CHANCE / len(power)) / freedom:
        return None
    return float(frequencies[highest])
