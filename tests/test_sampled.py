"""Few neurons out of a network: which are measured, by whom, and where it is asked for."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import RESULTS, pipeline
from fakes import CONTENT

from pipeline.config.reader import ConfigError, parse
from pipeline.engine.recording import NetworkRecording, Spikes
from pipeline.fit.problem import Fit
from pipeline.fit.reading import refuse_neurons
from pipeline.measure.envelope import Envelope
from pipeline.measure.sampled import read, said, sampled
from pipeline.network.reading import read_model
from pipeline.records import lineage
from pipeline.sweep import rows
from pipeline.sweep.rows import measure


def _recording(sizes):
    """Neuron k fires 10 k spikes in a second."""
    spikes = {}
    for name, size in sizes.items():
        neurons = np.repeat(np.arange(size), 10 * np.arange(size))
        spikes[name] = Spikes(np.linspace(0, 0.999, len(neurons)), neurons, size)
    return NetworkRecording(spikes, {}, None, 0.0, 0.0, 0.0)


def test_so_many_neurons_are_drawn_each_with_its_own_spikes():
    whole = _recording({"a": 30, "b": 5})
    few = sampled(whole, {"a": 8}, 1, 1)
    assert few.spikes["b"] is whole.spikes["b"]
    assert few.spikes["a"].size == 8
    counts = np.bincount(few.spikes["a"].neurons, minlength=8)
    assert len(set(counts)) == 8  # no neuron twice, none mixed with another
    assert set(counts) <= {10 * k for k in range(30)}
    assert sorted(counts) == counts.tolist()
    again, others = sampled(whole, {"a": 8}, 1, 1), sampled(whole, {"a": 8}, 2, 1)
    assert np.array_equal(again.spikes["a"].times_s, few.spikes["a"].times_s)
    assert set(np.bincount(others.spikes["a"].neurons, minlength=8)) != set(counts)
    assert sampled(whole, {"b": 9}, 1, 1).spikes["b"].size == 5


def test_over_networks_every_neuron_is_drawn_as_often():
    whole = _recording({"a": 20})
    drawn = np.zeros(20)
    for seed in range(400):
        counts = np.bincount(sampled(whole, {"a": 5}, seed, seed).spikes["a"].neurons, minlength=5)
        drawn[counts // 10] += 1
    assert drawn == pytest.approx(np.full(20, 100), abs=40)


def test_a_row_is_measured_on_the_neurons_that_it_names():
    cuba = read_model("networks/cuba")
    values = cuba.point("base", {"duration": 0.5, "seed_network": 3, "seed_input": 3})
    whole = _recording({"neurons": 400, "excitatory": 300, "inhibitory": 100})
    program = SimpleNamespace(simulate=lambda *_: (whole, "build"))
    row, _ = measure(program, {"protocol": "base", "neurons": "excitatory=40", **values}, cuba)
    every, _ = measure(program, {"protocol": "base", **values}, cuba)
    start_s, stop_s = values["transient"], values["transient"] + 0.5
    few = sampled(whole, {"excitatory": 40}, 3, 3).spikes["excitatory"]
    inside = (few.times_s >= start_s) & (few.times_s < stop_s)
    assert row["rate_excitatory"] == pytest.approx(inside.sum() / 40 / 0.5)
    assert row["rate_excitatory"] != every["rate_excitatory"]
    assert row["rate_inhibitory"] == every["rate_inhibitory"]


def test_trials_of_a_fit_ask_for_them_and_the_command_of_a_row_does(model):
    assert read(said({"E": 40, "I": 20})) == {"E": 40, "I": 20}
    fit = parse(Fit, CONTENT | {"neurons": {"E": 40, "I": 20}}, "fit.yaml")
    points = fit.points(model, ["touch"], {name: span.low for name, span in fit.free.items()})
    assert {point["neurons"] for point in points} == {"E=40 I=20"}
    assert "--neurons E=40 --neurons I=20" in lineage.command(points[0], model, {})
    with pytest.raises(ConfigError, match="neurons goes without first_trials"):
        parse(Fit, CONTENT | {"neurons": {"E": 4}, "first_trials": {"sweep": "a", "best": 1}}, "fit.yaml")
    with pytest.raises(ConfigError, match=r"fit.yaml: neurons: unknown population 'e'; nearest known: E"):
        refuse_neurons({"e": 4}, model, "fit.yaml: neurons")
    with pytest.raises(ConfigError, match=r"E = 9999 must be at most \d+, all that there are"):
        refuse_neurons({"E": 9999}, model, "fit.yaml: neurons")


def test_simulate_measures_so_many_of_them(program):
    fixed = ["simulate", "--protocol", "whisking", "--duration", "0.5", "--json", "--results", RESULTS]
    few = json.loads(pipeline(*fixed, "--neurons", "I=10").stdout)
    whole = json.loads(pipeline(*fixed).stdout)
    assert few["neurons"] == "I=10"
    assert few["n_active_I"] <= 10 < whole["n_active_I"]
    assert few["rate_E"] == whole["rate_E"]
    for word in ("I", "I=0", "=3", "I=2.5"):
        assert "is not POPULATION=N" in pipeline("simulate", "--neurons", word, code=2).stderr


@pytest.mark.parametrize("rate", [lambda recording: 5.0, lambda recording: None], ids=["other", "undefined"])
def test_a_network_lives_by_all_of_its_neurons(monkeypatch, rate):
    """8 neurons of skewed rates called 8 of 200 living networks silent; an own rate that is none was a TypeError."""
    model = read_model("networks/cuba").model_copy(update={"alive": {"excitatory": (0.5, 100.0)}})
    spikes = {name: Spikes(np.empty(0), np.empty(0, int), 100) for name in model.populations}
    spikes["excitatory"] = Spikes(np.linspace(0.3, 0.7, 60), np.full(60, 3), 100)  # one neuron fires, of a hundred
    program = SimpleNamespace(simulate=lambda *_: (NetworkRecording(spikes, {}, None, 0.0, 0.0, 0.0), "build"))
    point = {**model.point("base", {"transient": 0.0, "duration": 1.0}), "protocol": "base"}
    envelope = Envelope.of(model)
    row, _ = measure(program, {**point, "neurons": "excitatory=2"}, model)
    assert row["rate_excitatory"] == 0
    assert envelope.beyond(row)[1] is None
    assert "whole_rate_excitatory" not in measure(program, point, model)[0]
    own = {"rate_excitatory": rate(None)}
    monkeypatch.setattr(rows, "measured", lambda *_: dict.fromkeys(["rate_inhibitory", "rate_neurons"], 0.0) | own)
    assert envelope.beyond(measure(program, point, model)[0])[1] is None
