"""Fits of the benchmarks, batch by batch, so that they can be stopped by the clock."""

import json
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.config.tables import Row
from pipeline.engine.scripts import ScriptEngine
from pipeline.fit import study as studies
from pipeline.fit import trials
from pipeline.fit.fitted import fitted_row
from pipeline.fit.problem import Fit
from pipeline.fit.targets import Target
from pipeline.network.model import Model
from pipeline.records.record import keep
from pipeline.sweep.rows import Measurements


@dataclass(frozen=True)
class Search:
    """One fit in a folder of its own."""

    fit: Fit
    targets: tuple[Target, ...]
    model: Model
    program: ScriptEngine
    folder: Path
    cores: int

    def batches(self) -> Iterator[tuple[studies.Study, float]]:
        """Run the fit; yield, after each batch of trials, the study and the CPU s spent, those of the sampler included.

        Begins anew, since what a journal holds would take no time.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        log = self.folder / "study.log"
        record = keep(self.folder, self.program, {"fit": self.fit.model_dump(mode="json")})
        measurements = Measurements(self.program, self.model, record, self.folder / "journal", "fit", "fit")
        sampling_s, done = 0.0, 0
        while done < self.fit.trials:
            done = min(done + self.fit.batch, self.fit.trials)
            begin = time.process_time()
            some = self.fit.model_copy(update={"trials": done})
            study = studies.Study(some, self.targets, self.model, measurements, log, self.program.meaning, [])
            study.search(self.cores)
            sampling_s += time.process_time() - begin
            yield study, sampling_s + sum(row["cpu_s"] or 0 for row in trials.rows(study.study, study.fit))


def finished(path: Path, options: Mapping[str, Any]) -> Any:
    """Return the results that a benchmark with the same options left in `path` when it was interrupted, or None."""
    content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return content["results"] if content.get("options") == options else None


def with_rows(table: pd.DataFrame, rows: Iterable[Row]) -> pd.DataFrame:
    """Return a table of what was found, whose columns are those it keeps, with more rows."""
    more = pd.DataFrame(rows).reindex(columns=table.columns)
    return pd.concat([table, more], ignore_index=True) if len(table) else more


def fresh(
    search: Search, study: studies.Study, number: int | None = None
) -> tuple[Mapping[str, float], pd.DataFrame, float]:
    """Simulate a trial, the best if None, on the networks of `check`; return its knobs, the fitted table, its score."""
    trial, rows, score = study.check(search.cores, number)
    return (
        dict(trial.params),
        pd.DataFrame([fitted_row(target, rows, study.envelope) for target in search.targets]),
        score,
    )


def trials_of(study: studies.Study) -> pd.DataFrame:
    """Return the table of trials."""
    rows: list[Row] = trials.rows(study.study, study.fit)
    return pd.DataFrame(rows)
