"""Features of any network: against Elephant, against closed forms, and where there is nothing to measure.

The comment over a test says which mistake it would catch.
"""

import json
import re
import time
from pathlib import Path

import elephant.conversion
import elephant.spike_train_correlation
import elephant.statistics
import neo
import numpy as np
import pytest
import quantities as pq
from typer.testing import CliRunner

import pipeline.cli.sweeps  # noqa: F401, its verbs
from networks.gutnisky2017 import features as paper
from pipeline.cli.commands import app
from pipeline.measure import correlation, events, irregularity, locking, potential, rates, spectrum
from pipeline.measure.events import Events
from pipeline.measure.measure import measure
from pipeline.measure.patterns import PATTERNS, Feature
from pipeline.measure.potential import Potential
from pipeline.measure.table import markdown, table
from pipeline.measure.trains import Spikes, between, binned, of, population_counts, spike_counts
from pipeline.recordings.recorded import cut

STOP_S = 10.0
DT_S = 1e-4


def _spikes(trains, size=None):
    """One train a neuron."""
    neurons = np.repeat(np.arange(len(trains)), [len(train) for train in trains])
    times = np.concatenate([np.asarray(train, float) for train in trains]) if trains else np.empty(0)
    return Spikes(times, neurons, len(trains) if size is None else size)


def _poisson(rng, rate, stop_s, size):
    n = rng.poisson(rate * stop_s * size)
    return Spikes(rng.uniform(0, stop_s, n), rng.integers(0, size, n), size)


@pytest.fixture(scope="module")
def mixed() -> Spikes:
    """40 neurons, of which the first few hardly fire, sharing common spikes, on the grid of DT_S, in no order."""
    rng = np.random.default_rng(3)
    trains = [rng.uniform(0, STOP_S, n) for n in [0, 1, 2, 3, *rng.integers(20, 200, 36)]]
    common = rng.uniform(0, STOP_S, 30)
    trains = [np.r_[train, common] if k > 20 else train for k, train in enumerate(trains)]
    spikes = _spikes([np.unique(np.floor(train / DT_S)) * DT_S for train in trains])
    order = rng.permutation(len(spikes.times_s))
    return Spikes(spikes.times_s[order], spikes.neurons[order], 40)


def _neo(spikes):
    trains = [np.sort(spikes.times_s[spikes.neurons == k]) for k in range(spikes.size)]
    return [neo.SpikeTrain(train * pq.s, t_start=0 * pq.s, t_stop=STOP_S * pq.s) for train in trains]


@pytest.fixture(scope="module")
def neo_trains(mixed):
    return _neo(mixed)


# --- against Elephant


# a rate over active neurons only, or over the wrong time
def test_rates_are_elephants(mixed, neo_trains):
    expected = [float(elephant.statistics.mean_firing_rate(train).rescale("Hz")) for train in neo_trains]
    found = measure({"E": mixed}, {}, 0, STOP_S, DT_S, None)
    assert found["rate_E"] == pytest.approx(np.mean(expected), rel=1e-12)
    assert found["rate_E_median"] == pytest.approx(np.median(expected), rel=1e-12)
    assert found["rate_E_sd"] == pytest.approx(np.std(expected), rel=1e-12)
    assert found["rate_E_quantile_0.1"] == pytest.approx(np.quantile(expected, 0.1), rel=1e-12)
    assert found["rate_E_quantile_0.9"] == pytest.approx(np.quantile(expected, 0.9), rel=1e-12)
    assert found["rate_E_fraction_silent"] == pytest.approx(1 / 40)
    assert found["rate_E_mean_active"] == pytest.approx(np.mean(expected[1:]), rel=1e-12)
    assert found["rate_E_median_active"] == pytest.approx(np.median(expected[1:]), rel=1e-12)
    assert found["n_active_E"] == 39


# intervals across neurons, spikes taken in the order they come in, neurons of two spikes counted
def test_cv_and_lv_are_elephants_over_neurons_with_three_spikes(mixed, neo_trains):
    isis = [elephant.statistics.isi(train) for train in neo_trains if len(train) >= 3]
    found = irregularity.intervals(mixed)
    expected = [float(elephant.statistics.cv(isi)) for isi in isis]
    assert irregularity.cv(found) == pytest.approx((np.mean(expected), np.median(expected), 37), rel=1e-9)
    assert irregularity.lv(found) == pytest.approx(np.mean([float(elephant.statistics.lv(isi)) for isi in isis]))


