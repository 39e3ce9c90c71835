"""Windows of a recording that are not what a simulation of their length would be, and files that are no recordings."""

import re
from datetime import UTC, datetime

import h5py
import numpy as np
import pynwb
import pytest
import yaml

from pipeline.config.reader import ConfigError
from pipeline.engine.recording import Spikes
from pipeline.fit.targets import read_targets
from pipeline.network.model import Times
from pipeline.network.reading import read_model
from pipeline.recordings import aims, formats
from pipeline.recordings.described import read_described
from pipeline.recordings.recorded import merged, without

CUBA = "networks/cuba"


def _poisson(rng, size, rate, stop_s):
    n = rng.poisson(rate * stop_s, size)
    return Spikes(rng.uniform(0, stop_s, n.sum()), np.repeat(np.arange(size), n), size)


@pytest.fixture
def made(tmp_path):
    """Return what describes spikes of the excitatory neurons, and gives their targets and what is said."""

    def targets(train, when, model=None, **more):
        model = model or read_model(CUBA)
        formats.write(tmp_path / "spikes.csv", {"E": train}, 0, "")
        path = tmp_path / "recording.yaml"
        content = {"file": f"{tmp_path}/spikes.csv", "source": "mine", "populations": {"excitatory": ["E"]}}
        path.write_text(yaml.safe_dump(content | {"protocols": {"base": when}} | more))
        found, said = aims.targets(path, read_described(path, model), model)
        return found.set_index("feature"), said

    return targets


def _answers(cycles, onset_s):
    """Return spikes of 30 neurons, a half of which answer an event at that time of cycles of 100 ms."""
    rng = np.random.default_rng(1)
    hits = [np.flatnonzero(rng.random(cycles) < 0.5) for _ in range(30)]
    times = np.concatenate([0.1 * hit + onset_s + rng.uniform(0.003, 0.008, len(hit)) for hit in hits])
    return Spikes(times, np.repeat(np.arange(30), [len(hit) for hit in hits]), 30)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (0.02, 0.08, None),
        (0.12, 0.08, None),  # two cycles, the event where it is in the second
        (0.05, 0.05, "the event is 0.05 s after the begin of a window, and in the network 0.02 s"),
        (0.02, 0.10, "windows of 0.12 s are no whole cycles of the network, of 0.1 s"),
    ],
)
def test_windows_that_are_no_cycles_give_no_responses(made, before, after, why):
    """A response of 0.5 spikes an event became 0.24, 0 or -0.2, without a word."""
    model = read_model(CUBA).model_copy(update={"events": Times(period_ms=100, onset_ms=20)})
    step = 2 if before + after > 0.1 else 1  # windows must not overlap
    when = {"events": [0.1 * k + 0.02 for k in range(2, 80, step)], "before": before, "after": after}
    found, said = made(_answers(80, 0.02), when, model, recorded=[[0, 8]])
    assert "rate_excitatory" in found.index
    if why is None:
        assert found.loc["response_excitatory", "mean"] == pytest.approx(0.5, abs=0.1)
        return
    assert not {"response_excitatory", "latency_excitatory", "locking_excitatory"} & set(found.index)
    assert any("no targets are" in one and "response_excitatory" in one and why in one for one in said)
    with pytest.raises(ConfigError, match=f"response_excitatory is no target: {why}"):
        made(_answers(80, 0.02), when, model, recorded=[[0, 8]], features=["response_excitatory"])


def test_intervals_that_windows_cut_give_no_cv(made):
    """100 windows of 0.1 s made a CV of 0.75 of Poisson neurons with 8 spikes/s, which is 1: 7 sd off."""
    train = _poisson(np.random.default_rng(2), 40, 8.0, 20.0)
    found, _ = made(train, {"intervals": [[0, 20]]}, recorded=[[0, 20]])
    assert found.loc["cv_excitatory", "mean"] == pytest.approx(1, abs=3 * found.loc["cv_excitatory", "sd"])
    apart = [[0.2 * k, 0.2 * k + 0.1] for k in range(100)]
    found, said = made(train, {"intervals": apart}, recorded=[[0, 20]])
    assert "cv_excitatory" not in found.index
    assert "rate_excitatory" in found.index
    assert found.loc["lv_excitatory", "mean"] == pytest.approx(1, abs=3 * found.loc["lv_excitatory", "sd"])
    assert any(re.search(r"no targets are .*cv_excitatory.*% of the intervals .* are cut by the ends", x) for x in said)


