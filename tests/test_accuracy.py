"""The base point on 8 networks of 3 s: converged in dt, and equal to the authors' program."""

import functools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from conftest import RESULTS
from pipeline import validation
from pipeline.build import ensure
from pipeline.simulate import simulate
from pipeline.sweep import measure

SEEDS = range(1, 9)


@pytest.fixture(scope="module")
def fine_program(model):
    return ensure(model.model_copy(update={"dt_ms": model.dt_ms / 4}), RESULTS)


@pytest.fixture(scope="module")
def touch(model):
    """Measure the touch protocol on 8 networks: touch(program) -> rows."""

    @functools.cache
    def _touch(directory, program):
        points = [
            {"protocol": "touch", **model.point("touch", {"duration": 3, "seed_network": seed, "seed_input": seed})}
            for seed in SEEDS
        ]
        with ThreadPoolExecutor(2) as pool:
            return pd.DataFrame(pool.map(lambda point: measure(program, point, model)[0], points))

    cached = {}

    def _cached(program):
        if program.directory not in cached:
            cached[program.directory] = _touch.__wrapped__(program.directory, program)
        return cached[program.directory]

    return _cached


def test_the_touch_response_is_within_6_percent_of_that_at_a_quarter_of_dt(program, fine_program, touch):
    coarse, fine = touch(program), touch(fine_program)
    assert (coarse["status"] == "ok").all()
    assert coarse["R_E"].mean() == pytest.approx(fine["R_E"].mean(), rel=0.06)


def test_the_base_point_is_that_of_the_authors(program, touch):
    table = validation.compare({("touch", "C_T"): touch(program)}, "config/reference")
    assert set(table["feature"]) == {"rate_E", "rate_I", "R_E", "R_I"}
    assert set(table["reference_dt"]) == {"0.0125 ms"}
    assert list(table[table["verdict"] != "pass"]["feature"]) == []


def test_thalamic_trains_do_not_depend_on_dt(model, program, fine_program):
    values = model.point("touch", {"duration": 1})
    coarse, fine = (simulate(built, values).spikes["T"] for built in (program, fine_program))
    assert len(coarse.times_s) == pytest.approx(len(fine.times_s), abs=2)
    for neuron in range(50):
        a, b = (np.sort(spikes.times_s[spikes.neurons == neuron]) for spikes in (coarse, fine))
        n = min(len(a), len(b))
        assert np.abs(a[:n] - b[:n]).max(initial=0) < 1.1 * (1 + 1 / 4) * model.dt_ms / 2000
