"""What is done of a run already, by its journals and tables, and what a biological second cost on this machine."""

import itertools
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.config import provenance
from pipeline.config.reader import ConfigError
from pipeline.config.tables import Journal, Row
from pipeline.engine import machine
from pipeline.engine.scripts import meaning
from pipeline.fit.problem import SAME_STUDY
from pipeline.network.model import Model
from pipeline.plan.columns import of_row
from pipeline.plan.given import arrow_of
from pipeline.plan.layout import Layout
from pipeline.plan.run import Plan
from pipeline.records.record import read
from pipeline.sweep import grid
from pipeline.sweep.rows import key, measuring
from pipeline.sweep.spikes import KeptSpikes

SAMPLE = 500
"""Rows of a journal that are read for what they cost."""

SLICE = 1000
"""Points that are held at a time."""


@dataclass
class Done:
    """What is finished of a run, and what was spent by sweep and fit.

    `points` by sweep; `trials`, and `trials_in_part` of which some runs are there; `fitted`: whether the fit is
    finished. `spent`: pairs of CPU seconds and biological seconds of rows that this network and processor made; `rates`
    of populations in spikes/s, means over these.
    """

    points: dict[str, int] = field(default_factory=dict)
    trials: int = 0
    trials_in_part: int = 0
    fitted: bool = False
    spent: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)


class _Seen(Container[str]):
    """Keys of a journal, of which the rows of the first are wanted."""

    def __init__(self, most: int) -> None:
        self.keys: set[str] = set()
        self._most = most

    def __contains__(self, name: object) -> bool:
        self.keys.add(str(name))
        return len(self.keys) <= self._most


def done(plan: Plan) -> Done:
    """Return what is done of a run; files that are missing or damaged count for nothing."""
    results, found = Path(plan.run.results), Done()
    how = measuring(plan.model, meaning(plan.model))
    here = _Here(results, plan.model)
    rows: list[Row] = []
    for name in plan.sweeps:
        seen = _Seen(SAMPLE)
        folder = results / "sweeps" / name
        kept = list(Journal(folder / "journal", "", "", seen).rows().values())
        if not seen.keys:
            kept = _table(folder / "features.parquet", plan.model)
        found.points[name] = _points(plan, name, seen.keys, how) if seen.keys else sum(map(here.computed, kept))
        found.spent[name] = here.spent(kept)
        rows += kept
    if plan.fit is not None:
        trials = TrialsKept(plan)
        kept = trials.rows()
        found.trials, parts = trials.count()
        found.trials_in_part = len(parts)
        files = [results / "fit" / name for name in ("trials.parquet", "gains.csv")]
        found.fitted = found.trials >= plan.fit.trials and all(path.is_file() for path in files)
        found.spent["fit"] = here.spent(kept)
        rows += kept
    for population in plan.model.populations:
        rates = [row[f"rate_{population}"] for row in rows if row.get(f"rate_{population}") is not None]
        if rates:
            found.rates[population] = sum(rates) / len(rates)
    return found


class _Here:
    """Which rows this network and processor made, by their records."""

    def __init__(self, results: Path, model: Model) -> None:
        self._results, self._model, self._meaning = results, model, meaning(model)
        self._measuring = provenance.code(provenance.MEASURING)
        self._known: dict[str, tuple[bool, bool, Mapping[str, object]]] = {}

    def _about(self, row: Row) -> tuple[bool, bool, Mapping[str, object]]:
        """Return whether this code, and whether this network on this processor made a row, and what asked for it."""
        name = row.get("record") or ""
        if name not in self._known:
            record = read(self._results, name)
            program = record["program"] if record else {}
            same = program.get("cpu") == machine.cpu() and program.get("script") == self._model.adopted.script
            code = record is not None and record["code"]["measuring"] == self._measuring
            computed = code and program.get("build") == self._meaning
            self._known[name] = computed, same, record["config"] if record else {}
        return self._known[name]

    def computed(self, row: Row) -> bool:
        return self._about(row)[0]

    def asked(self, row: Row) -> Mapping[str, object]:
        return self._about(row)[2]

    def spent(self, rows: list[Row]) -> list[tuple[float, float]]:
        return [(row["cpu_s"], row["transient"] + row["duration"]) for row in rows if self._about(row)[1]]