def test_milliseconds_are_noticed_where_nothing_says_how_long_was_recorded(made):
    """60 s at 5 spikes/s gave a rate of 0.008 spikes/s."""
    train = _poisson(np.random.default_rng(3), 10, 5.0, 60.0)
    slow = Spikes(1000 * train.times_s, train.neurons, 10)
    with pytest.raises(ConfigError, match=r"last spike is at 59\d{3}.* s, .* last window ends at 60 s: .* in seconds"):
        made(slow, {"intervals": [[0, 60]]})


def test_a_population_without_a_spike_gives_no_target_of_rounding(made, tmp_path):
    """Its part of silent neurons was 1 with an sd of 1e-16, and the fit refused the table."""
    model = read_model(CUBA)
    formats.write(tmp_path / "two.csv", {"E": _poisson(np.random.default_rng(4), 9, 6.0, 5.0), "I": Spikes(
        np.empty(0), np.empty(0, int), 20)}, 5.0, "")  # fmt: skip
    path = tmp_path / "two.yaml"
    content = {"file": f"{tmp_path}/two.csv", "source": "mine", "recorded": [[0, 5]]}
    content["populations"] = {"excitatory": ["E"], "inhibitory": ["I"]}
    path.write_text(yaml.safe_dump(content | {"protocols": {"base": {"intervals": [[0, 5]]}}}))
    found, _ = aims.targets(path, read_described(path, model), model)
    found.to_csv(tmp_path / "targets.csv", index=False)
    assert "rate_inhibitory_fraction_silent" not in set(found["feature"])
    assert len(read_targets(tmp_path / "targets.csv", model)) == len(found)


def test_times_that_touch_or_overlap_are_one_and_a_window_may_cross_them(made):
    assert merged(np.array([[2, 4], [0, 2], [3, 5], [6, 7], [8, 8]])).tolist() == [[0, 5], [6, 7]]
    assert without(np.array([[0, 10]]), np.array([[1, 3], [2, 4], [4, 5]])).tolist() == [[0, 1], [5, 10]]
    assert merged(np.empty((0, 2))).shape == (0, 2)
    _, said = made(_poisson(np.random.default_rng(5), 5, 9.0, 4.0), {"intervals": [[1, 3]]}, recorded=[[0, 2], [2, 4]])
    assert said[0].startswith("base: 2 s in 1 windows;")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"populations": {"excitatory": ["E", "E"]}}, "populations.excitatory: 'E' is there twice"),
        ({"protocols": {"base": {"intervals": []}}}, "none of 0 windows"),
    ],
)
def test_what_describes_no_recording_is_refused(made, more, words):
    with pytest.raises(ConfigError, match=words):
        made(_poisson(np.random.default_rng(6), 5, 9.0, 4.0), {"intervals": [[0, 4]]}, **more)


def test_files_that_are_no_recordings_are_refused_in_one_sentence(tmp_path):
    """A short line was a TypeError, a sentence was put into another one, and broken files 'cannot be read (None)'."""
    table, sonata, broken = (tmp_path / name for name in ("a.csv", "a.h5", "b.h5"))
    table.write_text("group,unit,t_s\nE,0,0.5\nE,1\n")
    with h5py.File(sonata, "w") as file:
        file.create_dataset("spikes/E/timestamps", data=[1.0]).attrs["units"] = "seconds"
        file.create_dataset("spikes/E/node_ids", data=[0])
    broken.write_bytes(b"no HDF5")
    for path, words in (
        (table, f"{table}, line 3: has no t_s; each row has group, unit, t_s."),
        (sonata, f"{sonata}: the timestamps of E are in 'seconds'; known are ms, s."),
    ):
        with pytest.raises(ConfigError) as refused:
            formats.read(path, None)
        assert str(refused.value) == words
    with pytest.raises(ConfigError, match=r"b\.h5: cannot be read \((?!None)"):
        formats.read(broken, None)


def test_the_recording_ends_with_the_last_spike_of_an_unsorted_train(tmp_path):
    """A train out of order ended the recording at whatever spike stood last in the file."""
    path = tmp_path / "a.nwb"
    nwb = pynwb.NWBFile(session_description="-", identifier="-", session_start_time=datetime.now(UTC))
    nwb.add_unit(spike_times=[0.5, 3.0, 0.2])
    with pynwb.NWBHDF5IO(path, "w") as file:
        file.write(nwb)
    assert formats.read(path, None).last_s == 3.0
