"""The features of the network of `network.py`: rates, irregularity, synchrony, modulation, response to touch.

Definitions are those of Gutnisky et al. (2017), Methods. All that is measured starts after the transient. A feature
that rests on too few spikes is None, never 0; how many neurons it rests on stands beside it (`n_active_X`, `n_cv_X`).
NumPy does it on whole populations at once; the tests compare with Elephant.
"""

import math
from collections.abc import Mapping

import numpy as np

from pipeline.engine.recording import NetworkRecording, Spikes
from pipeline.measure.own import features
from pipeline.measure.patterns import ANYTHING, FASTEST, Feature, Kind
from pipeline.measure.potential import chi
from pipeline.measure.trains import between, of, spike_counts

POPULATIONS = ("T", "E", "I")

RESPONSE_MS = 25.0
"""Length of the windows after and before a contact that R compares."""

BIN_MS = 25.0
"""Bin of the spike counts that are correlated."""

CV_SPIKES = 3
"""A neuron needs that many spikes for its CV to count."""

PAIRS = ("EE", "II", "EI", "TE", "TI")

QUANTILES = {"quantile_0.1": 0.1, "quantile_0.25": 0.25, "median": 0.5, "quantile_0.75": 0.75, "quantile_0.9": 0.9}
"""Quantiles over all neurons of a population, interpolated linearly between order statistics."""

OVER_NEURONS = (*QUANTILES, "fraction_silent", "mean_active", "median_active")
"""Statistics of a distribution over neurons; those of active neurons leave out neurons without a single spike."""

DISTRIBUTIONS = {"rate_E": "spikes/s", "rate_I": "spikes/s", "R_E": "spikes/touch", "R_I": "spikes/touch"}
"""Features that are known neuron by neuron, with their unit: each has every statistic of OVER_NEURONS."""

UNITS = {
    **{f"rate_{p}": "spikes/s" for p in POPULATIONS},
    **{f"cv_{p}": "1" for p in POPULATIONS},
    **{f"chi_{p}": "1" for p in "EI"},
    **{f"z1_{p}": "1" for p in POPULATIONS},
    **{f"phase_{p}": "rad" for p in POPULATIONS},
    **{f"R_{p}": "spikes/touch" for p in POPULATIONS},
    **{f"latency_{p}": "ms" for p in "EI"},
    **{f"corr_{pair}": "1" for pair in PAIRS},
    **{f"rate_I_{half}": "spikes/s" for half in ("halo", "rest")},
    **{f"R_I_{half}": "spikes/touch" for half in ("halo", "rest")},
    **{
        f"{feature}_{statistic}": "1" if statistic == "fraction_silent" else unit
        for feature, unit in DISTRIBUTIONS.items()
        for statistic in OVER_NEURONS
    },
}
"""Unit of each feature; the names of all features are its keys."""

PSTHS = tuple(f"psth_{p}" for p in POPULATIONS)
"""Rates over the whisking cycle (over the episode, where there is rest in it) in spikes/s, one value a bin of 1 ms."""

COUNTS = (*(f"n_active_{p}" for p in POPULATIONS), *(f"n_cv_{p}" for p in POPULATIONS))
"""Numbers of neurons on which features rest: with at least one spike, and with at least CV_SPIKES."""

DEFINITIONS = {
    "rate": "Spikes of {} in the measured time, over the number of neurons and that time.",
    "cv": "Standard deviation (n below) over mean of the interspike intervals of a neuron, averaged over the neurons "
    "of {} with at least 3 spikes.",
    "chi": "Synchrony of {}: root of the variance over time of the mean potential, over the mean of the variances of "
    "single neurons.",
    "z1": "Twice the length of the mean of exp(i 2 pi t/T_w) over the spikes of {} in whole whisking cycles: 0 no "
    "modulation, 2 all at one phase.",
    "phase": "Angle of the mean of exp(i 2 pi t/T_w) over the spikes of {} in whole whisking cycles.",
    "R": "Spikes of {} in the 25 ms after t_c of whisking cycles minus those in the 25 ms before, over the number of "
    "neurons and of cycles.",
    "latency": "Time from a contact to the centre of the bin of 1 ms with most spikes of {} in the 25 ms after it.",
    "corr": "Mean Pearson correlation of the spike counts in bins of 25 ms over all pairs of a neuron of {0[0]} and "
    "another of {0[1]}.",
    "psth": "Rate of {} over the whisking cycle, or the episode where there is rest in it, in bins of 1 ms.",
    "n_active": "Number of neurons of {} with at least one spike in the measured time.",
    "n_cv": "Number of neurons of {} with at least 3 spikes: those that the CV is of.",
}
"""What the features are, by the first part of their names."""

