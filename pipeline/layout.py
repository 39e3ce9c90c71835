"""Where a run keeps its tables: the paths that its rules share."""

from dataclasses import dataclass

from pipeline import grid
from pipeline.settings import Plan


@dataclass(frozen=True)
class Layout:
    """Paths below the folder of results of a plan."""

    plan: Plan

    def features(self, sweep: str) -> str:
        """Return the table of all rows of a sweep."""
        return f"{self.plan.run.results}/sweeps/{sweep}/features.parquet"

    def rows(self, sweep: str) -> list[str]:
        """Return the tables of rows of the chunks of a sweep."""
        return self._chunks(sweep, "parquet")

    def spikes(self, sweep: str) -> list[str]:
        """Return the tables of spikes of the chunks of a sweep that keeps them."""
        return self._chunks(sweep, "spikes.parquet")

    def _chunks(self, sweep: str, ending: str) -> list[str]:
        n = grid.n_chunks(self.plan.sweeps[sweep], self.plan.model, self.plan.run.chunk_s)
        return [f"{self.plan.run.results}/sweeps/{sweep}/chunks/{k}-of-{n}.{ending}" for k in range(n)]
