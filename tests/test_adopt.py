"""Adopting a script from the command line, and simulating the network that it became; refusals in one sentence.

One program is built. The comment over a test says which mistake it would catch.
"""

import contextlib
import json
import os
import subprocess
import sys

import pytest
import yaml
from conftest import ROOT
from typer.testing import CliRunner

import pipeline.cli.adoption
import pipeline.cli.checks
import pipeline.cli.sweeps  # noqa: F401, their verbs
from pipeline.cli.commands import app
from pipeline.config.reader import ConfigError
from pipeline.fit.reading import read_fit
from pipeline.network.adopted import read_adopted
from pipeline.network.reading import read_model
from pipeline.sweep.design import read_sweep

SCRIPT = """from brian2 import *

tau = 10*ms  # membrane time constant
v_0 = 4*mV
weight = 0.4*mV
count = 12
idle = 5*nS

groups = {}
for name in ('exc', 'inh'):
    groups[name] = NeuronGroup(count, 'dv/dt = (17*mV - v)/tau : volt', threshold='v > 15*mV', reset='v = 0*mV',
                               method='exact')
groups['exc'].v = v_0
first = groups['exc'][:5]
S = Synapses(groups['exc'], groups['inh'], 'w : volt', on_pre='v_post += w')
S.connect()
S.w = weight
net = Network(collect())
net.add(groups.values())
net.run(60*ms)
"""


def _pipeline(folder, *arguments, code=0):
    """Run a verb in a folder; return what it wrote, of a refusal the sentence."""
    with contextlib.chdir(folder):
        done = CliRunner().invoke(app, [*map(str, arguments)])
    if code == 0:
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout
    assert isinstance(done.exception, ConfigError), (done.output, done.exception)
    assert len(f"{done.exception}".splitlines()) == 1
    return f"{done.exception}"


