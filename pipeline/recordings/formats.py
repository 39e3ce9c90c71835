"""Files of spike trains: NWB, SONATA, plain CSV, and whatever else Neo reads.

NWB (Neurodata Without Borders, Ruebel et al. 2022) by pynwb; SONATA (Dai et al. 2020) by h5py, as its specification
says; CSV with the columns group, unit, t_s, where a unit without a spike has a row with no time. pynwb, h5py and neo
are extras: pip install '.[recordings]' in the clone.
"""

import csv
import importlib.util
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.config.reader import ConfigError, nearest, unreadable
from pipeline.config.tables import written_whole
from pipeline.engine.recording import Spikes
from pipeline.recordings.recorded import Recorded, grouped, observed

ALL = "all"
"""The group of all units, where a recording does not tell them apart."""

TIMES = ("spike_times", "obs_intervals")
"""Columns of NWB's units that tell none apart."""

SONATA_S = {"ms": 1e-3, "s": 1.0}
"""Units of time in SONATA, in s."""

SONATA_MAGIC, SONATA_VERSION = 0x0A7A, (0, 1)


def read(path: Path, column: str | None) -> Recorded:
    """Return the recording in a file, its units grouped by a `column` of NWB or an annotation of Neo; ConfigError."""
    try:
        match path.suffix:
            case ".csv":
                return _read_csv(path)
            case ".nwb":
                return _read_nwb(path, column)
            case ".h5":
                return _read_sonata(path)
        return _read_neo(path, column)
    except ConfigError:
        raise
    except (OSError, KeyError, ValueError) as error:
        raise unreadable(path, error) from None


def write(path: Path, spikes: Mapping[str, Spikes], stop_s: float, about: str) -> None:
    """Write spikes by population to an NWB (.nwb), SONATA (.h5) or CSV file; `about`: what made them."""
    with written_whole(path) as part:
        match path.suffix:
            case ".nwb":
                _write_nwb(part, spikes, stop_s, about)
            case ".h5":
                _write_sonata(part, spikes)
            case ".csv":
                _write_csv(part, spikes)


def refuse_missing(path: Path) -> None:
    """Raise ConfigError unless what writes a file of that ending is there."""
    for ending, package in ((".nwb", "pynwb"), (".h5", "h5py")):
        if path.suffix == ending:
            needs(package, path)


def needs(package: str, path: Path) -> None:
    """Raise ConfigError unless an optional package is there."""
    if importlib.util.find_spec(package) is None:
        raise ConfigError(f"{path}: needs the package {package}, which is not installed: pip install {package}.")


def _read_csv(path: Path) -> Recorded:
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"group", "unit", "t_s"} <= set(rows[0]):
        raise ConfigError(f"{path}: must have the columns group, unit, t_s and a row for each spike.")
    units = list(dict.fromkeys((row["group"], row["unit"]) for row in rows))
    times: dict[tuple[str, str], list[float]] = {unit: [] for unit in units}
    for line, row in enumerate(rows, 2):
        if row["t_s"] is None:
            raise ConfigError(f"{path}, line {line}: has no t_s; each row has group, unit, t_s.")
        if row["t_s"] == "":  # a unit that was recorded and did not spike
            continue
        try:
            times[row["group"], row["unit"]].append(_finite(row["t_s"]))
        except ValueError:
            raise ConfigError(f"{path}, line {line}: t_s = {row['t_s']!r} must be a number.") from None
    last = max((max(train) for train in times.values() if train), default=0.0)
    return Recorded(grouped([np.array(train) for train in times.values()], [group for group, _ in units]), last)


