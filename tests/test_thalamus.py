"""Thalamic trains against the rate that they are drawn from."""

import numpy as np
import pytest

from networks.gutnisky2017.features import cv, modulation, rate
from pipeline.measure.trains import between

ALONE = dict.fromkeys(("g_ET", "g_IT", "g_EE", "g_IE", "g_EI", "g_II"), 0) | {"transient": 0, "duration": 2}
N, CYCLES = 200, 20


def _counts(spikes, start_ms, stop_ms):
    """Count spikes between two times of the whisking cycle."""
    phase = np.rint(spikes.times_s * 1e6).astype(int) % 100_000 / 1000
    return np.count_nonzero((phase >= start_ms) & (phase < stop_ms))


def _is_poisson(count, expected):
    return abs(count - expected) < 4 * np.sqrt(expected)


def test_whisking_modulates_the_rate_by_a_cosine(run):
    spikes = run("whisking", **ALONE, B_T=0.5).spikes["T"]
    assert _is_poisson(len(spikes.times_s), 14 * N * 2)
    for quarter in range(4):
        low, high = 25 * quarter, 25 * quarter + 25
        swing = 0.5 / (2 * np.pi) * (np.sin(2 * np.pi * high / 100) - np.sin(2 * np.pi * low / 100)) * 100
        assert _is_poisson(_counts(spikes, low, high), 0.014 * N * CYCLES * (25 + swing)), quarter


def test_a_touch_adds_its_spikes_within_the_contact(run):
    spikes = run("touch", **ALONE, A_T=0, C_T=0.6).spikes["T"]
    assert _is_poisson(len(spikes.times_s), 0.6 * N * CYCLES)
    assert _counts(spikes, 50, 53.05) == len(spikes.times_s)
    assert _is_poisson(_counts(spikes, 50, 51.525), 0.3 * N * CYCLES)


def test_non_whisking_is_slow_and_steady(run):
    spikes = run("non_whisking", **ALONE).spikes["T"]
    assert rate(spikes, 2) == pytest.approx(6, rel=0.1)
    assert modulation(spikes, 0.1)[0] < 0.1


def test_an_episode_is_rest_a_linear_rise_and_whisking(run):
    """In 4 episodes of 1 s, and with the cosine in whisking alone."""
    spikes = run("episodes", **ALONE | {"duration": 4}, B_T=0.5).spikes["T"]
    phase_ms = np.rint(spikes.times_s * 1e6).astype(int) % 1_000_000 / 1000
    for start_ms, stop_ms, expected in [
        (0, 250, 6 * 0.25),
        (250, 500, 6 * 0.25),
        (500, 575, (6 + 10) / 2 * 0.075),
        (575, 650, (10 + 14) / 2 * 0.075),
        (650, 1000, 14 * 0.35),
        (675, 725, 14 * (0.05 + 0.5 * 0.1 / np.pi)),  # around a crest of the whisking cycle
        (725, 775, 14 * (0.05 - 0.5 * 0.1 / np.pi)),
    ]:
        count = np.count_nonzero((phase_ms >= start_ms) & (phase_ms < stop_ms))
        assert _is_poisson(count, expected * N * 4), (start_ms, stop_ms)


def test_intervals_are_exponential(run):
    """A neuron that fires at 200/s is Poisson: CV 1, no refractoriness, neighbours uncorrelated."""
    spikes = run("non_whisking", **ALONE, A_T=200).spikes["T"]
    assert cv(spikes)[0] == pytest.approx(1, abs=0.02)
    intervals = np.diff(np.sort(spikes.times_s[spikes.neurons == 7]))
    assert np.quantile(intervals, 0.5) == pytest.approx(np.log(2) / 200, rel=0.2)
    counts = np.bincount(spikes.neurons, minlength=N)
    assert np.corrcoef(counts[:-1], counts[1:])[0, 1] == pytest.approx(0, abs=0.25)
    assert counts.var() / counts.mean() == pytest.approx(1, abs=0.35)


def test_direction_selectivity_spreads_the_touch_over_neurons(run):
    even, spread = (
        np.bincount(run("touch", **ALONE, A_T=0, C_T=2, C_T_spread=s).spikes["T"].neurons, minlength=N) for s in (0, 1)
    )
    # C_T uniform in [0, 2 C_T]: variance of the mean counts (20 cycles of 2 spikes) is (2 x 40)^2/12 on top of Poisson
    assert even.var() == pytest.approx(40, rel=0.4)
    assert spread.var() == pytest.approx(40 + 80**2 / 12, rel=0.3)
    assert spread.mean() == pytest.approx(even.mean(), rel=0.15)


def test_trains_do_not_depend_on_the_rest_of_the_network(run):
    alone = run("touch", **ALONE)
    together = run("touch", transient=0, duration=2)
    assert np.array_equal(alone.spikes["T"].times_s, together.spikes["T"].times_s)
    assert len(between(together.spikes["E"], 0, 2).times_s) > 0
