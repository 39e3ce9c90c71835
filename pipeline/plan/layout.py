"""Where a run keeps its tables: the paths that its rules share."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.network.model import Model
from pipeline.sweep import grid
from pipeline.sweep.design import Sweep


@dataclass(frozen=True)
class Layout:
    """Paths below the folder `results`; a job of a sweep simulates about `chunk_s` biological seconds."""

    results: str
    sweeps: Mapping[str, Sweep]
    model: Model
    chunk_s: float

    def features(self, sweep: str) -> str:
        """Return the table of all rows of a sweep."""
        return f"{self.results}/sweeps/{sweep}/features.parquet"

    def rows(self, sweep: str) -> list[str]:
        """Return the tables of rows of the chunks of a sweep."""
        return self._chunks(sweep, "parquet")

    def spikes(self, sweep: str) -> list[str]:
        """Return the tables of spikes of the chunks of a sweep that keeps them."""
        return self._chunks(sweep, "spikes.parquet")

    def _chunks(self, sweep: str, ending: str) -> list[str]:
        n = grid.n_chunks(self.sweeps[sweep], self.model, self.chunk_s)
        return [f"{self.results}/sweeps/{sweep}/chunks/{k}-of-{n}.{ending}" for k in range(n)]
