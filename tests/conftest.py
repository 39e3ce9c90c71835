"""What the tests share: the model of config/, its compiled program, short points on it, and a run of the workflow."""

import gc
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import brian2 as b2
import numpy as np
import pytest
import yaml
from trains import poisson

from pipeline.config.reader import read_yaml
from pipeline.doctor.instruments.subject import Subject
from pipeline.doctor.instruments.witness import present, watching
from pipeline.engine import project
from pipeline.engine.recording import NetworkRecording, Spikes
from pipeline.engine.scripts import ScriptEngine
from pipeline.network.model import Model
from pipeline.network.reading import read_model
from pipeline.plan import run as runs

ROOT = Path(__file__).parents[1]
NETWORK = "networks/gutnisky2017"
"""The network that most tests run: the default one."""

RESULTS = "results/test"
RUN = f"{RESULTS}/{os.environ.get('PYTEST_XDIST_WORKER', 'run')}"
"""The results of the run of the workflow, one a process; programs are shared with all other tests."""


def pytest_configure() -> None:
    os.chdir(ROOT)
    os.environ["THALAMOCORTICAL_CACHE"] = "off"  # of all processes of the tests: neither the user's programs nor more


@pytest.fixture(autouse=True)
def _step():
    """No test has the step that a script of another one set."""
    before = b2.defaultclock.dt
    yield
    b2.defaultclock.dt = before


@pytest.fixture
def numpy_target():
    """Brian2's numpy code in this process, and none of the objects of the test before."""
    b2.start_scope()
    before = b2.prefs.codegen.target
    b2.prefs.codegen.target = "numpy"
    yield
    b2.prefs.codegen.target = before


def watched(text: str, duration_s: float) -> Subject:
    """Return the network that a script makes, as the doctor gets it: its making was watched."""
    names: dict[str, object] = {}
    source = "from brian2 import *\nseed(1)\n" + textwrap.dedent(text)
    with watching():
        exec(source, names)
        gc.collect()
    objects = [o for o in names.values() if isinstance(o, b2.core.base.BrianObject)]
    names = {n: o for n, o in names.items() if not n.startswith("_")}
    return Subject(objects, names, duration_s, witness=present(objects), source=source)


@pytest.fixture(scope="session")
def model() -> Model:
    return read_model(NETWORK)


@pytest.fixture(scope="session")
def program(model: Model):
    """What simulates the network, compiled."""
    engine = ScriptEngine(model, RESULTS)
    engine.prepare()
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def run(model: Model, program: ScriptEngine):
    """Run a short point: run("touch", g_ET=0.2)."""

    def _run(protocol: str, **settings: float) -> NetworkRecording:
        return program.simulate(model.point(protocol, {"duration": 0.2, "transient": 0.1} | settings))[0]

    return _run


@pytest.fixture(scope="session")
def cuba() -> Model:
    return read_model("networks/cuba")


@pytest.fixture(scope="session")
def complete(cuba: Model, tmp_path_factory) -> Path:
    """A folder as a complete run leaves it, of made-up numbers; only to be looked at."""
    import made  # which takes from here

    return made.complete(tmp_path_factory.mktemp("complete"), cuba)


@pytest.fixture(scope="session")
def config(tmp_path_factory) -> Path:
    """Copy config/smoke.yaml and all files that it names, so that a test may change a value in place."""
    folder = tmp_path_factory.mktemp("config")
    run = read_yaml("config/smoke.yaml") | {"results": RUN, "model": str(folder / "network")}
    shutil.copytree(NETWORK, run["model"], ignore=shutil.ignore_patterns("results", "__pycache__"))
    places = [(run, "fit"), *((run["sweeps"], name) for name in run["sweeps"])]
    for place, key in places:
        copy = folder / f"{key}.yaml"
        shutil.copy(place[key], copy)
        place[key] = str(copy)
    (folder / "run.yaml").write_text(yaml.safe_dump(run))
    return folder


def snakemake(config: Path, *arguments: str, code: int = 0) -> str:
    """Run the workflow of the copied configuration; return what it said."""
    command = [sys.executable, "-m", "snakemake", *arguments, "--configfile", str(config / "run.yaml")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode == 0) == (code == 0), run.stderr[-3000:]
    return run.stdout + run.stderr


@pytest.fixture(scope="session")
def said(program, config) -> str:
    """Run the smoke workflow from nothing but the compiled program; return what it said."""
    shutil.rmtree(RUN, ignore_errors=True)
    Path(RUN).mkdir()
    Path(RUN, "build").symlink_to(Path(RESULTS, "build").resolve())
    return snakemake(config)


def pipeline(*arguments: object, code: int = 0, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a verb of the command line."""
    command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    assert run.returncode == code, run.stdout + run.stderr
    return run


@pytest.fixture
def quickly(monkeypatch):
    """Compile nothing: the program is a text."""

    def compiled(files, folder, *_):
        (folder / "main").write_text(files["main.cpp"])

    monkeypatch.setattr(project, "compile_project", compiled)


@pytest.fixture(scope="session")
def trains() -> dict[str, Spikes]:
    """Spikes of two populations for 4 s, the last neuron of E silent."""
    rng = np.random.default_rng(1)
    silent = poisson(rng, 3.0, 4.0, 5)
    return {"E": Spikes(silent.times_s, silent.neurons, 6), "I": poisson(rng, 20.0, 4.0, 3)}


@pytest.fixture
def quick(model: Model, monkeypatch):
    """Read the model of config/ once: it is half of the time."""
    monkeypatch.setattr(runs, "read_model", lambda path: model if path == NETWORK else read_model(path))


@pytest.fixture
def spikes():
    """Make spikes of a population from one train of times in s a neuron."""

    def _spikes(*trains: list[float]) -> Spikes:
        neurons = np.repeat(np.arange(len(trains)), [len(train) for train in trains])
        return Spikes(np.concatenate([np.asarray(train, float) for train in trains]), neurons, len(trains))

    return _spikes
