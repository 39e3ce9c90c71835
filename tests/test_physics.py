"""What the network must do whatever its numbers: invariants of the theory, and the paper's claims."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pipeline.measure.network import measured
from pipeline.sweep import rows


@pytest.fixture(scope="module")
def measure(model, program):
    """Return features of points, run two at a time, each of 1.5 s: measure([("touch", {"C_T": 0.6}), ...])."""

    def one(point):
        protocol, settings = point
        values = model.point(protocol, {"duration": 1.5} | settings)
        return measured(model, program.simulate(values)[0], values)

    def _measure(points):
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(one, points))

    return _measure


def test_rates_hardly_depend_on_the_number_of_connections(model, measure):
    """Gains are scaled by sqrt(K): balance, not the number of inputs, sets the rates.

    Not that of E while whisking, which is below a spike a second and set by the fluctuations of its input: they shrink
    with K, and rate_E with them (1.7, 0.77 and 0.21 spikes/s at half, once and twice K).
    """
    degrees = [name for name in model.knobs if name.startswith("K_")]
    for protocol, names in (("whisking", ["rate_I"]), ("touch", ["rate_E", "rate_I"])):
        scaled = [{name: f * model.knobs[name].value for name in degrees} for f in (1, 0.5, 2)]
        seeds = [{"seed_network": seed, "seed_input": seed} for seed in (1, 2, 3)]
        found = measure([(protocol, settings | seed) for settings in scaled for seed in seeds])
        for name in names:
            base, *others = np.array([features[name] for features in found]).reshape(3, 3).mean(axis=1)
            assert all(1 / 1.5 < other / base < 1.5 for other in others), (protocol, name)


def test_without_the_thalamus_all_are_silent(measure):
    silent, *_ = measure([("non_whisking", {"A_T": 0})])
    assert silent["rate_E"] == silent["rate_I"] == 0


def test_inhibition_follows_the_thalamus_linearly(measure):
    a_t = [6, 8, 10, 12, 14, 16, 18, 20]
    rates = [found["rate_I"] for found in measure([("whisking", {"A_T": a}) for a in a_t])]
    assert np.corrcoef(a_t, rates)[0, 1] > 0.99
    assert np.polyfit(a_t, rates, 1)[0] > 1


def test_a_touch_passes_only_because_inhibition_comes_late(measure):
    base, prompt = measure([("touch", {}), ("touch", {"delay_EI": 0})])
    assert prompt["R_E"] < 0.1 * base["R_E"]
    assert prompt["R_I"] > 0.4 * base["R_I"]


def test_without_inhibition_excitation_runs_away_and_the_run_says_so(model, program):
    knobs = model.point("whisking", {"g_EI": 0, "duration": 0.3})
    wild, _ = rows.measure(program, {"protocol": "whisking", **knobs}, model)
    assert wild["status"] == "ok"
    assert wild["rate_E"] > 100
    assert wild["problem"].startswith("E runs away, ")
    calm, _ = rows.measure(program, {"protocol": "whisking", **knobs, "g_EI": model.knobs["g_EI"].value}, model)
    assert calm["rate_E"] < 3
    assert calm["problem"] is None
