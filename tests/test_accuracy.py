"""The base point on 8 networks of 3 s: converged in dt, and equal to the authors' program."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from conftest import RESULTS

from pipeline.engine.build import ensure
from pipeline.engine.simulate import simulate
from pipeline.show import validation
from pipeline.sweep.rows import measure

SEEDS = range(1, 9)


@pytest.fixture(scope="module")
def fine_program(model):
    return ensure(model.model_copy(update={"dt_ms": model.dt_ms / 4}), RESULTS)


@pytest.fixture(scope="module")
def touch(model):
    """Measure the touch protocol on 8 networks, once a program: touch(program) -> rows."""
    measured = {}

    def _touch(program):
        if program.directory not in measured:
            seeds = [{"duration": 3, "seed_network": seed, "seed_input": seed} for seed in SEEDS]
            points = [{"protocol": "touch", **model.point("touch", settings)} for settings in seeds]
            with ThreadPoolExecutor(2) as pool:
                rows = list(pool.map(lambda point: measure(program, point, model)[0], points))
            measured[program.directory] = pd.DataFrame(rows)
        return measured[program.directory]

    return _touch


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
    """Spikes are those within half a step of their time; one that finds its step taken goes to the next."""
    values = model.point("touch", {"duration": 1})
    coarse, fine = (simulate(built, values).spikes["T"] for built in (program, fine_program))
    assert len(coarse.times_s) == pytest.approx(len(fine.times_s), abs=2)
    shifts = []
    for neuron in range(coarse.size):
        a, b = (np.sort(spikes.times_s[spikes.neurons == neuron]) for spikes in (coarse, fine))
        n = min(len(a), len(b))
        shifts.extend(1000 * np.abs(a[:n] - b[:n]))
    half_steps_ms = (model.dt_ms + model.dt_ms / 4) / 2
    assert np.mean(np.array(shifts) <= half_steps_ms) > 0.99
    assert max(shifts) < half_steps_ms + 2 * model.dt_ms
