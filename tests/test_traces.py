"""Membrane potentials of a point: those of the script's own monitor, of the neurons that were asked for, and drawn."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipeline import Network
from pipeline.cli import traces as verbs
from pipeline.config.reader import ConfigError
from pipeline.engine.recording import Divergence, NetworkRecording, Spikes
from pipeline.network.reading import read_model
from pipeline.show import figures
from pipeline.show.network_traces import potentials

SCRIPT = """
from brian2 import *

current = 3*mV  # drive
P = NeuronGroup(6, "dv/dt = (current*(1 + 0.1*i) - 65*mV - v + 18*mV)/(10*ms) : volt", threshold="v > -50*mV",
                reset="v = -60*mV", method="exact")
P.v = "-65*mV + i*mV"
early, late = P[:4], P[4:]
watched = StateMonitor(P, "v", record=True)
{more}
run(20*ms)
"""
PYTHON = "@network_operation(dt=1*ms)\ndef nothing():\n    pass"
"""What only Brian2's runtime target runs."""


@pytest.mark.parametrize("more", ["", PYTHON], ids=["standalone", "runtime"])
def test_voltages_are_those_that_the_scripts_own_monitor_records(tmp_path, more):
    """Brian2's monitor records at the begin of a step what is here recorded at the end of the last one."""
    (tmp_path / "net.py").write_text(SCRIPT.format(more=more))
    with Network(tmp_path / "net.py", tmp_path / "folder") as network:
        without = network.simulate(transient=0.005, duration=0.015)
        run = network.simulate(transient=0.005, duration=0.015, voltages=2, states=True)
        program = network._engine.simulate(run.values)[1], network._engine.simulate(run.values, traced=2)[1]
    theirs = 1000 * run.state("watched", "v").reshape(-1, 6)
    assert theirs.shape == (200, 6)
    for name, first in (("P", 0), ("early", 0), ("late", 4)):
        ours = run.voltages(name)
        assert ours.shape == (200, 2)
        assert ours.index[[0, -1]].tolist() == pytest.approx([1e-4, 0.02])
        assert len(ours.loc[run.values["transient"] :]) == 151  # steps from the end of the transient on
        np.testing.assert_allclose(ours[:-1], theirs[1:, first : first + 2], rtol=1e-9)
    assert run.spikes.equals(without.spikes)
    assert program[0] == program[1]  # no other program is compiled
    with pytest.raises(KeyError, match="voltages=5"):
        without.voltages("P")


@pytest.fixture
def simulating(monkeypatch):
    """Have a recording come out of every simulation; return what was asked."""
    asked = []

    def _simulating(recording):
        def simulate(self, values, everything=False, traced=0):
            asked.append((values, traced))
            return recording, "program"

        monkeypatch.setattr(verbs.ScriptEngine, "simulate", simulate)
        return asked

    return _simulating


def _recording(**changed):
    """Return 0.3 s of 100 neurons in steps of 1 ms; neuron k is at -70 mV + 0.1 k mV."""
    times = np.arange(1, 301) / 1000
    values = np.tile(-0.07 + 1e-4 * np.arange(100), (300, 1))
    late = [(0.25, neuron) for neuron, n in ((7, 3), (9, 5), (3, 4)) for _ in range(n)]
    spikes = [(0.1, 50)] * 9 + late + [(0.25, 150)] * 9  # within the transient; beyond the first 100
    train = Spikes(np.array([t for t, _ in spikes]), np.array([k for _, k in spikes]), 800)
    content = {"spikes": {"inhibitory": train}, "potentials": {}, "divergence": None}
    content |= {"traces": {"inhibitory": (times, values)}}
    return NetworkRecording(**content | changed, wall_s=0.0, cpu_s=0.0, memory_mb=0.0)