def _table(path: Path, model: Model) -> list[Row]:
    """Return the rows of the table of a sweep whose journal is not there; none where it is not there either."""
    try:
        rows: list[Row] = arrow_of(path, of_row(model)).to_pylist() if path.is_file() else []
    except ConfigError:  # damaged, or of something else
        return []
    return rows


def _points(plan: Plan, name: str, keys: set[str], how: str) -> int:
    """Return how many points of a sweep need not be simulated: those of a journal, with their spikes where kept."""
    sweep, table = plan.sweeps[name], grid.points(plan.sweeps[name], plan.model)
    layout = Layout(plan.run.results, plan.sweeps, plan.model, plan.run.chunk_s)
    kept = [Path(path).is_file() for path in layout.spikes(name)] if sweep.keep_spikes else [True]
    single, n = KeptSpikes(Path(plan.run.results, "sweeps", name, "journal")), 0
    for begin in range(0, len(table), SLICE):
        for place, point in enumerate(table.slice(begin, SLICE).to_pylist(), begin):
            group = place if sweep.until is None else place // sweep.networks
            mark = key(point, how)
            n += mark in keys and (kept[group % len(kept)] or single.path(mark).is_file())
    if sweep.until is not None and n and n == len(_table(Path(layout.features(name)), plan.model)):
        return sweep.size  # of the others none is wanted
    return n


class TrialsKept:
    """What the journal of a fit holds of its trials; it is read on where jobs write it meanwhile.

    A trial is counted as whole when all its runs are there, or it ended early as it may, whether the study has been
    told of it or not: that it is after a whole batch.
    """

    def __init__(self, plan: Plan) -> None:
        """Look at the fit of a run as it is asked now; ValueError where it has none."""
        if plan.fit is None:
            raise ValueError("this run has no fit")
        results = Path(plan.run.results)
        self._plan, self._fit, self._here = plan, plan.fit, _Here(results, plan.model)
        self._how = measuring(plan.model, meaning(plan.model))
        self._wanted = plan.fit.model_dump(mode="json", exclude=SAME_STUDY)
        self._journal = Journal(results / "fit" / "journal", "", "")
        self._read = 0
        self._ended: dict[tuple[float, ...], bool] = {}
        self._own: dict[tuple[float, ...], int] = {}
        self._whole: set[tuple[float, ...]] = set()

    def rows(self) -> list[Row]:
        """Return all runs that are there, those of other fits included."""
        return list(self._journal.rows().values())

    def count(self) -> tuple[int, list[float]]:
        """Return how many trials are whole, and what part of its runs is there of each other one."""
        fit, runs_there = self._fit, self._journal.rows()
        for row in itertools.islice(runs_there.values(), self._read, None):
            asked = self._here.asked(row).get("fit")
            content = asked.get("content") if isinstance(asked, dict) else None
            if isinstance(content, dict) and {k: v for k, v in content.items() if k not in SAME_STUDY} == self._wanted:
                settings = tuple(row[name] for name in fit.free)
                own = row["seed_network"] not in fit.effort_of(row["protocol"]).seeds and self._here.computed(row)
                self._own[settings] = self._own.get(settings, 0) + own
                ended = row["problem"] is not None or (fit.prune and not own)
                self._ended[settings] = self._ended.get(settings, False) or ended
        self._read = len(runs_there)
        parts = []
        for settings, ended in self._ended.items():
            if settings in self._whole:
                continue
            if self._own[settings]:  # on networks that no other trial has
                runs = sum(map(fit.own_runs, self._plan.fit_protocols))
                there = [number < self._own[settings] for number in range(runs)]
            else:
                knobs = dict(zip(fit.free, settings, strict=True))
                points = fit.points(self._plan.model, self._plan.fit_protocols, knobs)
                there = [key(point, self._how) in runs_there for point in points]
            if all(there) or (ended and any(there)):
                self._whole.add(settings)
            elif any(there):
                parts.append(sum(there) / len(there))
        whole = min(len(self._whole), fit.trials)
        return whole, parts[: fit.trials - whole]