# windows of another length or start, silent neurons counted, the variance of Elephant (n below) not corrected
def test_fano_is_elephants_times_n_over_n_minus_1(mixed, neo_trains):
    edges = np.arange(1, 100) * 0.1 - 1e-6
    pieces = [np.split(train.magnitude, np.searchsorted(train.magnitude, edges)) for train in neo_trains[1:]]
    factors = [elephant.statistics.fanofactor(piece) for piece in pieces]
    assert irregularity.fano(mixed, 0, STOP_S, DT_S) == pytest.approx(np.mean(factors) * 100 / 99, rel=1e-12)


# pairs of a neuron with itself, silent neurons in the mean, sums that lose the mean of the counts
def test_correlations_are_elephants_means_over_pairs(mixed, neo_trains):
    active = neo_trains[1:]
    binned_trains = elephant.conversion.BinnedSpikeTrain(
        active, bin_size=25 * pq.ms, t_start=0 * pq.s, t_stop=STOP_S * pq.s
    )
    matrix = elephant.spike_train_correlation.correlation_coefficient(binned_trains, binary=False)
    upper = matrix[np.triu_indices(39, 1)]
    assert upper.mean() > 0.01  # the common spikes are there, so a wrong window would show
    found = measure({"P": of(mixed, 0, 15), "Q": of(mixed, 15, 40)}, {}, 0, STOP_S, DT_S, None)
    whole = measure({"P": mixed}, {}, 0, STOP_S, DT_S, None)
    assert whole["corr_P"] == pytest.approx(upper.mean(), abs=1e-12)
    assert found["corr_P_Q"] == pytest.approx(matrix[:14, 14:].mean(), abs=1e-12)
    assert found["corr_Q"] == pytest.approx(matrix[14:, 14:][np.triu_indices(25, 1)].mean(), abs=1e-12)


# the rate of the spectrum and of the PSTH in other windows than those of 1 ms from the start on
def test_population_counts_are_elephants_time_histogram(mixed, neo_trains):
    expected = elephant.statistics.time_histogram(neo_trains, 1 * pq.ms, output="counts")
    counts = population_counts(mixed, 0, 0.001, 10_000)
    assert np.array_equal(counts, expected.magnitude[:, 0])


# --- against closed forms


# a CV or local variation that depends on the rate, or has a wrong factor
@pytest.mark.parametrize("shape", [0.5, 1, 4, 16])
def test_gamma_processes_have_cv_of_one_over_root_k_and_lv_of_3_over_2k_plus_1(shape):
    rng = np.random.default_rng(5)
    lengths = rng.gamma(shape, 1 / shape, (200, 1000)) / rng.uniform(5, 50, (200, 1))
    found = irregularity.intervals(_spikes(list(np.cumsum(lengths, axis=1))))
    assert irregularity.cv(found)[0] == pytest.approx(shape**-0.5, rel=0.01)
    assert irregularity.lv(found) == pytest.approx(3 / (2 * shape + 1), rel=0.01)


# the local variation must not see what a slowly changing rate does to the CV
def test_no_interval_goes_across_a_join_of_times_that_do_not_follow_one_another():
    """Neurons like clocks, cut into pieces that put other times together, had a CV of 0.3."""
    cells = _spikes([np.arange(0.001 * k, 6, 0.010) for k in range(5)])
    apart = cut(cells, np.array([[0.3 * k, 0.3 * k + 0.1137] for k in range(15)]))  # 15 windows
    found = irregularity.intervals(apart)
    assert irregularity.cv(found)[0] == pytest.approx(0, abs=1e-6)
    assert irregularity.lv(found) == pytest.approx(0, abs=1e-6)
    assert len(found.lengths_s) == len(apart.times_s) - 5 * 15
    assert np.count_nonzero(~found.same) == 5 * 15 - 1
    # a part of it keeps the joins, and has those of its own
    again = cut(apart, np.array([[0.0, 0.05], [0.06, 0.2]]))
    assert again.joins_s == pytest.approx([0.05, 0.05 + 0.1137 - 0.06])
    touching = cut(cells, np.array([[0, 0.5], [0.5, 1.0]]))
    assert len(touching.joins_s) == 0
    assert len(of(again, 1, 3).joins_s) == len(between(again, 0.0, 0.1).joins_s) == 2