HALVES = {"halo": "the part of {} with halorhodopsin (f_halo)", "rest": "the part of {} without halorhodopsin (f_halo)"}

BOUNDS = {
    "rate": (0.0, FASTEST), "cv": (0.0, math.inf), "chi": (0.0, 1.0), "z1": (0.0, 2.0), "phase": (-math.pi, math.pi),
    "latency": (0.0, RESPONSE_MS), "corr": (-1.0, 1.0), "fraction_silent": (0.0, 1.0),
}  # fmt: skip
"""What features are never beyond, by the first part of their names or their statistic; others may be anything."""

EACH = {
    "rate": ("rates", "the measured time"),
    "R": ("responses R", "the 25 ms after any t_c"),
}
"""Of DISTRIBUTIONS what each neuron has, and the time in which a silent one has no spike."""


def definition(name: str) -> str:
    """Return what a feature, a PSTH or a count is, in one sentence."""
    kind = next(one for one in DEFINITIONS if name.startswith(f"{one}_"))
    whom, _, more = name.removeprefix(f"{kind}_").partition("_")
    if not more or more in HALVES:
        return DEFINITIONS[kind].format(HALVES.get(more, "{}").format(whom))
    values, time = EACH[kind]
    if more == "fraction_silent":
        return f"Part of the neurons of {whom} without a spike in {time}."
    statistic, active = more.removesuffix("_active").replace("_", " ").capitalize(), more.endswith("_active")
    return f"{statistic} of the {values} of the neurons of {whom}{' with a spike in the measured time' * active}."


def table() -> list[Feature]:
    """Return all features, scalars first, then counts and curves."""
    kinds: dict[str, tuple[str, Kind]] = {name: (unit, "scalar") for name, unit in UNITS.items()}
    kinds |= dict.fromkeys(COUNTS, ("1", "count"))
    kinds |= dict.fromkeys(PSTHS, ("spikes/s", "curve"))
    where = {name: "C_T > 0" for name in kinds if name.startswith("latency")}
    first = {name: "fraction_silent" if name.endswith("fraction_silent") else name.split("_")[0] for name in kinds}
    within = {name: BOUNDS.get(one, ANYTHING) for name, one in first.items()}
    return [
        Feature(name, unit, definition(name), name, kind, where=where.get(name, ""), within=within[name])
        for name, (unit, kind) in kinds.items()
    ]


def period_ms(values: Mapping[str, float]) -> float:
    """Return the time in ms after which the input repeats: a whisking cycle, or an episode where it has rests."""
    before_ms = values["t_rest"] + values["t_rise"]
    return before_ms + values["t_whisk"] if before_ms > 0 else values["T_w"]


