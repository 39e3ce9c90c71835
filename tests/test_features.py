"""Features against Elephant, against closed forms, and where there is nothing to measure."""

import elephant.conversion
import elephant.spike_train_correlation
import elephant.statistics
import neo
import numpy as np
import pytest
import quantities as pq

from networks.gutnisky2017 import features
from pipeline.config.reader import ConfigError
from pipeline.engine.recording import Divergence, NetworkRecording, Potential, Spikes
from pipeline.measure.network import measured, refuse_unknown
from pipeline.network.reading import read_model

STOP_S = 10.0


@pytest.fixture(scope="module")
def poisson() -> Spikes:
    """40 neurons, of which the first few hardly fire, sharing a common modulation."""
    rng = np.random.default_rng(3)
    trains = [np.sort(rng.uniform(0, STOP_S, n)) for n in [0, 1, 2, 3, *rng.integers(20, 200, 36)]]
    common = rng.uniform(0, STOP_S, 30)
    trains = [np.sort(np.r_[train, common]) if k > 20 else train for k, train in enumerate(trains)]
    neurons = np.repeat(np.arange(40), [len(train) for train in trains])
    order = rng.permutation(len(neurons))  # the program's order is by time, but nothing should rest on it
    return Spikes(np.concatenate(trains)[order], neurons[order], 40)


def _neo(spikes: Spikes) -> list[neo.SpikeTrain]:
    trains = [np.sort(spikes.times_s[spikes.neurons == k]) for k in range(spikes.size)]
    return [neo.SpikeTrain(train * pq.s, t_start=0 * pq.s, t_stop=STOP_S * pq.s) for train in trains]


def test_cv_is_elephants_over_neurons_with_three_spikes(poisson):
    counted = [train for train in _neo(poisson) if len(train) >= features.CV_SPIKES]
    expected = np.mean([elephant.statistics.cv(elephant.statistics.isi(train)) for train in counted])
    value, n = features.cv(poisson)
    assert n == len(counted) == 37
    assert value == pytest.approx(float(expected), rel=1e-12)


def test_correlation_is_elephants_mean_over_pairs(poisson):
    varying = [train for train in _neo(poisson) if len(train)]
    binned = elephant.conversion.BinnedSpikeTrain(varying, bin_size=25 * pq.ms, t_start=0 * pq.s, t_stop=STOP_S * pq.s)
    matrix = elephant.spike_train_correlation.correlation_coefficient(binned, binary=False)
    counts = features.standardised_counts(poisson, 0, STOP_S)
    upper = matrix[np.triu_indices(len(varying), 1)]
    assert features.correlation(counts) == pytest.approx(upper.mean(), abs=1e-12)
    assert features.correlation(counts[:10], counts[10:]) == pytest.approx(matrix[:10, 10:].mean(), abs=1e-12)
    assert upper.mean() > 0.01  # the common spikes are there, so a wrong binning would show


def test_modulation_of_known_trains(spikes):
    locked = spikes([0.03, 0.13, 0.23, 0.33])
    assert features.modulation(locked, 0.1) == pytest.approx((2, 2 * np.pi * 0.3))
    even = spikes(list(np.arange(0.0025, 0.4, 0.005)))
    assert features.modulation(even, 0.1)[0] == pytest.approx(0, abs=1e-9)
    # spikes at the quantiles of 1 + B cos(2 pi t/T): Z1 is B
    phase = np.linspace(0, 1, 200_001)
    cumulated = phase + 0.25 * np.sin(2 * np.pi * phase) / (2 * np.pi)
    times = np.interp((np.arange(4000) + 0.5) / 4000, cumulated, phase) * 0.1
    assert features.modulation(spikes(list(times)), 0.1)[0] == pytest.approx(0.25, abs=1e-6)


def test_response_counts_25_ms_after_minus_25_ms_before_a_contact(spikes):
    # contact at 50 ms of each 100 ms cycle: 25, 49.9 before; 50, 74.9 after; 75 and 24.9 in neither window
    trains = spikes([0.025, 0.050, 0.0749, 0.1499, 0.150], [0.0249, 0.075, 0.160])
    assert features.response(trains, 0.1, 0.05, 2) == pytest.approx((4 - 2) / 2 / 2)
    # a contact at 10 ms has its window before in the cycle before
    assert features.response(spikes([0.095, 0.112]), 0.1, 0.01, 2) == pytest.approx(0)
    assert features.response(spikes([0.01]), 0.04, 0.01, 2) is None


def test_response_is_not_moved_by_rounding(spikes):
    """A spike on a contact's onset, whose time is not exact in binary, is after it in every cycle."""
    onsets = [0.5 + 0.1 * k + 0.05 for k in range(30)]
    assert features.response(spikes(onsets), 0.1, 0.05, 30) == pytest.approx(1)