def test_a_slow_change_of_the_rate_raises_the_cv_and_not_the_local_variation():
    rng = np.random.default_rng(6)
    lengths = rng.gamma(4, 0.25, (50, 1000)) * np.where(np.arange(1000) < 500, 1, 9)
    found = irregularity.intervals(_spikes(list(np.cumsum(lengths, axis=1))))
    assert irregularity.cv(found)[0] > 0.9
    assert irregularity.lv(found) == pytest.approx(1 / 3, rel=0.02)


# a variance with n below: 0.67 in three windows; a mean over neurons that is biased since they are known to spike
@pytest.mark.parametrize(("rate", "stop_s"), [(20, 0.3), (1, 0.3), (5, 2.0)])
def test_poisson_neurons_have_a_fano_factor_of_1_in_any_number_of_windows(rate, stop_s):
    spikes = _poisson(np.random.default_rng(7), rate, stop_s, 20_000)
    assert irregularity.fano(spikes, 0, stop_s, DT_S) == pytest.approx(1, abs=0.03)


# a spike counted twice where two pairs of intervals share it, or left out at either end of a burst
def test_part_of_poisson_spikes_in_bursts():
    p = 1 - np.exp(-40 * irregularity.BURST_S)  # an interval is short; in a burst: two before, two after or one each
    spikes = _poisson(np.random.default_rng(8), 40, 100, 100)
    found = irregularity.intervals(spikes)
    assert irregularity.burst(found, len(spikes.times_s)) == pytest.approx(3 * p**2 - 2 * p**3, abs=0.005)


# pairs taken for bursts, intervals of 10 ms taken for short, bursts that go on into the next neuron
def test_bursts_of_known_trains():
    def part(*trains):
        spikes = _spikes(trains)
        return irregularity.burst(irregularity.intervals(spikes), len(spikes.times_s))

    assert part([0.1, 0.105, 0.110, 0.2, 0.3]) == 3 / 5
    assert part([0.1, 0.105, 0.2, 0.205, 0.3]) == 0
    assert part(0.1 + np.arange(20) * 0.010) == 0
    assert part([0.100, 0.101, 0.102, 0.2, 0.201, 0.202]) == 1  # two bursts
    assert part([0.1, 0.2, 0.201], [0.202, 0.203, 0.3]) == 0
    assert part([0.3, 0.301, 0.302], [0.1, 0.101, 0.102]) == 1
    assert part([0.1, 0.101], [0.5]) is None


# a correlation that depends on the rate, or is between populations another than within
def test_common_input_gives_the_correlation_of_its_part():
    rng = np.random.default_rng(9)
    shared = rng.uniform(0, 200, 200 * 6)
    trains = [np.r_[shared, rng.uniform(0, 200, rng.poisson(200 * 14))] for _ in range(30)]
    found = measure({"P": _spikes(trains[:10]), "Q": _spikes(trains[10:])}, {}, 0, 200, DT_S, None)
    for name in ("corr_P", "corr_Q", "corr_P_Q"):
        assert found[name] == pytest.approx(0.3, abs=0.02)
    alone = measure({"P": _poisson(rng, 10, 100, 200)}, {}, 0, 100, DT_S, None)
    assert alone["corr_P"] == pytest.approx(0, abs=0.002)


# a level of Poisson that is out by 2 (one-sided) or depends on rate, size or the width of the windows
@pytest.mark.parametrize(("rate", "size", "dt_s"), [(2, 10, 1e-4), (5, 500, 1e-4), (20, 20, 0.3e-3), (20, 20, 2e-3)])
def test_independent_poisson_neurons_have_power_of_1_at_all_frequencies(rate, size, dt_s):
    stop_s = 120
    spikes = _poisson(np.random.default_rng(10), rate, stop_s, size)
    on_grid = Spikes(np.floor(spikes.times_s / dt_s) * dt_s, spikes.neurons, size)
    found = spectrum.spectrum(on_grid, 0, stop_s, dt_s)
    power = found.power
    assert found.frequencies[0] == pytest.approx(4, rel=0.01)  # 1/segment is 2 Hz
    assert 240 < found.frequencies[-1] < 556
    assert power.mean() == pytest.approx(1, abs=0.02)
    assert spectrum.peak_power(found) < 1.35
    half = len(power) // 2
    assert power[:half].mean() == pytest.approx(power[half:].mean(), abs=0.04)


