"""What the folder of a run holds so far: rows of sweeps, trials of the fit, its tables, what went wrong."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import optuna
import pandas as pd
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from pydantic import Field

from pipeline.config.reader import ConfigError, Frozen, Real, parse, read_json
from pipeline.config.tables import read_rows
from pipeline.engine.scripts import meaning
from pipeline.fit import trials as trial_rows
from pipeline.overview.asked import Asked
from pipeline.pages.parts import Verdict
from pipeline.plan import studies
from pipeline.plan.columns import MAY_BE_EMPTY, of_fit
from pipeline.plan.given import FAILED, Failed, about_posterior, features_of, table_of
from pipeline.plan.logs import last_error, last_line
from pipeline.records.done import Done, TrialsKept, done
from pipeline.sweep.rows import Finished

Content = TypeVar("Content")

FIT_TABLES = ("knobs", "fitted", "directions", "good", "leaders", "pareto")

MOST_LIVE = 20_000
"""Rows of an unfinished sweep that are read for its page; of a larger one they are counted."""


@dataclass(frozen=True)
class SweepFound:
    """The rows of a sweep that are there, and how many are finished of all; `whole`: its tables are made."""

    rows: pd.DataFrame
    done: int
    of: int
    whole: bool


@dataclass(frozen=True)
class FitFound:
    """Trials and tables of a fit, those that are there; `failed`: why it ended without a result.

    `parts`: of each trial that is not done, but begun, the part of its runs that is kept.
    """

    trials: pd.DataFrame
    done: int
    of: int
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    posterior: Mapping[str, Any] = field(default_factory=dict)
    surface: Mapping[str, Any] | None = None
    failed: str = ""
    whole: bool = False
    parts: Sequence[float] = ()

    def counts(self) -> str:
        """Return 'x of n trials', and of how many more parts are kept."""
        more = f" and parts of {len(self.parts):,} more" if self.parts else ""
        return f"{self.done:,} of {self.of:,} trials{more}"


@dataclass(frozen=True)
class Found:
    """What a run has made: sweeps by name, the fit, verdicts of a network's own rules, errors of jobs by log."""

    sweeps: Mapping[str, SweepFound]
    fit: FitFound | None
    verdicts: tuple[Verdict, ...]
    errors: Mapping[str, str]

    @property
    def whole(self) -> bool:
        """Whether all tables that were asked for are there."""
        return all(one.whole for one in self.sweeps.values()) and (self.fit is None or self.fit.whole)


