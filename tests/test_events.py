"""Windows of counts and events: responses, latencies, potentials.

The comment over a test says which mistake it would catch.
"""

import numpy as np
import pytest
from trains import DT_S, spiking

from pipeline.measure import events, locking, potential
from pipeline.measure.events import Events
from pipeline.measure.measure import measure
from pipeline.measure.potential import Potential
from pipeline.measure.trains import between, binned, population_counts


# windows of 1 ms at a step of 0.3 ms hold three steps or four: a rhythm of the windows at 333 Hz
def test_windows_hold_whole_steps():
    steps = np.arange(20_000) * 0.3e-3
    found = measure({"E": spiking([steps])}, {}, 0, 6, 0.3e-3, None)
    assert (found["peak_power_E"], found["peak_frequency_E"]) == (None, None)


# spikes on edges of windows that rounding pushes into the window before
def test_spikes_on_edges_are_in_the_window_that_starts_there():
    steps = np.arange(0, 30_000) * DT_S  # multiples of dt, as a simulation has them
    spikes = spiking([steps])
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
    found = measure({"E": spiking(trains)}, {}, 0, 2, DT_S, given)
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
    assert measure({"E": spiking([[0.505, 1.012]])}, {}, 0, 2, DT_S, given)["latency_E"] is None
    assert measure({"E": spiking([[0.505, 1.0052]])}, {}, 0, 2, DT_S, given)["latency_E"] == pytest.approx(5.5)


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