# power divided by the number of neurons, or synchrony without a rhythm missed
def test_neurons_in_step_have_the_power_of_their_number():
    train = np.random.default_rng(11).uniform(0, 50, 1000)
    found = spectrum.spectrum(_spikes([train] * 30), 0, 50, DT_S)
    assert found.power.mean() == pytest.approx(30, rel=0.03)


# a frequency axis in other units, a peak at the lowest frequency, half of the frequency
@pytest.mark.parametrize("stop_s", [1.0, 10.0])
def test_an_oscillation_of_40_hz_is_found(stop_s):
    rng = np.random.default_rng(12)
    spikes = _poisson(rng, 40, stop_s, 400)
    kept = rng.uniform(0, 1, len(spikes.times_s)) < 0.5 + 0.3 * np.cos(2 * np.pi * 40 * spikes.times_s)
    found = measure({"E": Spikes(spikes.times_s[kept], spikes.neurons[kept], 400)}, {}, 0, stop_s, DT_S, None)
    assert found["peak_frequency_E"] == pytest.approx(40, abs=1e-6)
    # a line of amplitude A has the power A^2/2 in 1.5 bins (a Hann window's) of 1/segment, and Poisson twice the rate
    segment_s = min(0.5, stop_s / 4)
    expected = 1 + (400 * 12) ** 2 / 2 / (1.5 / segment_s) / (2 * 400 * 20)
    assert found["peak_power_E"] == pytest.approx(expected, rel=0.1)


def _peak_frequency(spikes, stop_s):
    return spectrum.peak_frequency(spectrum.spectrum(spikes, 0, stop_s, DT_S, spectrum.FINE_S))


# the highest of many powers by chance given as a rhythm, of Poisson neurons and of those that fire in step at any time
@pytest.mark.parametrize("stop_s", [0.2, 1.0, 10.0])
def test_no_peak_stands_out_of_a_flat_spectrum(stop_s):
    rng = np.random.default_rng(21)
    alone = [_peak_frequency(_poisson(rng, 10, stop_s, 50), stop_s) for _ in range(200)]
    assert sum(frequency is not None for frequency in alone) <= 5
    trains = [rng.uniform(0, stop_s, 12 + rng.poisson(40 * stop_s)) for _ in range(200)]
    in_step = [_peak_frequency(_spikes([train] * 20), stop_s) for train in trains]
    assert sum(frequency is not None for frequency in in_step) <= 8


# a weak rhythm refused, as by a level that the peak itself or slow changes of the rate lift
@pytest.mark.parametrize("frequency", [8, 40, 200])
def test_a_weak_rhythm_stands_out(frequency):
    rng = np.random.default_rng(22)
    for _ in range(20):
        spikes = _poisson(rng, 20, 4, 200)
        kept = rng.uniform(0, 1, len(spikes.times_s)) < 0.5 + 0.1 * np.cos(2 * np.pi * frequency * spikes.times_s)
        assert _peak_frequency(Spikes(spikes.times_s[kept], spikes.neurons[kept], 200), 4) == pytest.approx(frequency)


# the alias of windows of 1 ms: 376 Hz; the harmonic of a rhythm of sharp volleys, which is as high without windows
@pytest.mark.parametrize("frequency", [40, 312, 624])
def test_a_fast_rhythm_is_not_taken_for_a_slow_one_nor_a_slow_one_for_a_fast_one(frequency):
    volleys = np.floor(np.arange(0.003, 4, 1 / frequency) / DT_S) * DT_S
    found = measure({"E": _spikes([volleys] * 20)}, {}, 0, 4, DT_S, None)
    assert found["peak_frequency_E"] == pytest.approx(frequency)


# windows of 1 ms at a step of 0.3 ms hold three steps or four: a rhythm of the windows at 333 Hz
def test_windows_hold_whole_steps():
    steps = np.arange(20_000) * 0.3e-3
    found = measure({"E": _spikes([steps])}, {}, 0, 6, 0.3e-3, None)
    assert (found["peak_power_E"], found["peak_frequency_E"]) == (None, None)


