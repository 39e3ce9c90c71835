"""Firing rates: of a population, and how they are spread over its neurons."""

from collections.abc import Mapping

import numpy as np

from pipeline.engine.recording import Spikes
from pipeline.measure.trains import between, spike_counts

QUANTILES = {"quantile_0.1": 0.1, "quantile_0.25": 0.25, "median": 0.5, "quantile_0.75": 0.75, "quantile_0.9": 0.9}
"""Quantiles over all neurons of a population, interpolated linearly between order statistics."""

STATISTICS = (*QUANTILES, "sd", "fraction_silent", "mean_active", "median_active")
"""Statistics of rates over neurons; those of active neurons leave out neurons without a spike."""


def rate(spikes: Spikes, duration_s: float) -> float | None:
    """Return the population rate in spikes/s: spikes / (neurons x time). None in a population without neurons."""
    return len(spikes.times_s) / spikes.size / duration_s if spikes.size else None


def measured_rate(spikes: Spikes, values: Mapping[str, float]) -> float | None:
    """Return the population rate after the transient of a point, whose values are given."""
    begin_s, duration_s = values["transient"], values["duration"]
    return rate(between(spikes, begin_s, begin_s + duration_s), duration_s)


def n_active(spikes: Spikes) -> int:
    """Return the number of neurons with at least one spike."""
    return int(np.count_nonzero(spike_counts(spikes)))


def distribution(spikes: Spikes, duration_s: float) -> dict[str, float | None]:
    """Return the statistics of STATISTICS of the rates of single neurons.

    All are None in a population without neurons, those of active neurons where none is active, and the standard
    deviation below two neurons.
    """
    if not spikes.size:
        return dict.fromkeys(STATISTICS)
    counts = spike_counts(spikes)
    rates = counts / duration_s
    active = rates[counts > 0]
    quantiles = np.quantile(rates, list(QUANTILES.values()))
    return {
        **{name: float(value) for name, value in zip(QUANTILES, quantiles, strict=True)},
        "sd": float(rates.std()) if spikes.size > 1 else None,
        "fraction_silent": 1 - len(active) / spikes.size,
        "mean_active": float(active.mean()) if len(active) else None,
        "median_active": float(np.median(active)) if len(active) else None,
    }