@features(table())
def measured(recording: NetworkRecording, values: Mapping[str, float]) -> dict[str, float | int | list[float] | None]:
    """Return every feature of `table` of a run at the knobs `values`."""
    cycle_s, contact_s = values["T_w"] / 1000, values["t_c"] / 1000
    start_s, stop_s = values["transient"], values["transient"] + values["duration"]
    whole = {name: between(spikes, start_s, stop_s) for name, spikes in recording.spikes.items() if name in POPULATIONS}
    n_cycles = int(values["duration"] / cycle_s + 1e-9)
    cycles = {name: between(spikes, start_s, start_s + n_cycles * cycle_s) for name, spikes in whole.items()}
    period_s = period_ms(values) / 1000
    n_periods = int(values["duration"] / period_s + 1e-9)
    periods = {name: between(spikes, start_s, start_s + n_periods * period_s) for name, spikes in whole.items()}
    found: dict[str, float | int | list[float] | None] = {}
    for name, spikes in whole.items():
        found[f"rate_{name}"] = rate(spikes, values["duration"])
        found[f"cv_{name}"], found[f"n_cv_{name}"] = cv(spikes)
        found[f"n_active_{name}"] = len(np.unique(spikes.neurons))
        found[f"z1_{name}"], found[f"phase_{name}"] = modulation(cycles[name], cycle_s)
        found[f"R_{name}"] = response(cycles[name], cycle_s, contact_s, n_cycles)
        found[f"psth_{name}"] = psth(periods[name], period_s, n_periods).tolist()
    for name in "EI":
        potentials = recording.potentials.get(name)  # a recording of spikes has none
        found[f"chi_{name}"] = None if potentials is None else chi(potentials)
        active = spike_counts(whole[name]) > 0
        rates = distribution(spike_counts(whole[name]) / values["duration"], active, active)
        responses, responding = neuron_responses(cycles[name], cycle_s, contact_s, n_cycles)
        for kind, statistics in (("rate", rates), ("R", distribution(responses, active, responding))):
            found |= {f"{kind}_{name}_{statistic}": value for statistic, value in statistics.items()}
        touched = values["C_T"] > 0
        found[f"latency_{name}"] = latency(cycles[name], cycle_s, contact_s) if touched else None
    n_halo = int(np.count_nonzero(np.arange(whole["I"].size) + 0.5 < values["f_halo"] * whole["I"].size))
    for half, low, high in (("halo", 0, n_halo), ("rest", n_halo, whole["I"].size)):
        found[f"rate_I_{half}"] = rate(of(whole["I"], low, high), values["duration"]) if high > low else None
        touched_half = response(of(cycles["I"], low, high), cycle_s, contact_s, n_cycles) if high > low else None
        found[f"R_I_{half}"] = touched_half
    counts = {name: standardised_counts(spikes, start_s, stop_s) for name, spikes in whole.items()}
    for pair in PAIRS:
        found[f"corr_{pair}"] = correlation(counts[pair[0]], counts[pair[1]] if pair[0] != pair[1] else None)
    return found


def rate(spikes: Spikes, duration_s: float) -> float | None:
    """Return the population rate nu in spikes/s: spikes / (neurons x time); None of a population without neurons."""
    return len(spikes.times_s) / spikes.size / duration_s if spikes.size else None


def distribution(values: np.ndarray | None, active: np.ndarray, heard: np.ndarray) -> dict[str, float | None]:
    """Return the statistics of OVER_NEURONS of one value a neuron; all None where there are no values.

    `active`: neurons with a spike in the measured time, over which mean_active and median_active go; what is not zero
    there depends on that time, as it does in a recording. `heard`: neurons that fraction_silent does not count.
    """
    if values is None or not len(values):
        return dict.fromkeys(OVER_NEURONS)
    quantiles = np.quantile(values, list(QUANTILES.values()))
    return {
        **{name: float(value) for name, value in zip(QUANTILES, quantiles, strict=True)},
        "fraction_silent": float(np.mean(~heard)),
        "mean_active": float(values[active].mean()) if active.any() else None,
        "median_active": float(np.median(values[active])) if active.any() else None,
    }


def cv(spikes: Spikes) -> tuple[float | None, int]:
    """Return the coefficient of variation of interspike intervals and the number of neurons it rests on.

    Standard deviation over mean of a neuron's intervals, averaged over neurons with at least CV_SPIKES spikes.
    """
    order = np.lexsort((spikes.times_s, spikes.neurons))
    neurons, times = spikes.neurons[order], spikes.times_s[order]
    same = neurons[1:] == neurons[:-1]
    owner, interval = neurons[1:][same], np.diff(times)[same]
    n = np.bincount(owner, minlength=spikes.size)
    counted = n >= CV_SPIKES - 1
    if not counted.any():
        return None, 0
    n_safe = np.maximum(n, 1)
    mean = np.bincount(owner, interval, spikes.size) / n_safe
    variance = np.bincount(owner, (interval - mean[owner]) ** 2, spikes.size) / n_safe
    return float(np.mean(np.sqrt(variance[counted]) / mean[counted])), int(counted.sum())


def modulation(spikes: Spikes, cycle_s: float) -> tuple[float | None, float | None]:
    """Return Z1 = 2 |sum_k exp(i 2 pi t_k/T_w)| / n over all spikes of a population, and its phase in rad.

    `spikes` must cover whole cycles. 0 is no modulation by whisking, 2 all spikes at one phase; None without spikes.
    """
    n = len(spikes.times_s)
    if n == 0:
        return None, None
    total = np.exp(2j * np.pi * spikes.times_s / cycle_s).sum()
    return float(2 * abs(total) / n), float(np.angle(total))