def test_a_trace_has_the_point_and_the_neurons_that_were_asked_for(tmp_path, simulating):
    asked = simulating(_recording())
    out = tmp_path / "traces.parquet"
    common = {"populations": ["inhibitory"], "neurons": 3, "duration": 0.1, "model": "networks/cuba"}
    verbs.trace(out, settings=["w_e=2*mV"], seed=7, **common)
    values, traced = asked[0]
    assert traced == 3
    names = ("w_e", "seed_network", "seed_input", "duration", "transient")
    assert [values[name] for name in names] == [2, 7, 7, 0.1, 0.2]
    rows = pd.read_parquet(out)
    assert rows["neuron"].drop_duplicates().tolist() == [0, 1, 2]
    first = rows[rows["neuron"] == 2]
    assert first["t_s"].tolist() == pytest.approx(np.arange(201, 301) / 1000)
    assert first["v"].tolist() == pytest.approx([-69.8] * 100)
    units = {field.name: (field.metadata or {}).get(b"unit") for field in pq.read_schema(out)}
    assert units == {"population": None, "neuron": None, "t_s": b"s", "v": b"mV"}
    verbs.trace(out, most_active=True, **common)
    assert asked[1][1] == 100
    assert pd.read_parquet(out)["neuron"].drop_duplicates().tolist() == [9, 3, 7]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"populations": ["inhibitry"]}, r"--population inhibitry: .*nearest known: inhibitory"),
        ({"neurons": 0}, "--neurons = 0 must be from 1 to 1000"),
        ({"settings": ["w_x=1"]}, "unknown knob 'w_x'"),
        ({"protocol": "none"}, "unknown protocol 'none'"),
    ],
)
def test_what_cannot_be_traced_is_refused_before_anything_is_simulated(tmp_path, simulating, change, words):
    asked = simulating(_recording())
    with pytest.raises(ConfigError, match=words):
        verbs.trace(tmp_path / "traces.parquet", model="networks/cuba", **change)
    assert not asked


def test_traces_of_a_diverged_run_are_not_written(tmp_path, simulating):
    simulating(_recording(divergence=Divergence("inhibitory", "v", 3, 0.2)))
    with pytest.raises(ConfigError, match=r"v of inhibitory\[3\] is not finite"):
        verbs.trace(tmp_path / "traces.parquet", model="networks/cuba", neurons=1)
    assert not list(tmp_path.iterdir())


def _table(neurons):
    times = np.arange(4) / 10
    parts = [pd.DataFrame({"population": p, "neuron": k, "t_s": times, "v": times * (k + 1)}) for p, k in neurons]
    return pd.concat(parts, ignore_index=True)


def test_a_figure_of_traces_has_a_panel_a_neuron_in_the_colour_of_its_population():
    figure = potentials(_table([("b", 3), ("b", 1), ("a", 0)]), ["a", "b"], {"a": "1", "b": "mV"})
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["b, neuron 3", "b, neuron 1", "a, neuron 0"]
    assert [axes.get_ylabel() for axes in figure.axes] == ["mV", "mV", ""]
    lines = [axes.get_lines()[0] for axes in figure.axes]
    assert lines[0].get_ydata().tolist() == pytest.approx([0, 0.4, 0.8, 1.2])
    assert lines[0].get_color() == lines[1].get_color() != lines[2].get_color()
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()  # of one population


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (_table([("c", 0)]), "'c' is no population"),
        (_table([("a", k) for k in range(41)]), "has 41 neurons"),
        (_table([("a", 0)])[:0], "has 0 neurons"),
    ],
)
def test_a_table_that_cannot_be_drawn_is_refused(table, words):
    with pytest.raises(ConfigError, match=words):
        potentials(table, ["a"], {"a": "mV"})


def test_the_verb_figure_draws_what_trace_wrote(tmp_path, simulating, monkeypatch):
    from pipeline.cli.figures import draw

    simulating(_recording())
    verbs.trace(tmp_path / "t.parquet", populations=["inhibitory"], neurons=2, duration=0.1, model="networks/cuba")
    kept = []
    monkeypatch.setattr(figures, "save", lambda figure, paths: kept.append(figure))
    draw("traces", tmp_path / "t.parquet", [], read_model("networks/cuba"))
    assert [axes.get_title(loc="left") for axes in kept[0].axes] == ["inhibitory, neuron 0", "inhibitory, neuron 1"]
    with pytest.raises(ConfigError, match="which traces is not"):
        draw("traces", tmp_path / "t.parquet", [], read_model("networks/cuba"), features="rate_P")