class Reader:
    """Reads the folder of a run again and again; what it has read of journals it does not read twice.

    `begun_s`: when a run began that is not over, or stopped (s since 1970). Tables that are older count where the
    journals say that this network and code made them, for the run may be about to make them anew. None of a run that is
    over: all its tables are its own.
    """

    def __init__(self, asked: Asked, begun_s: float | None = None) -> None:
        self._asked, self._begun_s = asked, begun_s
        self._finished: dict[str, tuple[tuple[int, int], Finished]] = {}
        self._refused: dict[str, str] = {}

    @cached_property
    def _done(self) -> Done:
        return done(self._asked.plan)

    @cached_property
    def _kept(self) -> TrialsKept:
        return TrialsKept(self._asked.plan)

    def _current(self, path: Path, there: Callable[[Done], bool]) -> bool:
        """Return whether a table is of this run, or as good as that."""
        if not path.is_file():
            return False
        return self._begun_s is None or path.stat().st_mtime >= self._begun_s or there(self._done)

    def found(self) -> Found:
        """Return what there is now; errors are those of logs that were written since the run began.

        A file that is there but damaged, or another than a run makes, is an error, too, and as if it were not there.
        """
        results = self._asked.results
        self._refused = {}
        sweeps = {name: self._sweep(name) for name in self._asked.plan.sweeps}
        fit = self._fit() if self._asked.plan.fit is not None else None
        verdicts = tuple(self._verdicts(results / "verdicts"))
        return Found(sweeps, fit, verdicts, _errors(results / "logs", self._begun_s or 0.0) | self._refused)

    def _sweep(self, name: str) -> SweepFound:
        sweep = self._asked.plan.sweeps[name]
        folder, size = self._asked.results / "sweeps" / name, sweep.size
        path, model = folder / "features.parquet", self._asked.plan.model
        current = self._current(path, lambda known: known.points[name] >= sweep.least)
        whole = self._read(path, lambda there: features_of(there, model)) if current else None
        if whole is not None and sweep.least <= len(whole) <= size:
            return SweepFound(whole, len(whole), len(whole), True)
        listed = folder / "points.parquet"
        try:
            about = listed.stat()
            written = about.st_mtime_ns, about.st_size  # a changed sweep has other points, once they are listed
            if name not in self._finished or self._finished[name][0] != written:
                points = read_rows(listed)
                keep = len(points) <= MOST_LIVE
                self._finished[name] = written, Finished(folder / "journal", points, meaning(model), model, keep=keep)
        except (OSError, ConfigError):  # not there yet
            return SweepFound(pd.DataFrame(), 0, size, False)
        known = self._finished[name][1]
        return SweepFound(pd.DataFrame(known.rows()), known.done(), size, False)

    def _fit(self) -> FitFound:
        folder, fit = self._asked.results / "fit", self._asked.plan.fit
        if fit is None:
            raise ValueError("this run has no fit")
        failed = self._read(folder / FAILED, lambda path: parse(Failed, read_json(path), path))

        def read(name: str) -> pd.DataFrame | None:
            return self._read(folder / name, lambda path: _filled(table_of(path, of_fit(name, fit)), path))

        table, log, fitted = folder / "trials.parquet", folder / "study.log", folder / "model.yaml"
        current = self._current(table, lambda known: known.trials > 0)  # the table is written when all are made
        trials = read("trials.parquet") if current else None
        if trials is None:
            trials = self._live(log) if self._current(log, lambda known: known.trials > 0) else pd.DataFrame()
        counted = trials[trials["state"].isin(["complete", "pruned"])] if len(trials) else trials
        done = int((counted["origin"] != "sweep").sum()) if len(counted) else 0
        done, parts = min(done, fit.trials), list[float]()
        if not current:  # the study is told of whole batches, and the journal has each run
            whole, parts = self._kept.count()
            done, parts = max(done, whole), parts[: fit.trials - max(done, whole)]
        # what is said of these trials, and not of others before
        said = current and fitted.is_file() and fitted.stat().st_mtime >= table.stat().st_mtime
        tables, surface, about = dict[str, pd.DataFrame](), None, None
        if said:
            surface = self._read(folder / "surface.json", lambda path: parse(_Surface, read_json(path), path))
            about = self._read(folder / "posterior.json", lambda _: about_posterior(folder))
            tables = {name: found for name in FIT_TABLES if (found := read(f"{name}.csv")) is not None}
        return FitFound(
            trials=trials,
            done=done,
            of=fit.trials,
            parts=parts,
            tables=tables,
            posterior=about or {},
            surface=surface.model_dump() if surface is not None else None,
            failed=failed.says if failed is not None else "",
            whole=about is not None and {"knobs", "fitted", "directions"} <= set(tables),
        )

    def _read(self, path: Path, read: Callable[[Path], Content]) -> Content | None:
        """Return what a file holds; None where it is not there yet, or refused, of which the reason is kept."""
        if not path.exists():
            return None
        try:
            return read(path)
        except ConfigError as error:
            self._refused[path.name] = f"{error}"
            return None

    def _verdicts(self, folder: Path) -> Iterator[Verdict]:
        """Give what a network's own rules say of a run: files of JSON with title, level, says and page."""
        for place in sorted(folder.glob("*.json")):
            said = self._read(place, lambda path: parse(_Said, read_json(path), path))
            if said is not None:
                yield Verdict(said.title, said.level, said.says, said.page)

    def _live(self, log: Path) -> pd.DataFrame:
        """Return the trials of a study in a journal file that a fit may be writing: it is read, and no more."""
        fit = self._asked.plan.fit
        name = studies.named(log.parent, fit, self._asked.plan.model) if fit is not None else None
        if fit is None or name is None or not log.is_file():
            return pd.DataFrame()
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        try:
            with warnings.catch_warnings(action="ignore"):
                storage = JournalStorage(JournalFileBackend(f"{log}"))
                study = optuna.load_study(study_name=name, storage=storage)
                return pd.DataFrame(trial_rows.rows(study, fit))
        except Exception:  # whatever it is: its last line may be half written, and it is read again soon
            return pd.DataFrame()


def _filled(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    if not len(table) and path.name not in MAY_BE_EMPTY:
        raise ConfigError(f"{path}: has no rows.")
    return table


Item = TypeVar("Item")
Several = Annotated[tuple[Item, ...], Field(strict=False)]


class _Target(Frozen):
    name: str
    unit: str
    mean: float
    sd: float
    zero: float
    bend: float
    error: float | None
    surfaces: Several[Several[Real]]


class _Surface(Frozen):
    targets: Several[_Target]


class _Said(Frozen):
    title: str
    level: Literal["good", "fair", "bad", ""]
    says: str
    page: str = ""


def _errors(logs: Path, since_s: float) -> dict[str, str]:
    """Return the last error in each log of a job, by the name of the log."""
    found = {}
    for path in sorted(logs.glob("*.log")):
        try:
            if path.stat().st_mtime < since_s:
                continue
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if said := last_error(text):
            found[path.name] = said
        elif "Traceback (most recent call last)" in text:
            found[path.name] = last_line(text)
    return found