def _apart(folder, *arguments, code=0):
    """As _pipeline, in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=env)
    assert done.returncode == code, done.stdout + done.stderr
    if code == 0:
        return done.stdout
    said = [line for line in done.stderr.splitlines() if not line.startswith("adopt: ")]
    assert len(said) == 1, done.stderr
    assert said[0].startswith("error: ")
    return said[0]


@pytest.fixture(scope="module")
def adopted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("adopt")
    (folder / "net.py").write_text(SCRIPT)
    return folder, _apart(folder, "adopt", "net.py", "--out", "net")


def _json(folder, *arguments):
    return json.loads(_pipeline(folder, "simulate", "--network", "net", "--json", *arguments))


# what is said of a script that lacks a population, or says nothing of what a number does
def test_it_says_what_the_script_is_made_of(adopted):
    said = adopted[1]
    for words in ("exc", "inh", "first", "tau", "weight", "w of S", "acts on nothing", "The doctor: "):
        assert words in said, words
    assert "Next: thalamocortical-fit run net/config.yaml" in said  # this is no clone
    assert "needs another program" in next(line for line in said.splitlines() if line.split()[:1] == ["count"])
    assert " 144 " in next(line for line in said.splitlines() if line.split()[:1] == ["S"])


# a file that its own reader refuses: the first thing that a user would see
def test_the_files_that_it_writes_are_right(adopted, monkeypatch):
    monkeypatch.chdir(adopted[0])
    model = read_model("net")
    assert [model.knobs[name].unit for name in ("tau", "v_0", "weight", "count")] == ["ms", "mV", "mV", "1"]
    assert "idle" not in model.knobs
    assert read_sweep("net/sweep.yaml", model).axes.keys() <= set(model.knobs)
    assert read_sweep("net/examples.yaml", model).keep_spikes
    assert read_fit("net/fit.yaml", model).free.keys() <= set(model.knobs)
    assert "net/config.yaml" in _pipeline(adopted[0], "check", "net/config.yaml")
    assert yaml.safe_load((adopted[0] / "net" / "config.yaml").read_text())["model"] == "net/knobs.yaml"
    known = read_adopted(adopted[0] / "net")
    assert known.doctor
    assert known.written_cost_s > known.cost_s > 0  # a clock that ticks in 10 ms would say 0


# populations that have another name in features than in the table, or parts of them that have none
def test_features_have_the_names_of_groups_parts_and_keys(adopted):
    row = _json(adopted[0])
    assert {"rate_exc", "rate_inh", "rate_first"} <= row.keys()
    assert row["status"] == "ok"
    assert row["rate_exc"] == row["rate_first"] > 0  # all alike
    inhibited = _json(adopted[0], "--set", "weight=-1")
    assert inhibited["rate_exc"] == row["rate_exc"]
    assert inhibited["rate_inh"] < row["rate_inh"]
    assert row["knobs"]["tau"] == 10


# a value in another unit taken as one in the knob's
def test_a_knob_is_set_by_a_number_or_by_one_with_a_unit(adopted):
    rates = [
        {k: v for k, v in _json(adopted[0], "--set", f"tau={text}").items() if k.startswith("rate_")}
        for text in ("5", "5*ms", "0.005*second", "5000*us")
    ]
    assert rates[0] == rates[1] == rates[2] == rates[3]
    assert rates[0] != {k: v for k, v in _json(adopted[0]).items() if k.startswith("rate_")}


def test_the_duration_and_numbers_that_act_on_nothing(adopted):
    row = _json(adopted[0], "--duration", "0.1", "--set", "idle=7")
    assert row["knobs"]["duration"] == 0.1
    assert row["rate_exc"] == pytest.approx(_json(adopted[0])["rate_exc"], rel=0.4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "taw=5"], ["unknown knob 'taw'", "nearest known: tau"]),
        (["--set", "taw=5*ms"], ["unknown knob 'taw'", "tau"]),
        (["--set", "tau=5*mV"], ["tau is in ms"]),
        (["--set", "count=5*mV"], ["count is in 1"]),
        (["--set", "tau=5*nosuch"], ["no number with a unit of Brian2"]),
        (["--set", "tau=fast"], ["--set tau=fast: must be KNOB=NUMBER"]),
        (["--set", "tau"], ["must be KNOB=NUMBER"]),
        (["--set", "tau=5", "--set", "tau=6"], ["tau is set twice"]),
        (["--set", "tau=nan"], ["must be KNOB=NUMBER"]),
        (["--protocol", "nosuch"], ["unknown protocol 'nosuch'"]),
        (["--duration", "0"], ["duration = 0 s is shorter than a step"]),
        (["--duration", "-1"], ["duration"]),
    ],
)
def test_a_wrong_point_is_refused_in_one_sentence(adopted, arguments, words):
    said = _pipeline(adopted[0], "simulate", "--network", "net", *arguments, code=2)
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (None, ["there is no such file"]),
        ("x = (\n", ["line 1", "is not Python"]),
        ("from brian2 import *\nx = 1*mV\n", ["has no run"]),
        ("from brian2 import *\nx = 1*mV + 1*ms\nrun(1*ms)\n", ["line 2", "DimensionMismatchError"]),
    ],
)
def test_a_script_that_is_none_is_refused_in_one_sentence_and_leaves_no_folder(tmp_path, script, words):
    if script is not None:
        (tmp_path / "bad.py").write_text(script)
    said = _apart(tmp_path, "adopt", "bad.py", "--out", "net", code=2)
    assert all(word in said for word in words), said
    assert not (tmp_path / "net").exists()


def test_a_folder_that_is_no_network_is_refused_with_what_makes_one(tmp_path):
    (tmp_path / "empty").mkdir()
    assert "make one by: python -m pipeline adopt" in _pipeline(tmp_path, "simulate", "--network", "empty", code=2)
    assert "nowhere: cannot be read" in _pipeline(tmp_path, "simulate", "--network", "nowhere", code=2)


# an own feature that is not measured, or is lost behind a knob of its name
def test_own_features_are_measured_with_the_others(adopted):
    path = adopted[0] / "features.py"
    head = "from pipeline.measure.own import feature\n\n@feature(unit='mV', about='Mean weight.', states=True)\n"
    try:
        path.write_text(f"{head}def mean_weight(recording):\n    return 1000*recording.state('S', 'w').mean()\n")
        assert _json(adopted[0], "--set", "weight=0.7")["mean_weight"] == pytest.approx(0.7)
        path.write_text(f"{head}def rate_exc(recording):\n    return 1\n")
        assert _json(adopted[0])["rate_exc"] == 1  # in place of the one that all networks have
        path.write_text(f"{head}def tau(recording):\n    return 1\n")
        said = _pipeline(adopted[0], "simulate", "--network", "net", code=2)
        assert "tau: there is a knob of that name" in said
        path.write_text(f"{head}def mine(recording):\n    return 1/0\n")
        assert "features.py, line 5: mine fails" in _pipeline(adopted[0], "simulate", "--network", "net", code=2)
    finally:
        path.unlink()


# edits of the user lost, or knobs of the old script that stay: last, since it changes the script
def test_a_changed_script_is_refused_until_it_is_adopted_again_which_keeps_edits(adopted):
    folder, table = adopted[0], adopted[0] / "net" / "knobs.yaml"
    edited = next(line for line in table.read_text().splitlines() if line.startswith("  tau:")).replace(
        "high: 20", "high: 17, max: 30"
    )
    assert "17" in edited
    lines = [edited if line.startswith("  tau:") else line for line in table.read_text().splitlines()]
    table.write_text("\n".join(["# mine", *lines, "about: said by me"]) + "\n")
    assert "outside its range [-inf, 30] ms" in _pipeline(
        folder, "simulate", "--network", "net", "--set", "tau=31", code=2
    )
    changed = SCRIPT.replace("weight", "strength").replace("v_0 = 4*mV", "v_0 = 6*mV")
    (folder / "net.py").write_text(changed)
    said = _pipeline(folder, "simulate", "--network", "net", code=2)
    assert "has changed since it was adopted; run: python -m pipeline adopt" in said
    sweep = (folder / "net" / "sweep.yaml").read_text()
    said = _apart(folder, "adopt", "net.py", "--out", "net").splitlines()[-1]
    for words in ("new: strength", "gone: weight", "other values: v_0", "kept as edited: tau"):
        assert words in said, said
    after = table.read_text()
    assert edited in after
    assert after.startswith("# mine\n")
    assert "about: said by me" in after
    assert "  # gone from the script: weight:" in after
    assert (folder / "net" / "sweep.yaml").read_text() == sweep
    assert _json(folder)["knobs"]["v_0"] == 6
    assert "weight" not in _json(folder)["knobs"]


def test_a_number_with_the_name_of_a_feature_gets_another():
    """Catches a row in which the feature rate_inputs takes the place of the knob rate_inputs."""
    from pipeline.network.adopted import Adopted, PopulationSize, Setting
    from pipeline.plan.adoption import _apart

    number = Setting(
        key=(0, -1), line=1, value=20, unit="Hz", template="{}*Hz", factors=(("*", 1.0),), dimensions="hertz",
        whole=True, direct=True,
    )  # fmt: skip
    script = Adopted(
        script="x.py", sha256="", target="standalone", runs=(1.0,), dt_ms=0.1, drawn=False,
        populations=(PopulationSize(name="inputs", size=10, spikes_by="Poisson"),),
        settings={"rate_inputs": number, "point": number, "tau": number},
    )  # fmt: skip
    settings = _apart(script).settings
    assert list(settings) == ["rate_inputs_knob", "point_knob", "tau"]
    assert [setting.direct for setting in settings.values()] == [False, False, True]


def test_a_first_fit_counts_no_neuron_twice_and_aims_at_no_input():
    """Catches targets for a whole and its parts, or for the rate of a given input; and parts that leave neurons out."""
    from pipeline.network.adopted import Adopted, PopulationSize
    from pipeline.plan.adoption import _aims

    def population(name, size, spikes_by="v > V_t", part_of=None):
        return PopulationSize(name=name, size=size, spikes_by=spikes_by, part_of=part_of)

    script = Adopted(
        script="x.py", sha256="", target="standalone", runs=(1.0,), dt_ms=0.1, drawn=False, settings={},
        populations=(
            population("split", 10), population("kept", 10), population("inputs", 10, "Poisson"),
            population("a", 8, part_of="split"), population("b", 2, part_of="split"),
            population("c", 5, part_of="kept"),
        ),
    )  # fmt: skip
    assert _aims(script) == {"a", "b", "kept"}
    assert script.disjoint == ["kept", "inputs", "a", "b"]
    assert script.overlap(("a", "split"))
    assert script.overlap(("kept", "c"))
    assert not script.overlap(("a", "b"))
    assert not script.overlap(("a",))


@pytest.mark.parametrize(
    ("value", "unit", "low", "high"),
    [(-70, "mV", -80, -60), (50, "mV", 40, 60), (-0.07, "volt", -0.08, -0.06), (1.6, "mV", 0.8, 3.2), (0, "nS", 0, 1)],
)
def test_a_first_range_fits_what_the_number_is(value, unit, low, high):
    """Catches a reversal potential of sodium from 25 to 100 mV, or a weight whose range has its other sign."""
    from pipeline.network.numbers import bounds

    assert bounds(value, unit, "volt") == (low, high)


CLASS = """from brian2 import *

