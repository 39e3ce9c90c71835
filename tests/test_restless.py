"""Scripts whose numbers decide more than values: how often they run, what they read, draw and derive."""

import h5py
import pytest

from pipeline.config.reader import ConfigError
from pipeline.engine.scripts import ScriptEngine
from pipeline.engine.translated import Wish
from pipeline.engine.translator import RefusedError, translator
from pipeline.measure.irregularity import cv, intervals
from pipeline.network import readfiles
from pipeline.network.names import read_names
from pipeline.network.reading import read_model
from pipeline.network.sites import survey
from pipeline.plan.adoption import take

SCRIPT = """from brian2 import *

drive = np.loadtxt('drive.txt')*Hz
n_trials = 3
duration = 50*ms
t_half = duration/2
params = dict(gain=1.0, offset=0*Hz)
noise = 0.0
lag = 2.0*ms
if params['gain'] > 1.5:
    offset_of_all = 50*Hz
else:
    offset_of_all = 0*Hz


def make(size, refractory=lag):
    return NeuronGroup(size, '''dv/dt = gain*rate + offset + more : 1
                                rate : Hz
                                more : Hz''', threshold='v > 1', reset='v = 0', refractory=refractory,
                       method='euler', namespace=params)


P = make(4)
P.rate = drive
P.more = offset_of_all
if noise > 1:
    P.more = noise*np.random.rand(4)*Hz
M = SpikeMonitor(P)
for k in range(n_trials):
    M.active = k > 0
    P.v = 0
    run(duration)
"""

STORED = """from brian2 import *

rate = 100*Hz
length = 0.3*second
trials = 2
P = NeuronGroup(1, '''dv/dt = drive : 1
                      drive : Hz''', threshold='v > 1', reset='v = 0', method='euler')
P.drive = rate
store()
for k in range(trials):
    restore()
    run(length)
"""