# sums instead of means, a factor of 2 (Z1), a phase that is from the start of the measured time or from the onset
def test_a_modulated_rate_has_half_its_depth_as_vector_strength():
    rng = np.random.default_rng(13)
    spikes = _poisson(rng, 20, 50, 400)
    kept = rng.uniform(0, 1, len(spikes.times_s)) < (1 + 0.6 * np.cos(2 * np.pi * spikes.times_s / 0.08 - 1)) / 1.6
    modulated = Spikes(spikes.times_s[kept], spikes.neurons[kept], 400)
    found = measure({"E": modulated}, {}, 0.31, 50, DT_S, Events(period_s=0.08, onset_s=0.02))
    assert found["locking_E"] == pytest.approx(0.3, abs=0.005)
    assert found["phase_E"] == pytest.approx(1, abs=0.02)
    centres = (np.arange(80) + 0.5) / 80
    expected = 20 / 1.6 * (1 + 0.6 * np.cos(2 * np.pi * centres - 1))
    np.testing.assert_allclose(found["psth_E"], expected, atol=0.8)
    even = _spikes([np.arange(0.0025, 8, 0.005)])
    assert locking.locking(even, 0.08)[0] == pytest.approx(0, abs=1e-9)


# part of a period measured as if it were whole: an even train is then locked
def test_only_whole_periods_count_for_locking():
    even = _spikes([np.arange(0, 1, 0.01)])
    found = measure({"E": even}, {}, 0, 0.29, 1e-3, Events(period_s=0.1))
    assert found["locking_E"] == pytest.approx(0, abs=1e-9)
    assert found["phase_E"] is None
    assert sum(found["psth_E"]) * 1e-3 == pytest.approx(10)


# spikes on edges of windows that rounding pushes into the window before
def test_spikes_on_edges_are_in_the_window_that_starts_there():
    steps = np.arange(0, 30_000) * DT_S  # multiples of dt, as a simulation has them
    spikes = _spikes([steps])
    for start_s in (0.0, 0.1 + 0.2, 1.7):
        kept = between(spikes, start_s, start_s + 1.3)
        assert len(kept.times_s) == 13_000
        assert set(population_counts(kept, start_s, 0.001, 1300)) == {10}
        assert set(binned(kept, start_s, 0.025, 52).numbers) == {250}
    onsets = np.arange(1, 29) * 0.1
    around = events.histogram(spikes, onsets, 0.025, 0.001)
    np.testing.assert_array_equal(around, np.full(50, 280))
    assert locking.psth(spikes, 0.1, 30, 0.001) == pytest.approx([10_000] * 100)


# responses per population, before and after exchanged, latency from the start of the window before
@pytest.mark.parametrize("given", [Events(period_s=0.1, onset_s=0.04), Events(times_s=np.arange(0.04, 2, 0.1))])
def test_response_and_latency_of_known_spikes(given):
    onsets = np.arange(0.04, 2, 0.1)
    trains = [onsets + 0.0073, np.r_[onsets + 0.0071, onsets + 0.020], onsets - 0.001, []]
    found = measure({"E": _spikes(trains)}, {}, 0, 2, DT_S, given)
    assert found["response_E"] == pytest.approx((1 + 2 - 1 + 0) / 4)
    assert found["latency_E"] == pytest.approx(7.5)
    if given.times_s is not None:
        expected = np.zeros(50)
        expected[[24, 32, 45]] = np.array([1, 2, 1]) / 4 / 0.001
        np.testing.assert_allclose(found["psth_E"], expected)


# responses of one event counted before the next, events of which half is not measured
def test_events_count_where_no_other_is_near_and_all_is_measured():
    times = np.array([0.51, 0.7, 0.74, 1.0, 1.03, 1.5, 1.99])
    kept = events.separate(Events(times_s=times), 0.5, 2.0)
    # 0.51 and 1.99 are cut; 0.74 and 1.03 come soon after another, 40 and 30 ms, but their predecessors end before
    np.testing.assert_allclose(kept, [0.7, 1.0, 1.5])
    np.testing.assert_allclose(events.separate(Events(times_s=[1.0, 1.02, 1.5]), 0.5, 2.0), [1.5])
    np.testing.assert_allclose(events.separate(Events(times_s=[1.5, 1.0, 1.5]), 0.5, 2.0), [1.0, 1.5])  # order, twice
    assert len(events.separate(Events(period_s=0.049), 0, 2)) == 0
    periodic = events.separate(Events(period_s=0.05, onset_s=0.025), 0.5, 2.0)
    np.testing.assert_allclose(periodic, 0.525 + 0.05 * np.arange(30))


# one spike is a peak: then latency is the time of a spike by chance
def test_a_latency_needs_two_spikes_in_a_bin():
    given = Events(times_s=[0.5, 1.0])
    assert measure({"E": _spikes([[0.505, 1.012]])}, {}, 0, 2, DT_S, given)["latency_E"] is None
    assert measure({"E": _spikes([[0.505, 1.0052]])}, {}, 0, 2, DT_S, given)["latency_E"] == pytest.approx(5.5)


