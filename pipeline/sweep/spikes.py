"""Spikes of points: as tables, and kept one by one until those of all points of a job are joined."""

from pathlib import Path

import pyarrow as pa

from pipeline.config.reader import ConfigError
from pipeline.config.tables import read_table, write_table
from pipeline.engine.recording import NetworkRecording

SPIKES = {"point": pa.int32(), "population": pa.string(), "neuron": pa.int32(), "t_s": pa.float64()}
"""Columns of a table of spikes."""

FOLDER = "spikes"
"""Where they are kept one by one, beside the journal of their rows."""


def spike_table(point: int, recording: NetworkRecording) -> pa.Table:
    """Return all spikes of a recording: point, population, neuron, t_s."""
    parts = []
    for population, spikes in recording.spikes.items():
        n = len(spikes.neurons)
        columns = {
            "point": _numbered(point, n),
            "population": pa.array([population] * n, pa.string()),
            "neuron": pa.array(spikes.neurons, pa.int32()),
            "t_s": pa.array(spikes.times_s.astype(float), pa.float64()),
        }
        parts.append(pa.table(columns))
    return pa.concat_tables(parts) if parts else pa.table({name: pa.array([], kind) for name, kind in SPIKES.items()})


class KeptSpikes:
    """The spikes of points that are simulated, by the keys of their rows: an interrupted job goes on from them."""

    def __init__(self, journal: Path) -> None:
        """Keep them beside the folder `journal`."""
        self._folder = journal.parent / FOLDER

    def path(self, key: str) -> Path:
        """Return where the spikes of a point are kept."""
        return self._folder / f"{key}.parquet"

    def keep(self, key: str, spikes: pa.Table) -> None:
        """Keep the spikes of a point."""
        write_table(self.path(key), spikes)

    def of(self, key: str, point: int) -> pa.Table | None:
        """Return the spikes of a point under its number, None where they are not kept, or damaged."""
        try:
            spikes = read_table(self.path(key), SPIKES)
        except ConfigError:
            return None
        return spikes.set_column(0, "point", _numbered(point, len(spikes)))

    def forget(self, key: str) -> None:
        """Take the spikes of a point away: they are joined to those of others."""
        self.path(key).unlink(missing_ok=True)


def _numbered(point: int, n: int) -> pa.Array:
    return pa.array([point] * n, pa.int32())