FROM_HDF5 = """from pathlib import Path
import h5py
from brian2 import *

with h5py.File(Path(__file__).parent / 'drive.h5') as file:
    rate = float(file['rate'][()])*Hz
P = NeuronGroup(1, 'dv/dt = rate : 1', threshold='v > 1', reset='v = 0', method='euler')
M = SpikeMonitor(P)
run(50*ms)
with h5py.File('made.h5', 'w') as file:
    file['rate'] = 20.0
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, results):
    folder = tmp_path_factory.mktemp("restless")
    (folder / "net.py").write_text(SCRIPT)
    (folder / "drive.txt").write_text("200 200 200 200\n")
    take(folder / "net.py", folder / "net", results)
    return folder


@pytest.fixture(scope="module")
def engine(folder, results):
    made = ScriptEngine(read_model(folder / "net"), results)
    yield made
    made.close()


@pytest.fixture(scope="module")
def run(folder, engine):
    """Simulate a point for which nobody gives a duration, unless it is given: recording = run(n_trials=2)."""
    model = read_model(folder / "net")

    def _run(**settings):
        values = model.point("base", settings)
        return engine.simulate(values if "duration" in settings else engine.lasting(values))[0]

    return _run


def test_what_follows_from_what_is_seen_when_it_is_changed(folder):
    """A default of an argument counted as free: beside its number, its own value was not kept."""
    model = read_model(folder / "net")
    settings = model.adopted.settings
    assert settings["refractory"].reads == ("lag",)
    assert settings["t_half"].reads == ("duration",)
    assert "lag" in model.knobs
    assert "refractory" not in model.knobs


def test_an_entry_of_a_dictionary_that_python_reads_is_not_put_into_the_program_alone(folder, run):
    """A choice that the script makes by it was not made again."""
    settings = read_model(folder / "net").adopted.settings
    assert not settings["gain"].direct
    assert settings["offset"].direct
    # 200 and 2 * 200 + 50 spikes/s, but for the refractory time
    assert len(run(gain=2).spikes["P"].times_s) > 1.4 * len(run().spikes["P"].times_s)


def test_a_loop_of_runs_is_as_long_as_its_number_says(run):
    """Two trials of five were left out, and of two the second was stretched to three."""
    ends = {n: run(n_trials=n).spikes["P"].times_s.max() for n in (2, 3, 5)}
    assert {n: round(end / 0.05 + 0.1) for n, end in ends.items()} == {2: 2, 3: 3, 5: 5}
    with pytest.raises(RefusedError, match=r"runs 2 times, 0\.1 s in all, and by itself 3 times"):
        run(n_trials=2, duration=0.15)


def test_a_number_called_as_a_key_of_the_run_is_a_knob_where_it_does_more(run):
    assert run(duration_knob=100).spikes["P"].times_s.max() > 0.25


def test_a_monitor_that_is_switched_off_for_a_while_hides_no_spike(run):
    """Spikes of the first of three runs were missing."""
    assert (run().spikes["P"].times_s < 0.05).sum() > 10


def test_what_is_drawn_with_some_numbers_alone_differs_between_networks(run):
    """All networks were the same, with a standard error of 0."""
    first, second, again = (run(noise=300, seed_network=seed).spikes["P"].times_s for seed in (1, 2, 1))
    assert first.tolist() != second.tolist()
    assert first.tolist() == again.tolist()


def test_a_file_that_a_script_reads_is_a_part_of_it(folder, results, run):
    """Other data gave the result of those before, also in another folder."""
    before = len(run().spikes["P"].times_s)
    (folder / "drive.txt").write_text("400 400 400 400\n")
    with pytest.raises(ConfigError, match=r"^drive\.txt: net\.py reads it, and it has changed .* adopt "):
        read_model(folder / "net")
    take(folder / "net.py", folder / "net", results)
    model = read_model(folder / "net")
    assert list(model.adopted.data) == ["drive.txt"]
    engine = ScriptEngine(model, results)
    assert len(engine.simulate(model.point("base", {}))[0].spikes["P"].times_s) > 1.3 * before
    engine.close()


def test_a_file_that_a_library_opens_is_a_part_of_a_script_and_one_that_it_writes_is_none(tmp_path, results):
    """HDF5 is opened in C, with no word to Python: other data gave the result of those before."""
    (tmp_path / "net.py").write_text(FROM_HDF5)
    with h5py.File(tmp_path / "drive.h5", "w") as file, h5py.File(tmp_path / "made.h5", "w"):
        file["rate"] = 200.0
    take(tmp_path / "net.py", tmp_path / "net", results)
    assert list(read_model(tmp_path / "net").adopted.data) == ["drive.h5"]
    assert tmp_path / "drive.h5" in [path.resolve() for path in read_model(tmp_path / "net").files]  # of an archive
    with h5py.File(tmp_path / "drive.h5", "w") as file:
        file["rate"] = 400.0
    with pytest.raises(ConfigError, match=r"^drive\.h5: net\.py reads it, and it has changed "):
        read_model(tmp_path / "net")


def test_what_is_installed_is_no_data_though_its_environment_lies_beside_the_script(tmp_path, monkeypatch):
    """All of it would be, and the network refused after each update of a package."""
    monkeypatch.setattr(readfiles, "_PYTHON", (tmp_path / ".venv",))
    texts = {"net.py": "", "own.txt": "1", "pkg/cells.py": "tau = 1", ".venv/lib/scipy.py": "x = 1"}
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    opened = [*texts, "pkg/__pycache__/cells.cpython-311.pyc", "gone.txt"]
    found = readfiles.digests([f"{tmp_path / name}" for name in opened], tmp_path / "net.py")
    assert list(found) == ["own.txt", "pkg/cells.py"]
    assert readfiles.changed(found, tmp_path / "net.py") is None
    (tmp_path / "pkg" / "cells.py").write_text("tau = 2")
    assert readfiles.changed(found, tmp_path / "net.py") == "pkg/cells.py"


def test_a_script_below_an_environment_has_its_own_files(tmp_path, monkeypatch):
    """Catches data in /usr/src/app, or in an environment made by `venv .`, taken for a part of the installation."""
    monkeypatch.setattr(readfiles, "_PYTHON", (tmp_path,))
    for name in ("app/net.py", "app/data.txt", "lib/numpy.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1")
    assert list(readfiles.digests([f"{tmp_path}/app/data.txt"], tmp_path / "app" / "net.py")) == ["data.txt"]
    (tmp_path / "other").mkdir()
    assert not readfiles.of_the_user(tmp_path / "lib" / "numpy.txt", tmp_path.parent / "net.py")


def test_a_script_that_goes_back_in_time_has_its_trials_one_after_another(tmp_path, results):
    """They lay on each other: a neuron like a clock had a CV of 1."""
    (tmp_path / "net.py").write_text(STORED)
    take(tmp_path / "net.py", tmp_path / "net", results)
    model = read_model(tmp_path / "net")
    engine = ScriptEngine(model, results)
    spikes = engine.simulate(model.point("base", {}))[0].spikes["P"]
    # numbers that set how long it runs did nothing with Brian2's runtime target
    last = [engine.lasting(model.point("base", one))["duration"] for one in ({}, {"length": 0.5}, {"trials": 3})]
    more = engine.simulate(engine.lasting(model.point("base", {"trials": 3})))[0].spikes["P"]
    engine.close()
    assert last == pytest.approx([0.6, 1.0, 0.9])
    assert len(more.times_s) == pytest.approx(90, abs=3)
    assert len(spikes.times_s) == pytest.approx(60, abs=2)
    assert spikes.times_s.max() > 0.58
    assert cv(intervals(spikes))[0] == pytest.approx(0, abs=1e-6)
    assert spikes.joins_s == pytest.approx([0.3])


def test_preferences_that_a_number_sets_are_gone_with_it(tmp_path):
    """All points after one in single precision were so, too."""
    path = tmp_path / "net.py"
    path.write_text(
        "from brian2 import *\nsingle = 0\nk = 1.0\nif single:\n    prefs.core.default_float_dtype = float32\n"
        "G = NeuronGroup(2, 'dv/dt = -k*v/ms : 1', threshold='v > 1', reset='v = 0', method='euler')\nrun(1*ms)\n"
    )
    sites = {site.name: site.number for site in survey(path.read_text(), str(path)).sites}
    with translator() as asked:

        def single(**numbers):
            texts = {(sites[name], -1): text for name, text in numbers.items()}
            return bool(asked.ask("translate", Wish(str(path), texts)).single)

        found = [single(), single(single="1"), single(single="1", k="2.0"), single(k="2.5")]
    assert found == [False, True, True, False]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("x = d['a']", {"a"}),
        ("x = d.get('a')", {"a"}),
        ("d = {'a': 1, 'b': 2}\nfor k in d:\n    x = d[k]", {"a", "b"}),
        ("d = dict(a=1, b=2)\nx = sum(d.values())", {"a", "b"}),
        ("d = dict(a=1)\nf(**d)", {"a"}),
        ("d = dict(a=1)\nG = NeuronGroup(1, '', namespace=d)", set()),
        ("x = p.a", {"a"}),
        ("p.a = 1", set()),
    ],
)
def test_entries_and_attributes_are_read(text, read):
    assert {"a", "b"} & read_names(survey(text, "net.py").tree) == read