def test_statistics_over_neurons_of_known_rates_and_responses(model, spikes):
    # rates of 5 neurons over 2 s: 0, 0.5, 0.5, 2, 3; contacts at 50 ms of each of 20 cycles
    trains = [[], [0.560], [0.540], [0.551, 0.652, 0.790, 0.795], [0.540, 0.550, 0.574, 0.660, 0.661, 0.670]]
    recording = _recording(dict.fromkeys("TEI", spikes(*trains)))
    measured = features.measured(recording, model.point("touch", {"transient": 0.5, "duration": 2}))
    got = {name: measured[f"rate_E_{name}"] for name in features.OVER_NEURONS}
    # quantile q of 5 values is at rank 4 q
    expected = {"quantile_0.1": 0.2, "quantile_0.25": 0.5, "median": 0.5, "quantile_0.75": 2, "quantile_0.9": 2.6}
    assert got == pytest.approx(expected | {"fraction_silent": 0.2, "mean_active": 1.5, "median_active": 1.25})
    # after minus before: 0, 1, -1, 2, 5 - 1, in 20 cycles; the first and the third never spike after a contact
    got = {name: measured[f"R_E_{name}"] * 20 for name in ("quantile_0.1", "median", "quantile_0.9", "mean_active")}
    assert got == pytest.approx({"quantile_0.1": -0.6, "median": 1, "quantile_0.9": 3.2, "mean_active": 1.5})
    assert measured["R_E_fraction_silent"] == pytest.approx(0.4)
    assert measured["R_E"] * 20 == pytest.approx(6 / 5)


def test_latency_is_the_centre_of_the_fullest_bin(spikes):
    trains = spikes([0.0532, 0.1537], [0.0538, 0.061], [0.090, 0.091])
    assert features.latency(trains, 0.1, 0.05) == pytest.approx(3.5)
    assert features.latency(spikes([0.02, 0.08]), 0.1, 0.05) is None


def test_psth_and_rate_agree(poisson):
    rates = features.psth(poisson, 0.1, 100)
    assert len(rates) == 100
    assert rates.mean() == pytest.approx(features.rate(poisson, STOP_S))


def _recording(trains: dict[str, Spikes], divergence: Divergence | None = None) -> NetworkRecording:
    still = {name: Potential(np.zeros(2), np.zeros(2), 0.0, "mV") for name in "EI"}
    return NetworkRecording(trains, still, divergence, 0, 0, 0)


def test_no_spike_gives_undefined_features_never_zero_or_nan(model, spikes):
    silent = {name: Spikes(np.array([]), np.array([], int), size) for name, size in model.populations.items()}
    values = model.point("touch", {})
    measured = features.measured(_recording(silent), values)
    assert set(measured) == {*features.UNITS, *features.COUNTS, *features.PSTHS}
    assert measured["rate_E"] == 0
    assert measured["n_active_E"] == measured["n_cv_E"] == 0
    undefined = ["cv_E", "z1_E", "phase_E", "latency_E", "corr_EE", "corr_TE", "chi_E", "rate_E_median_active"]
    assert (measured["rate_E_median"], measured["rate_E_fraction_silent"]) == (0, 1)
    assert all(measured[name] is None for name in undefined)


def test_one_spike_a_neuron_has_no_cv(model, spikes):
    assert features.cv(spikes([1.0], [2.0, 3.0], [])) == (None, 0)


def test_the_transient_and_a_broken_last_cycle_do_not_count(model, spikes):
    trains = dict.fromkeys("TEI", spikes([0.1, 0.49, 0.555, 0.655, 0.755]))
    measured = features.measured(_recording(trains), model.point("touch", {"duration": 0.25}))
    assert measured["rate_E"] == pytest.approx(2 / 0.25)  # 0.755 is after the end at 0.75, 0.49 in the transient
    assert measured["R_E"] == pytest.approx(1)  # both of two whole cycles


def test_a_diverged_run_has_no_features(model, spikes):
    trains = dict.fromkeys("TEI", spikes([0.6, 0.7, 0.8]))
    recording = _recording(trains, Divergence("E", "v", 3, 0.9))
    assert set(measured(model, recording, model.point("touch", {})).values()) == {None}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("response_excitatory", "needs events, which networks/cuba/.* does not give"),
        ("locking_excitatory", "needs events with a period"),
        ("psth_excitatory", "needs events"),
        ("n_cv_excitatory", "is a count, not one number a network"),
        ("corr_neurons_excitatory", "would compare a population with a part of it"),
        ("rate_excitatry", "unknown feature 'rate_excitatry'; nearest known: rate_excitatory"),
    ],
)
def test_a_feature_that_a_network_does_not_have_is_refused_with_the_reason(name, words):
    with pytest.raises(ConfigError, match=f"here: .*{words}"):
        refuse_unknown(["rate_excitatory", name], read_model("networks/cuba"), "here")