def _finite(text: str) -> float:
    """Return the number of a text; ValueError where it is none, or not finite."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _write_csv(path: Path, spikes: Mapping[str, Spikes]) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("group", "unit", "t_s"))
        for name, train in spikes.items():
            rows.writerows((name, unit, "") for unit in np.setdiff1d(np.arange(train.size), train.neurons))
            rows.writerows((name, int(unit), f"{t:.7f}") for t, unit in zip(train.times_s, train.neurons, strict=True))


def _read_nwb(path: Path, column: str | None) -> Recorded:
    needs("pynwb", path)
    import pynwb

    with pynwb.NWBHDF5IO(path, "r") as file:
        nwb = file.read()
        if nwb.units is None or "spike_times" not in nwb.units.colnames:
            raise ConfigError(f"{path}: has no units with spike times.")
        known = list(nwb.units.colnames)
        if column is not None and column not in known:
            raise ConfigError(f"{path}: its units have no column {column!r}{nearest(column, known)}.")
        trains = [np.array(nwb.units.get_unit_spike_times(k)) for k in range(len(nwb.units))]
        groups = [ALL] * len(trains) if column is None else [str(value) for value in nwb.units[column][:]]
        intervals = {
            name: np.column_stack([table["start_time"][:], table["stop_time"][:]])
            for name, table in (nwb.intervals or {}).items()
        }
        if nwb.trials is not None:
            intervals["trials"] = np.column_stack([nwb.trials["start_time"][:], nwb.trials["stop_time"][:]])
        events = {
            name: np.asarray(series.timestamps[:])
            for name, series in _series(nwb)
            if getattr(series, "timestamps", None) is not None
        }
        ends = [train.max() for train in trains if len(train)] + [
            table.max() for table in intervals.values() if len(table)
        ]
        when = [np.asarray(one) for one in nwb.units["obs_intervals"][:]] if "obs_intervals" in known else []
    last_s, columns = float(max(ends, default=0.0)), [name for name in known if name not in TIMES]
    invalid = intervals.pop("invalid_times", np.empty((0, 2)))
    return Recorded(grouped(trains, groups), last_s, intervals, events, observed(when, groups), columns, invalid)


def _series(nwb: Any) -> list[tuple[str, Any]]:
    """Return all time series that have a name, those of stimuli, acquisitions and of processing."""
    found = [*nwb.acquisition.items(), *nwb.stimulus.items()]
    for module in nwb.processing.values():
        for name, one in module.data_interfaces.items():
            inner = getattr(one, "time_series", None)
            found += list(inner.items()) if inner else [(name, one)]
    return found


def _write_nwb(path: Path, spikes: Mapping[str, Spikes], stop_s: float, about: str) -> None:
    needs("pynwb", path)
    import uuid

    import pynwb

    nwb = pynwb.NWBFile(
        session_description=about,
        identifier=str(uuid.uuid5(uuid.NAMESPACE_URL, about)),
        session_start_time=datetime.now(UTC),  # which NWB asks for
    )
    nwb.add_unit_column("population", "population of the network that the neuron belongs to")
    for name, train in spikes.items():
        order = np.lexsort((train.times_s, train.neurons))
        times = np.split(train.times_s[order], np.searchsorted(train.neurons[order], np.arange(1, train.size)))
        for one in times:
            nwb.add_unit(spike_times=one, obs_intervals=[[0.0, stop_s]], population=name)
    with pynwb.NWBHDF5IO(path, "w") as file:
        file.write(nwb)


def _read_sonata(path: Path) -> Recorded:
    needs("h5py", path)
    import h5py

    with h5py.File(path) as file:
        if "spikes" not in file:
            raise ConfigError(f"{path}: has no group 'spikes', as a SONATA file of spikes has.")
        found = {}
        for name, group in file["spikes"].items():
            unit = group["timestamps"].attrs.get("units", "ms")
            unit = unit.decode() if isinstance(unit, bytes) else str(unit)
            if unit not in SONATA_S:
                raise ConfigError(f"{path}: the timestamps of {name} are in {unit!r}; known are {', '.join(SONATA_S)}.")
            scale = SONATA_S[unit]
            times, neurons = scale * np.asarray(group["timestamps"][:], float), np.asarray(group["node_ids"][:], int)
            found[name] = Spikes(times, neurons, int(neurons.max(initial=-1)) + 1)
    return Recorded(found, float(max((one.times_s.max(initial=0) for one in found.values()), default=0.0)))


def _write_sonata(path: Path, spikes: Mapping[str, Spikes]) -> None:
    needs("h5py", path)
    import h5py

    with h5py.File(path, "w") as file:
        file.attrs["magic"] = np.uint32(SONATA_MAGIC)
        file.attrs["version"] = np.array(SONATA_VERSION, np.uint32)
        kinds = h5py.enum_dtype({"none": 0, "by_id": 1, "by_time": 2}, "u1")
        for name, train in spikes.items():
            group = file.create_group(f"spikes/{name}")
            group.attrs.create("sorting", 2, dtype=kinds)
            order = np.lexsort((train.neurons, train.times_s))
            group.create_dataset("timestamps", data=1000 * train.times_s[order]).attrs["units"] = "ms"
            group.create_dataset("node_ids", data=train.neurons[order].astype(np.uint64))


def _read_neo(path: Path, column: str | None) -> Recorded:
    needs("neo", path)
    import neo

    try:
        block = neo.io.get_io(str(path)).read_block()
    except Exception as error:
        raise ConfigError(f"{path}: Neo cannot read it: {type(error).__name__}: {error}.") from None
    if len(block.segments) != 1:
        raise ConfigError(f"{path}: has {len(block.segments)} segments; one recording without a gap is needed.")
    (segment,) = block.segments
    trains, groups, when = [], [], []
    for train in segment.spiketrains:
        known = {**train.annotations, "name": train.name}
        if column is not None and known.get(column) is None:
            raise ConfigError(f"{path}: a train has no annotation {column!r}{nearest(column, known)}.")
        trains.append(_seconds(train))
        groups.append(ALL if column is None else str(known[column]))
        when.append(np.array([[_seconds(train.t_start), _seconds(train.t_stop)]], float))
    intervals = {
        epoch.name or "epochs": np.column_stack([_seconds(epoch.times), _seconds(epoch.times + epoch.durations)])
        for epoch in segment.epochs
    }
    events = {event.name or "events": _seconds(event.times) for event in segment.events}
    last_s = max((float(one[0, 1]) for one in when), default=0.0)
    columns = sorted({name for train in segment.spiketrains for name in train.annotations})
    return Recorded(grouped(trains, groups), last_s, intervals, events, observed(when, groups), columns)


def _seconds(times: Any) -> np.ndarray:
    """Return a quantity of Neo in s."""
    return np.asarray(times.rescale("s").magnitude, float)
