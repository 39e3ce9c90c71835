"""Rhythms: spectra, their peaks, and locking to a modulated input.

The comment over a test says which mistake it would catch.
"""

import numpy as np
import pytest
from trains import DT_S, poisson, spiking

from pipeline.measure import locking, spectrum
from pipeline.measure.events import Events
from pipeline.measure.measure import measure
from pipeline.measure.trains import Spikes


# a level of Poisson that is out by 2 (one-sided) or depends on rate, size or the width of the windows
@pytest.mark.parametrize(("rate", "size", "dt_s"), [(2, 10, 1e-4), (5, 500, 1e-4), (20, 20, 0.3e-3), (20, 20, 2e-3)])
def test_independent_poisson_neurons_have_power_of_1_at_all_frequencies(rate, size, dt_s):
    stop_s = 120
    spikes = poisson(np.random.default_rng(10), rate, stop_s, size)
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
    found = spectrum.spectrum(spiking([train] * 30), 0, 50, DT_S)
    assert found.power.mean() == pytest.approx(30, rel=0.03)


# a frequency axis in other units, a peak at the lowest frequency, half of the frequency
@pytest.mark.parametrize("stop_s", [1.0, 10.0])
def test_an_oscillation_of_40_hz_is_found(stop_s):
    rng = np.random.default_rng(12)
    spikes = poisson(rng, 40, stop_s, 400)
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
    alone = [_peak_frequency(poisson(rng, 10, stop_s, 50), stop_s) for _ in range(200)]
    assert sum(frequency is not None for frequency in alone) <= 5
    trains = [rng.uniform(0, stop_s, 12 + rng.poisson(40 * stop_s)) for _ in range(200)]
    in_step = [_peak_frequency(spiking([train] * 20), stop_s) for train in trains]
    assert sum(frequency is not None for frequency in in_step) <= 8


# a weak rhythm refused, as by a level that the peak itself or slow changes of the rate lift
@pytest.mark.parametrize("frequency", [8, 40, 200])
def test_a_weak_rhythm_stands_out(frequency):
    rng = np.random.default_rng(22)
    for _ in range(20):
        spikes = poisson(rng, 20, 4, 200)
        kept = rng.uniform(0, 1, len(spikes.times_s)) < 0.5 + 0.1 * np.cos(2 * np.pi * frequency * spikes.times_s)
        assert _peak_frequency(Spikes(spikes.times_s[kept], spikes.neurons[kept], 200), 4) == pytest.approx(frequency)


# the alias of windows of 1 ms: 376 Hz; the harmonic of a rhythm of sharp volleys, which is as high without windows
@pytest.mark.parametrize("frequency", [40, 312, 624])
def test_a_fast_rhythm_is_not_taken_for_a_slow_one_nor_a_slow_one_for_a_fast_one(frequency):
    volleys = np.floor(np.arange(0.003, 4, 1 / frequency) / DT_S) * DT_S
    found = measure({"E": spiking([volleys] * 20)}, {}, 0, 4, DT_S, None)
    assert found["peak_frequency_E"] == pytest.approx(frequency)


# sums instead of means, a factor of 2 (Z1), a phase that is from the start of the measured time or from the onset
def test_a_modulated_rate_has_half_its_depth_as_vector_strength():
    rng = np.random.default_rng(13)
    spikes = poisson(rng, 20, 50, 400)
    kept = rng.uniform(0, 1, len(spikes.times_s)) < (1 + 0.6 * np.cos(2 * np.pi * spikes.times_s / 0.08 - 1)) / 1.6
    modulated = Spikes(spikes.times_s[kept], spikes.neurons[kept], 400)
    found = measure({"E": modulated}, {}, 0.31, 50, DT_S, Events(period_s=0.08, onset_s=0.02))
    assert found["locking_E"] == pytest.approx(0.3, abs=0.005)
    assert found["phase_E"] == pytest.approx(1, abs=0.02)
    centres = (np.arange(80) + 0.5) / 80
    expected = 20 / 1.6 * (1 + 0.6 * np.cos(2 * np.pi * centres - 1))
    np.testing.assert_allclose(found["psth_E"], expected, atol=0.8)
    even = spiking([np.arange(0.0025, 8, 0.005)])
    assert locking.locking(even, 0.08)[0] == pytest.approx(0, abs=1e-9)


# part of a period measured as if it were whole: an even train is then locked
def test_only_whole_periods_count_for_locking():
    even = spiking([np.arange(0, 1, 0.01)])
    found = measure({"E": even}, {}, 0, 0.29, 1e-3, Events(period_s=0.1))
    assert found["locking_E"] == pytest.approx(0, abs=1e-9)
    assert found["phase_E"] is None
    assert sum(found["psth_E"]) * 1e-3 == pytest.approx(10)