# chi of one neuron is always 1; a variance over neurons instead of time; standard deviations averaged
def test_chi_and_the_membrane_variable():
    rng = np.random.default_rng(14)
    common, own = rng.normal(0, 3, 20_000), rng.normal(0, 4, (50, 20_000))
    v = common + own - 60 + np.arange(50)[:, None]
    watched = Potential(v.mean(axis=1), v.var(axis=1), v.mean(axis=0).var(), "mV")
    assert potential.chi(watched) == pytest.approx(np.sqrt((9 + 16 / 50) / 25), rel=0.01)
    assert potential.v_sd(watched) == pytest.approx(5, rel=0.01)
    assert potential.v_mean(watched) == pytest.approx(-60 + 24.5, abs=0.1)
    alone = Potential(v[:1].mean(axis=1), v[:1].var(axis=1), v[0].var(), "mV")
    assert potential.chi(alone) is None
    flat = Potential(np.full(3, -65.0), np.full(3, -1e-12), -1e-13, "mV")  # sums leave a rounding
    assert (potential.chi(flat), potential.v_sd(flat), potential.v_mean(flat)) == (None, 0, -65)
    assert potential.chi(Potential(np.full(3, -65.0), np.full(3, 1.0), -1e-13, "mV")) == 0


# --- where there is nothing to measure, or much


def _recordings():
    rng = np.random.default_rng(15)
    yield "no spikes", {"E": Spikes([], [], 10)}, 1.0
    yield "no neurons", {"E": Spikes([], [], 0)}, 1.0
    yield "one neuron, one spike", {"E": _spikes([[0.5]])}, 1.0
    yield "one neuron", {"E": _spikes([np.arange(0.01, 1, 0.02)])}, 1.0
    yield "two spikes at one time", {"E": _spikes([[0.5, 0.5], [0.5]])}, 1.0
    yield "five spikes at one time", {"E": _spikes([[0.5] * 5])}, 1.0
    yield "every step", {"E": _spikes([np.arange(10_000) * DT_S] * 2)}, 1.0
    yield "shorter than a step", {"E": _spikes([[0.0], [0.0]])}, DT_S / 2
    yield "one step", {"E": _spikes([[0.0], [0.0]])}, DT_S
    yield "shorter than a bin", {"E": _spikes([[0.0, 0.0004]] * 2)}, 0.0008
    yield "one window", {"E": _poisson(rng, 20, 0.03, 100)}, 0.03
    yield "no time", {"E": _spikes([[0.0]])}, 0.0
    yield "stop before start", {"E": _spikes([[0.0]])}, -1.0
    yield "times that are not finite", {"E": _spikes([[0.1, np.nan, np.inf]])}, 1.0
    yield "no population", {}, 1.0
    yield "none of them in the measured time", {"E": _spikes([[5.0, 6.0, 7.0]])}, 1.0
    yield "silent beside active", {"E": _poisson(rng, 20, 1, 50), "I": Spikes([], [], 5)}, 1.0
    yield "many populations", {f"P{k}": _poisson(rng, 20, 1, 10) for k in range(20)}, 1.0


RECORDINGS = list(_recordings())
EVENTS = {
    "none": None,
    "period": Events(period_s=0.1, onset_s=0.05),
    "short period": Events(period_s=0.0001),
    "long period": Events(period_s=77),
    "times": Events(times_s=[0.2, 0.5, 0.8]),
    "no times": Events(times_s=[]),
    "far times": Events(times_s=[-5, 50]),
    "narrow": Events(times_s=[0.5], window_s=1e-5),
}
POTENTIALS = {
    "E": Potential(np.array([-60.0, -70.0]), np.array([4.0, 9.0]), 2.0, "mV"),
    "nothing": Potential(np.empty(0), np.empty(0), np.nan, "mV"),
    "diverged": Potential(np.array([np.nan, 1.0]), np.array([np.inf, 1.0]), np.inf, "1"),
    "huge": Potential(np.full(2, 1e308), np.full(2, 1e308), 1.0, "1"),
}


