"""Which part of a recording is compared: windows of a protocol, and when what was recorded."""

import h5py
import numpy as np
import pynwb
import pytest
from recorded import CUBA, described

from pipeline.config.reader import ConfigError
from pipeline.engine.recording import Spikes
from pipeline.network.reading import read_model
from pipeline.recordings import formats
from pipeline.recordings.described import read_described, shown
from pipeline.recordings.recorded import cut


def test_windows_are_put_one_behind_the_other():
    spikes = Spikes([0.1, 0.4, 1.05, 1.2, 1.9], [0, 1, 0, 1, 0], 2)
    found = cut(spikes, np.array([[0.3, 0.5], [1.0, 1.5]]))
    assert found.times_s.tolist() == pytest.approx([0.1, 0.25, 0.4])
    assert found.neurons.tolist() == [1, 0, 1]
    assert found.size == 2


def test_a_spike_within_rounding_of_an_edge_is_on_it():
    """A step of a simulation is not exactly where its multiple is."""
    found = cut(Spikes([0.3 - 1e-12, 0.5 - 1e-12], [0, 0], 1), np.array([[0.3, 0.5]]))
    assert found.times_s.tolist() == [0]


def test_events_and_intervals_give_windows_and_bad_ones_are_refused(trains, tmp_path):
    model = read_model(CUBA)
    formats.write(tmp_path / "spikes.csv", trains, 4.0, "")

    def windows(**when):
        path = described(tmp_path, {"base": when})
        return shown(path, read_described(path, model))[0]["base"].windows.tolist()

    assert windows(intervals=[[0.5, 1.0], [2.0, 2.5]]) == [[0.5, 1.0], [2.0, 2.5]]
    assert windows(intervals=[[0.0, 0.35]], piece=0.1) == pytest.approx(np.array([[0, 0.1], [0.1, 0.2], [0.2, 0.3]]))
    # the second is within the window of the first, the last ends after the recording
    assert windows(events=[1.0, 1.1, 2.0, 3.99], before=0.05, after=0.1) == pytest.approx(
        np.array([[0.95, 1.1], [1.95, 2.1]])
    )
    for when, words in (
        (
            {"intervals": [[9, 10]]},
            r"none of 1 windows lies within what was recorded, 0 to [\d.]+ s \(the file does not say .* set recorded",
        ),
        ({"intervals": "whisking"}, "the recording has no intervals 'whisking'; there are: none"),
        ({"events": [1.0]}, "events need before or after"),
        ({}, "either intervals or events"),
    ):
        with pytest.raises(ConfigError, match=words):
            windows(**when)
    with pytest.raises(ConfigError, match=r"unknown protocol 'bass'; nearest known: base"):
        read_described(described(tmp_path, {"bass": {"intervals": [[0, 1]]}}), model)


def _observed_nwb(path, trains, when):
    """Write units E and I of NWB that were observed at times of their own."""
    formats.write(path, trains, 4.0, "")
    with h5py.File(path, "r+") as file:
        units = file["units"]
        flat = [pair for name, train in trains.items() for _ in range(train.size) for pair in when[name]]
        index = np.cumsum([len(when[name]) for name, train in trains.items() for _ in range(train.size)])
        for name, values in (("obs_intervals", np.array(flat)), ("obs_intervals_index", index)):
            attributes = dict(units[name].attrs)
            del units[name]
            made = units.create_dataset(name, data=values)
            made.attrs.update(attributes)
        units["obs_intervals_index"].attrs["target"] = units["obs_intervals"].ref


def test_no_intervals_are_refused_in_a_sentence(trains, tmp_path):
    """Catches a traceback where a list of intervals, or a table of epochs in the file, is empty."""
    formats.write(tmp_path / "spikes.csv", trains, 4.0, "")
    path = described(tmp_path, {"base": {"intervals": [], "piece": 0.1}}, recorded=[[0, 4]])
    with pytest.raises(ConfigError, match="none of 0 windows"):
        shown(path, read_described(path, read_model(CUBA)))


def test_windows_lie_where_all_units_were_recorded(trains, tmp_path):
    """Catches a rate over time in which a probe was not there, which is too low."""
    model = read_model(CUBA)
    _observed_nwb(tmp_path / "a.nwb", trains, {"E": [[0.5, 2.0], [2.5, 4.0]], "I": [[0.0, 3.0]]})
    base = {"base": {"intervals": [[0, 4]], "piece": 0.5}}
    path = described(tmp_path, base, file=str(tmp_path / "a.nwb"), column="population")
    seen = shown(path, read_described(path, model))[0]["base"]
    assert seen.windows[:, 0].tolist() == [0.5, 1.0, 1.5, 2.5]
    assert seen.left == 4
    # what the file says and what the description says both hold
    path = described(tmp_path, base, file=str(tmp_path / "a.nwb"), column="population", recorded=[[1, 4]])
    assert shown(path, read_described(path, model))[0]["base"].windows[:, 0].tolist() == [1.0, 1.5, 2.5]


def test_a_table_of_spikes_is_as_long_as_its_description_says(trains, tmp_path):
    """Catches the last window, which ends after the last spike, and so was never used."""
    model = read_model(CUBA)
    formats.write(tmp_path / "spikes.csv", trains, 4.0, "")
    path = described(tmp_path, {"base": {"intervals": [[0, 4]]}}, recorded=[[0, 4]])
    assert shown(path, read_described(path, model))[0]["base"].windows.tolist() == [[0, 4]]


def test_times_that_a_file_calls_invalid_are_no_part_of_a_window(trains, tmp_path):
    path = tmp_path / "a.nwb"
    formats.write(path, trains, 4.0, "")
    with pynwb.NWBHDF5IO(str(path), "r+") as file:
        nwb = file.read()
        nwb.add_invalid_time_interval(start_time=1.0, stop_time=1.1)
        file.write(nwb)
    said = described(
        tmp_path, {"base": {"intervals": [[0.2, 0.9], [0.9, 1.2], [1.1, 2.0]]}}, file=f"{path}", column="population"
    )
    seen = shown(said, read_described(said, read_model(CUBA)))[0]["base"]
    assert seen.windows.tolist() == [[0.2, 0.9], [1.1, 2.0]]
    assert seen.left == 1
    said = described(tmp_path, {"base": {"intervals": "invalid_times"}}, file=f"{path}", column="population")
    with pytest.raises(ConfigError, match="invalid_times"):
        shown(said, read_described(said, read_model(CUBA)))
