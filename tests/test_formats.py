"""Files of spike trains, as written, as their own readers take them, and what is exported into them."""

import re
from dataclasses import replace

import h5py
import libsonata
import neo
import numpy as np
import pynwb
import pytest
import quantities as pq
from recorded import CUBA, described, verb

from pipeline.config.reader import ConfigError
from pipeline.engine.recording import Divergence, NetworkRecording, Spikes
from pipeline.engine.scripts import ScriptEngine
from pipeline.measure.network import feature_table
from pipeline.network.reading import read_model
from pipeline.recordings import formats
from pipeline.recordings.described import read_described, shown


@pytest.mark.parametrize("ending", [".nwb", ".csv", ".h5"])
def test_what_is_written_is_read_again(trains, tmp_path, ending):
    path = tmp_path / f"spikes{ending}"
    formats.write(path, trains, 4.0, "two populations")
    found = formats.read(path, "population" if ending == ".nwb" else None)
    for name, train in trains.items():
        order = np.lexsort((train.times_s, train.neurons))
        got = found.spikes[name]
        again = np.lexsort((got.times_s, got.neurons))
        if ending == ".csv":  # units are those that are named, the silent one first
            assert sorted(np.bincount(got.neurons, minlength=got.size)) == sorted(
                np.bincount(train.neurons, minlength=train.size)
            )
            assert np.sort(got.times_s) == pytest.approx(np.sort(train.times_s), abs=1e-6)
            continue
        assert got.times_s[again] == pytest.approx(train.times_s[order], abs=1e-9)
        assert (got.neurons[again] == train.neurons[order]).all()
        assert (
            got.size == train.size if ending == ".nwb" else train.size - 1 <= got.size <= train.size
        )  # SONATA knows no silence
    assert found.last_s == pytest.approx(4.0, abs=0.1)
    assert {name: one.tolist() for name, one in found.observed.items()} == (
        {"E": [[0, 4]], "I": [[0, 4]]} if ending == ".nwb" else {}
    )


def test_files_are_what_their_own_readers_take_for_sound(trains, tmp_path):
    formats.write(tmp_path / "a.nwb", trains, 4.0, "two populations")
    assert pynwb.validate(path=str(tmp_path / "a.nwb")) in ([], ([], 0))
    formats.write(tmp_path / "a.h5", trains, 4.0, "two populations")
    read = libsonata.SpikeReader(str(tmp_path / "a.h5"))
    assert sorted(read.get_population_names()) == ["E", "I"]
    assert read["I"].sorting == "by_time"
    got = read["I"].get()
    assert len(got) == len(trains["I"].times_s)
    assert got[0][1] == pytest.approx(1000 * trains["I"].times_s.min())
    with h5py.File(tmp_path / "a.h5") as file:
        assert file.attrs["magic"] == 0x0A7A


def test_a_recording_of_neo_has_its_groups_epochs_and_events(trains, tmp_path):
    segment = neo.Segment()
    for name, train in trains.items():
        for unit in range(train.size):
            times = np.sort(train.times_s[train.neurons == unit])
            segment.spiketrains.append(neo.SpikeTrain(times * pq.s, t_stop=4.0 * pq.s, kind=name))
    segment.epochs.append(neo.Epoch([0.5, 2.0] * pq.s, [1.0, 1.5] * pq.s, ["a", "b"], name="whisking"))
    segment.events.append(neo.Event([1.0, 3.0] * pq.s, ["", ""], name="touch"))
    block = neo.Block()
    block.segments.append(segment)
    path = tmp_path / "a.pkl"
    neo.io.PickleIO(str(path)).write_block(block)
    found = formats.read(path, "kind")
    assert {name: train.size for name, train in found.spikes.items()} == {"E": 6, "I": 3}
    assert found.intervals["whisking"].tolist() == [[0.5, 1.5], [2.0, 3.5]]
    assert found.events["touch"].tolist() == [1.0, 3.0]
    assert found.last_s == 4.0
    with pytest.raises(ConfigError, match=r"a train has no annotation 'kinds'; nearest known: kind"):
        formats.read(path, "kinds")


