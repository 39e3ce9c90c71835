"""Recordings to features: every value of the table of a network.

All that is measured lies in start_s <= t < stop_s. A feature that rests on too few spikes is None, never 0 and never
NaN; how many neurons it rests on stands beside it (`n_active_P`, `n_cv_P`). NumPy does it on whole populations at
once, in the time that sorting their spikes takes.
"""

import math
from collections.abc import Iterator, Mapping

import numpy as np

from pipeline.engine.recording import Potential, Spikes
from pipeline.measure import correlation, irregularity, locking, potential, rates, spectrum
from pipeline.measure import events as responses
from pipeline.measure.events import Events
from pipeline.measure.table import table
from pipeline.measure.trains import between

Value = float | int | list[float] | None

BIN_S = 0.001
"""Bins of rates over a period and around events."""

SHORTEST = 1 - 1e-6
"""Below that part of a time step nothing was measured."""


def measure(
    spikes: Mapping[str, Spikes],
    potentials: Mapping[str, Potential],
    start_s: float,
    stop_s: float,
    dt_s: float,
    events: Events | None = None,
) -> dict[str, Value]:
    """Return every feature of `table` for the populations recorded and watched, by its name and in its order.

    Where the measured time is shorter than a time step all are None.
    """
    if not (math.isfinite(start_s) and math.isfinite(stop_s) and 0 < dt_s < math.inf):
        raise ValueError(f"measured from {start_s} s to {stop_s} s in steps of {dt_s} s: times must be finite")
    features = table(list(spikes), {name: watched.unit for name, watched in potentials.items()}, events)
    if stop_s - start_s < SHORTEST * dt_s:
        return dict.fromkeys(features)
    found: dict[tuple[str, tuple[str, ...]], Value] = {}
    measured = {name: between(recorded, start_s, stop_s) for name, recorded in spikes.items()}
    for name, train in measured.items():
        of_one = _trains(train, start_s, stop_s, dt_s)
        if events is not None:
            of_one |= _events(train, start_s, stop_s, max(BIN_S, dt_s), events)
        found |= {(pattern, (name,)): value for pattern, value in of_one.items()}
    for name, watched in potentials.items():
        with np.errstate(over="ignore"):  # of a network that diverges; `_finite` sees it
            found["chi_P", (name,)] = potential.chi(watched)
            found["v_mean_P", (name,)] = potential.v_mean(watched)
            found["v_sd_P", (name,)] = potential.v_sd(watched)
    found |= dict(_correlations(measured, start_s, stop_s, dt_s))
    return {name: _finite(found[feature.pattern, feature.populations]) for name, feature in features.items()}


def _trains(train: Spikes, start_s: float, stop_s: float, dt_s: float) -> dict[str, Value]:
    """Return the features of a population's spikes alone."""
    found: dict[str, Value] = {"rate_P": rates.rate(train, stop_s - start_s), "n_active_P": rates.n_active(train)}
    for statistic, value in rates.distribution(train, stop_s - start_s).items():
        found[f"rate_P_{statistic}"] = value
    between_spikes = irregularity.intervals(train)
    found["cv_P"], found["cv_P_median"], found["n_cv_P"] = irregularity.cv(between_spikes)
    found["lv_P"] = irregularity.lv(between_spikes)
    found["burst_P"] = irregularity.burst(between_spikes, len(train.times_s))
    found["fano_P"] = irregularity.fano(train, start_s, stop_s, dt_s)
    found["peak_frequency_P"] = spectrum.peak_frequency(
        spectrum.spectrum(train, start_s, stop_s, dt_s, spectrum.FINE_S)
    )
    found["peak_power_P"] = spectrum.peak_power(spectrum.spectrum(train, start_s, stop_s, dt_s))
    return found


def _events(train: Spikes, start_s: float, stop_s: float, bin_s: float, events: Events) -> dict[str, Value]:
    """Return the features of a population's spikes and the events."""
    times = responses.separate(events, start_s, stop_s)
    counts = responses.histogram(train, times, events.window_s, bin_s)
    found: dict[str, Value] = {
        "latency_P": responses.latency(counts, events.window_s),
        "response_P": responses.response(counts, len(times), train.size),
    }
    if events.period_s is None:
        found["psth_P"] = responses.psth(counts, len(times), train.size, events.window_s)
    else:
        cycles, n_periods = locking.whole_periods(train, start_s, stop_s, events.period_s)
        found["locking_P"], found["phase_P"] = locking.locking(cycles, events.period_s)
        found["psth_P"] = locking.psth(cycles, events.period_s, n_periods, bin_s)
    return found


def _correlations(
    measured: Mapping[str, Spikes], start_s: float, stop_s: float, dt_s: float
) -> Iterator[tuple[tuple[str, tuple[str, ...]], Value]]:
    """Yield the correlations within all populations, and between those that `table` has."""
    first: dict[str, correlation.Scores] = {}
    for name, train in measured.items():
        scores = correlation.scores(train, start_s, stop_s, dt_s)
        yield ("corr_P", (name,)), correlation.within(scores)
        if len(first) < correlation.MAX_POPULATIONS:
            for other, found in first.items():
                yield ("corr_P_Q", (other, name)), correlation.across(found, scores)
            first[name] = scores


def _finite(value: Value) -> Value:
    """Return the value, None where it is not finite: numbers may overflow on their way."""
    values = value if isinstance(value, list) else [] if value is None else [value]
    return value if all(math.isfinite(one) for one in values) else None
