"""What the tests share: the model of config/, its compiled program, and short points on it."""

import os
from pathlib import Path

import numpy as np
import pytest

from pipeline.build import Program, ensure
from pipeline.parameters import Model, read_model
from pipeline.simulate import Recording, Spikes, simulate

ROOT = Path(__file__).parents[1]
RESULTS = "results/test"


def pytest_configure() -> None:
    os.chdir(ROOT)


@pytest.fixture(scope="session")
def model() -> Model:
    return read_model("config/model.yaml")


@pytest.fixture(scope="session")
def program(model: Model) -> Program:
    return ensure(model, RESULTS)


@pytest.fixture(scope="session")
def run(model: Model, program: Program):
    """Run a short point: run("touch", g_ET=0.2)."""

    def _run(protocol: str, **settings: float) -> Recording:
        return simulate(program, model.point(protocol, {"duration": 0.2, "transient": 0.1} | settings))

    return _run


@pytest.fixture
def spikes():
    """Make spikes of a population from one train of times in s a neuron."""

    def _spikes(*trains: list[float]) -> Spikes:
        neurons = np.repeat(np.arange(len(trains)), [len(train) for train in trains])
        return Spikes(np.concatenate([np.asarray(train, float) for train in trains]), neurons, len(trains))

    return _spikes