# NaN, infinity or a NumPy number in a result (JSON and the database then fail), a name without a value, a crash
@pytest.mark.parametrize("given", EVENTS)
@pytest.mark.parametrize(("spikes", "stop_s"), [row[1:] for row in RECORDINGS], ids=[row[0] for row in RECORDINGS])
@pytest.mark.filterwarnings("error")
def test_whatever_is_recorded_every_feature_of_the_table_has_a_value_or_none(spikes, stop_s, given):
    found = measure(spikes, POTENTIALS, 0, stop_s, DT_S, EVENTS[given])
    features = table(list(spikes), {name: one.unit for name, one in POTENTIALS.items()}, EVENTS[given])
    assert list(found) == list(features)
    json.dumps(found, allow_nan=False)
    for name, value in found.items():
        types = {"scalar": float, "count": int, "curve": list}[features[name].kind]
        assert value is None or type(value) is types, name


# 0 or 1 where nothing was measured: a fit would take it for a result
def test_what_rests_on_too_few_spikes_is_none():
    silent = measure({"E": Spikes([], [], 10)}, {}, 0, 1, DT_S, Events(period_s=0.1))
    measured = {name for name, value in silent.items() if value is not None}
    quantiles = {f"rate_E_{name}" for name in rates.QUANTILES}
    counted = {"rate_E", "rate_E_sd", "rate_E_fraction_silent", "n_active_E", "n_cv_E", "response_E", "psth_E"}
    assert measured == quantiles | counted
    single = measure({"E": _spikes([[0.5], [0.51]])}, {}, 0, 1, DT_S, Events(period_s=0.1))
    rest = ("cv_E", "lv_E", "burst_E", "fano_E", "peak_power_E", "locking_E", "phase_E", "latency_E")
    assert [single[name] for name in rest] == [None] * len(rest)
    one = measure({"E": _spikes([np.arange(0, 1, 0.02)])}, {}, 0, 1, DT_S, None)
    assert (one["corr_E"], one["rate_E_sd"]) == (None, None)
    two_windows = measure({"E": _poisson(np.random.default_rng(19), 20, 0.05, 100)}, {}, 0, 0.05, DT_S, None)
    assert two_windows["corr_E"] is None


# indices of 32 bits, as Brian2 has them, that overflow in neuron x windows
def test_indices_of_32_bits_do_not_overflow():
    rng = np.random.default_rng(16)
    times, neurons = rng.uniform(0, 300, 500), rng.integers(999_900, 1_000_000, 500)
    narrow = Spikes(times, neurons.astype(np.int32), 1_000_000)
    few = Spikes(times, neurons - 999_900, 100)
    assert irregularity.fano(narrow, 0, 300, DT_S) == irregularity.fano(few, 0, 300, DT_S)
    expected = correlation.within(correlation.scores(few, 0, 300, DT_S))
    assert correlation.within(correlation.scores(narrow, 0, 300, DT_S)) == pytest.approx(expected, rel=1e-9)


# a loop over neurons or pairs, a matrix of neurons x windows (3 GB here)
@pytest.mark.parametrize(
    "given", [Events(period_s=0.1), Events(times_s=np.arange(1, 99, 0.1))], ids=["period", "times"]
)
def test_a_million_spikes_of_100_000_neurons_take_less_than_a_second(given):
    rng = np.random.default_rng(17)
    spikes = Spikes(rng.integers(0, 1_000_000, 10**6) * DT_S, rng.integers(0, 100_000, 10**6), 100_000)
    taken = []
    while len(taken) < 3 and not min(taken, default=1) < 1:  # once, unless the machine stutters
        start = time.process_time()
        measure({"E": spikes}, {}, 0, 100, DT_S, given)
        taken.append(time.process_time() - start)
    assert min(taken) < 1


# spikes of neurons that are not there give arrays of other lengths, far from the cause
def test_spikes_and_events_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="neurons 0 to 3, but the population has 3"):
        Spikes([0.1, 0.2], [0, 3], 3)
    with pytest.raises(ValueError, match="one each"):
        Spikes([0.1, 0.2], [0], 3)
    for wrong in ({}, {"period_s": 1, "times_s": [1]}, {"period_s": 0}, {"times_s": [np.nan]}, {"period_s": np.inf}):
        with pytest.raises(ValueError, match="events have"):
            Events(**wrong)
    with pytest.raises(ValueError, match="events have a window"):
        Events(period_s=1, window_s=0)
    with pytest.raises(ValueError, match="must be finite"):
        measure({}, {}, 0, np.nan, DT_S, None)