def _since_ns(spikes: Spikes, cycle_s: float, onset_s: float) -> np.ndarray:
    """Return whole ns from the last onset in each cycle to each spike, in [0, cycle).

    Whole, since spike times are multiples of dt and so fall on the edges of windows and bins, which rounding must not
    push to either side.
    """
    cycles = (spikes.times_s - onset_s) / cycle_s
    since: np.ndarray = np.rint((cycles - np.floor(cycles + 1e-9)) * cycle_s * 1e9).astype(np.int64)
    return since


def neuron_responses(
    spikes: Spikes, cycle_s: float, contact_s: float, n_cycles: int
) -> tuple[np.ndarray | None, np.ndarray]:
    """Return the response to touch of every neuron in spikes/touch, and which neurons spike after any contact.

    Spikes in [t_c, t_c + RESPONSE_MS) minus those in [t_c - RESPONSE_MS, t_c), a cycle. `spikes` must cover n_cycles
    whole cycles. None, and no neuron, where a cycle is too short for both windows.
    """
    window_ns, cycle_ns = round(RESPONSE_MS * 1e6), round(cycle_s * 1e9)
    if cycle_ns < 2 * window_ns:
        return None, np.zeros(spikes.size, bool)
    since_ns = _since_ns(spikes, cycle_s, contact_s)
    after = np.bincount(spikes.neurons[since_ns < window_ns], minlength=spikes.size)
    before = np.bincount(spikes.neurons[since_ns >= cycle_ns - window_ns], minlength=spikes.size)
    return (after - before) / n_cycles, after > 0


def response(spikes: Spikes, cycle_s: float, contact_s: float, n_cycles: int) -> float | None:
    """Return the response to touch R in spikes/touch, the mean of `neuron_responses`; None where it has none."""
    responses, _ = neuron_responses(spikes, cycle_s, contact_s, n_cycles)
    return None if responses is None or not len(responses) else float(responses.mean())


def latency(spikes: Spikes, cycle_s: float, contact_s: float) -> float | None:
    """Return the time from contact onset to the peak of the response, in ms.

    The centre of the 1 ms bin with most spikes (the earliest of equals) within RESPONSE_MS; None without spikes there.
    """
    bins = _since_ns(spikes, cycle_s, contact_s) // 1_000_000
    histogram = np.bincount(bins[bins < RESPONSE_MS])
    return float(np.argmax(histogram) + 0.5) if histogram.any() else None


def psth(spikes: Spikes, cycle_s: float, n_cycles: int, bin_ms: float = 1.0) -> np.ndarray:
    """Return the rate over the whisking cycle, one value a bin of about `bin_ms`, in spikes/s.

    `spikes` must cover n_cycles whole cycles.
    """
    n_bins = max(1, round(1000 * cycle_s / bin_ms))
    bins = _since_ns(spikes, cycle_s, 0) * n_bins // round(cycle_s * 1e9)
    histogram = np.bincount(np.minimum(bins, n_bins - 1), minlength=n_bins)
    return histogram / max(spikes.size, 1) / n_cycles / (cycle_s / n_bins)


def standardised_counts(spikes: Spikes, start_s: float, stop_s: float) -> np.ndarray:
    """Return z-scored spike counts, neurons x bins of BIN_MS, of the neurons whose count is not constant."""
    bin_s = BIN_MS / 1000
    n_bins = int((stop_s - start_s) / bin_s + 1e-9)
    index = ((spikes.times_s - start_s) / bin_s + 1e-9).astype(int)
    kept = index < n_bins
    flat = np.bincount(spikes.neurons[kept] * n_bins + index[kept], minlength=spikes.size * n_bins)
    counts = flat.reshape(spikes.size, n_bins).astype(float)
    counts = counts[counts.std(axis=1) > 0]
    scores: np.ndarray = (counts - counts.mean(axis=1, keepdims=True)) / counts.std(axis=1, keepdims=True)
    return scores


def correlation(a: np.ndarray, b: np.ndarray | None = None) -> float | None:
    """Return the mean Pearson correlation over all pairs of rows: within `a`, or between `a` and `b`.

    Rows are z-scored counts (neurons x bins), so the sum over pairs follows from the sum of the rows.
    None below a pair.
    """
    if b is not None:
        if not len(a) or not len(b):
            return None
        return float(a.sum(axis=0) @ b.sum(axis=0) / a.shape[1] / len(a) / len(b))
    n = len(a)
    if n < 2:
        return None
    total = a.sum(axis=0)
    return float((total @ total / a.shape[1] - n) / (n * (n - 1)))