class Balanced:
    def __init__(self, size, J=0.9*mV, tau=20*ms):
        self.cells = NeuronGroup(size, 'dv/dt = (16*mV - v)/tau : volt', threshold='v > 15*mV', reset='v = 0*mV',
                                 method='exact', namespace=dict(tau=tau))
        self.first = self.cells[:4]
        self.synapses = Synapses(self.first, self.cells, on_pre='v_post += J', namespace=dict(J=J))
        self.synapses.connect(j='0')
        self.net = Network(self.cells, self.synapses)

settle = 50*ms
others = []
for k in range(3):
    g = NeuronGroup(2, 'dv/dt = -v/(10*ms) : 1', threshold='v > 1', reset='v = 0', method='exact', name=f'layer{k}')
    others.append(g)
balanced = Balanced(8, J=0.7*mV)
balanced.net.add(others)
balanced.net.run(settle)
balanced.net.run(50*ms)
"""


@pytest.fixture(scope="module")
def of_class(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    (folder / "net.py").write_text(CLASS)
    _apart(folder, "adopt", "net.py", "--out", "net")
    return folder, read_adopted(folder / "net")


# the default of an argument shown, and taken for the script's own, where the call gives another value
def test_the_value_is_that_in_use(of_class):
    _, adopted = of_class
    assert adopted.settings["J"].value == 0.7
    assert adopted.settings["Balanced_tau" if "Balanced_tau" in adopted.settings else "tau"].value == 20


# a variable of a loop that names the last of several groups; parts lost that an object holds
def test_objects_are_called_as_the_script_calls_them(of_class):
    _, adopted = of_class
    assert {p.name for p in adopted.populations} == {"cells", "first", "layer0", "layer1", "layer2"}
    (projection,) = adopted.projections
    assert (projection.source, projection.target) == ("first", "cells")
    assert projection.in_degree == 0.5  # of 8 neurons, one of which has all 4 synapses


# a knob that sets how long the script runs, and acts on nothing or takes from the last run
def test_a_script_lasts_as_long_as_its_numbers_say(of_class):
    folder, _ = of_class
    assert _json(folder, "--set", "settle=80*ms")["knobs"]["duration"] == pytest.approx(0.13)
    assert _json(folder, "--set", "settle=80*ms", "--duration", "0.1")["knobs"]["duration"] == 0.1