def test_no_more_neurons_are_exported_than_there_are(tmp_path, monkeypatch):
    """One that is not there would count as silent; and what diverged is no recording."""
    recording = NetworkRecording({"excitatory": Spikes([0.3, 0.9], [0, 1], 2)}, {}, None, 0, 0, 0)
    monkeypatch.setattr(ScriptEngine, "simulate", lambda *_: (recording, "build"))
    out, options = tmp_path / "a.nwb", ["--model", CUBA, "--duration", "1", "--results", str(tmp_path)]
    for asked, size in ((1, 1), (5, 2)):
        verb("export", *options, "--neurons", str(asked), "--out", str(out))
        assert formats.read(out, "population").spikes["excitatory"].size == size
    lost = replace(recording, divergence=Divergence("excitatory", "v", 1, 0.4))
    monkeypatch.setattr(ScriptEngine, "simulate", lambda *_: (lost, "build"))
    with pytest.raises(ConfigError, match=r"export: v of excitatory\[1\] is not finite .* nothing was written"):
        verb("export", *options, "--out", str(tmp_path / "b.nwb"))
    assert not (tmp_path / "b.nwb").exists()


def test_times_that_are_no_seconds_are_refused_and_odd_ones_are_told(trains, tmp_path):
    """Rates were a thousandth, a tenth or twice of what they were, without a word."""
    model = read_model(CUBA)

    def odd(scale=1.0, twice=1, **more):
        made = {
            name: Spikes(np.tile(scale * train.times_s, twice), np.tile(train.neurons, twice), train.size)
            for name, train in trains.items()
        }
        formats.write(tmp_path / "spikes.csv", made, 4.0, "")
        path = described(tmp_path, {"base": {"intervals": [[0, 2]]}}, **more)
        return shown(path, read_described(path, model))[1]

    n = sum(len(train.times_s) for train in trains.values())
    assert odd(recorded=[[0, 4]]) == []
    with pytest.raises(
        ConfigError, match=rf"recorded: \d+ of {n} spikes are at other times, up to .*: are they in seconds"
    ):
        odd(1000, recorded=[[0, 4]])
    (said,) = odd(recorded=[[0, 3.5]])
    assert re.fullmatch(rf"\d+ of {n} spikes are outside of `recorded` and do not count", said)
    (said,) = odd(recorded=[[0, 40]])
    assert said.startswith("`recorded` goes on to 40 s, and the last spike is at 3.9")
    n = len(trains["I"].times_s)
    said = f"inhibitory: {n} spikes are at the very time of another of their unit: is each there once?"
    assert odd(twice=2)[1] == said


def test_a_neuron_of_a_population_and_of_a_part_of_it_is_exported_once_and_is_no_pair(tmp_path, monkeypatch):
    """Pairs of a neuron with itself made the correlation of a whole and its part three times as large."""
    part, rest = Spikes([0.3, 0.9], [0, 1], 2), Spikes([0.5], [0], 1)
    whole = Spikes([0.3, 0.9, 0.5], [0, 1, 2], 3)
    recording = NetworkRecording({"neurons": whole, "excitatory": part, "inhibitory": rest}, {}, None, 0, 0, 0)
    monkeypatch.setattr(ScriptEngine, "simulate", lambda *_: (recording, "build"))
    out = tmp_path / "a.nwb"
    verb("export", "--model", CUBA, "--duration", "1", "--results", str(tmp_path), "--out", str(out))
    assert {name: one.size for name, one in formats.read(out, "population").spikes.items()} == {
        "excitatory": 2,
        "inhibitory": 1,
    }
    known = feature_table(read_model(CUBA))
    pairs = [one.populations for one in known.values() if len(one.populations) == 2]
    assert set(pairs) == {("excitatory", "inhibitory")}


def test_times_that_are_not_finite_are_refused_with_their_line(tmp_path):
    (tmp_path / "a.csv").write_text("group,unit,t_s\nE,1,0.5\nE,1,nan\n")
    with pytest.raises(ConfigError, match=r"a\.csv, line 3: t_s = 'nan' must be a number"):
        formats.read(tmp_path / "a.csv", None)


def test_units_that_nothing_tells_apart_are_a_column_that_was_not_named(trains, tmp_path):
    model = read_model(CUBA)
    formats.write(tmp_path / "a.nwb", trains, 4.0, "")
    path = described(tmp_path, {"base": {"intervals": [[0, 4]]}}, file=str(tmp_path / "a.nwb"))
    with pytest.raises(ConfigError, match=r"has no group 'E'.*; its units are told apart by column: population"):
        shown(path, read_described(path, model))
