"""Features of any network against those of Elephant.

The comment over a test says which mistake it would catch.
"""

import elephant.conversion
import elephant.spike_train_correlation
import elephant.statistics
import neo
import numpy as np
import pytest
import quantities as pq
from trains import DT_S, STOP_S, spiking

from pipeline.measure import irregularity
from pipeline.measure.measure import measure
from pipeline.measure.trains import Spikes, of, population_counts


@pytest.fixture(scope="module")
def mixed() -> Spikes:
    """40 neurons, of which the first few hardly fire, sharing common spikes, on the grid of DT_S, in no order."""
    rng = np.random.default_rng(3)
    trains = [rng.uniform(0, STOP_S, n) for n in [0, 1, 2, 3, *rng.integers(20, 200, 36)]]
    common = rng.uniform(0, STOP_S, 30)
    trains = [np.r_[train, common] if k > 20 else train for k, train in enumerate(trains)]
    spikes = spiking([np.unique(np.floor(train / DT_S)) * DT_S for train in trains])
    order = rng.permutation(len(spikes.times_s))
    return Spikes(spikes.times_s[order], spikes.neurons[order], 40)


def _neo(spikes):
    trains = [np.sort(spikes.times_s[spikes.neurons == k]) for k in range(spikes.size)]
    return [neo.SpikeTrain(train * pq.s, t_start=0 * pq.s, t_stop=STOP_S * pq.s) for train in trains]


@pytest.fixture(scope="module")
def neo_trains(mixed):
    return _neo(mixed)


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