# neurons of a part keep their numbers
def test_a_part_of_a_population_is_numbered_from_0(mixed):
    part = of(mixed, 10, 20)
    np.testing.assert_array_equal(spike_counts(part), spike_counts(mixed)[10:20])
    assert part.size == 10


# --- the table


# pairs twice, pairs of all populations (190 of 20), a correlation that is that of another pair
def test_pairs_come_once_and_of_the_first_six():
    rng = np.random.default_rng(18)
    spikes = {f"p{k}": _poisson(rng, 20, 5, 10) for k in range(8)}
    found = measure(spikes, {}, 0, 5, DT_S, None)
    pairs = [name for name in found if re.fullmatch(r"corr_p\d_p\d", name)]
    assert pairs == [f"corr_p{i}_p{j}" for i in range(6) for j in range(i + 1, 6)]
    scores = {name: correlation.scores(spikes[name], 0, 5, DT_S) for name in spikes}
    assert found["corr_p1_p4"] == correlation.across(scores["p1"], scores["p4"])
    assert "first 6 populations" in table(list(spikes), {}, None)["corr_p1_p4"].definition


# the rate of a population E_median overwritten by the median rate of E
def test_names_of_populations_that_make_two_features_the_same_are_kept_apart():
    spikes = {
        "E": _spikes([[0.1], []]),
        "E_median": _spikes([[0.1, 0.2, 0.3]]),
        "L4": _spikes([np.arange(0, 1, 0.1)] * 2),
        "L4_E": _spikes([np.arange(0, 1, 0.3), np.arange(0, 1, 0.17)]),
        "E_L4": _spikes([np.arange(0, 1, 0.2)]),
    }
    found = measure(spikes, {}, 0, 1, DT_S, None)
    features = table(list(spikes), {}, None)
    assert list(found) == list(features)
    assert (found["rate_E"], found["rate_E__median"], found["rate_E_median"]) == (0.5, 0.5, 3)
    assert found["corr_L4"] == pytest.approx(1)
    assert features["corr_E__L4"].label == "Count correlation of E and L4"
    assert features["corr_L4_E"].label == "Count correlation in L4_E"
    with pytest.raises(ValueError, match="same name"):
        table(["E", "E"], {}, None)


# a unit of another population, P left in a definition, a name that has P replaced where it is not the population
def test_the_table_of_a_network():
    features = table(["Pyr", "Q"], {"Q": "1", "Pyr": "mV"}, Events(period_s=0.1))
    assert features["v_mean_Pyr"].unit == "mV"
    assert features["v_sd_Q"].unit == "1"
    assert features["psth_Q"].kind == "curve"
    assert "over the period" in features["psth_Q"].definition
    assert "around" in table(["Q"], {}, Events(times_s=[1]))["psth_Q"].label
    assert not {name for name in table(["Q"], {}, None) if name.startswith(("psth", "latency", "response", "locking"))}
    assert "locking_Q" not in table(["Q"], {}, Events(times_s=[1]))
    assert features["corr_Pyr_Q"].label == "Count correlation of Pyr and Q"
    for name, feature in features.items():
        assert isinstance(feature, Feature)
        assert name == feature.name
        assert not re.search(r"\bP\b", feature.definition + feature.label), name


# a definition that breaks the table or is not one sentence, a label that does not fit an axis
def test_patterns_are_a_table():
    lines = markdown().splitlines()
    assert len(lines) == len(PATTERNS) + 2
    for pattern, line in zip(PATTERNS, lines[2:], strict=True):
        assert line.startswith(f"| `{pattern.name}` | {pattern.unit} |")
        assert line.count("|") == 6
        assert pattern.definition.endswith(".")
        assert len(re.findall(r"\.(?= [A-Z])", pattern.definition)) == 0
        assert len(pattern.label) <= 45


# a page that says something else than what is measured
def test_the_page_of_features_is_what_the_verb_prints():
    said = CliRunner().invoke(app, ["definitions", "networks/gutnisky2017"]).stdout
    assert said == Path("docs/features.md").read_text()
    assert markdown() in said
    rows = [line for line in said.splitlines() if line.startswith("| `")]
    assert len(rows) == len(PATTERNS) + len(paper.table())
    assert {line.count("|") for line in rows} == {5, 6}
    for name in (
        "| `rate_E_median` | spikes/s | scalar | Median of the rates",
        "| `corr_TE` | 1 | scalar | Mean Pearson",
    ):
        assert any(line.startswith(name) for line in rows)
