"""What a finished run holds: every table, figure and page that its configuration asks for, there and readable."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.config.reader import ConfigError
from pipeline.config.tables import DamagedTableError, read_table
from pipeline.plan.fit_figures import FIT_FIGURES
from pipeline.plan.layout import Layout
from pipeline.plan.run import Plan


def needed(plan: Plan) -> tuple[list[Path], dict[Path, tuple[int, int]]]:
    """Return the files that a run must have, and how many rows some of its tables must have, at least and at most.

    What a network's own rules make is no part of it.
    """
    results, sweeps = Path(plan.run.results), plan.sweeps
    files = [results / "index.html", results / "run.json", *([results / "pages" / "points.html"] if sweeps else [])]
    layout = Layout(f"{results}", sweeps, plan.model, plan.run.chunk_s)
    rows: dict[Path, tuple[int, int]] = {}
    for name, sweep in sweeps.items():
        folder = results / "sweeps" / name
        rows[folder / "points.parquet"] = sweep.size, sweep.size
        rows[folder / "features.parquet"] = sweep.least, sweep.size
        files += [folder / "points.parquet", folder / "features.parquet", folder / "summary.csv"]
        files += [Path(path) for path in layout.spikes(name)] if sweep.keep_spikes else []
    files += [results / "fit" / name for name in _fit(plan)] + ([results / "pages" / "fit.html"] if plan.fit else [])
    files += [results / "figures" / f"{name}.{kind}" for name in figures(plan) for kind in ("png", "svg")]
    return files, rows


def figures(plan: Plan) -> list[str]:
    """Return the names of the figures of a run, but those of a network's own rules."""
    shown = plan.run.figures
    names = [f"{sweep}_{kind}" for sweep in plan.sweeps for kind in plan.figures_of(sweep)]
    if shown.raster:
        names += [f"raster_{protocol}" for protocol in plan.sweeps[shown.raster].protocols]
    if plan.fit:
        names += [f"fit_{name}" for name in FIT_FIGURES if name != "front" or plan.fit.objectives]
    return names


def _fit(plan: Plan) -> Iterator[str]:
    if plan.fit is None:
        return
    yield from ("trials.parquet", "fitted.csv", "gains.csv", "knobs.csv", "directions.csv", "good.csv", "predicted.csv")
    yield from ("posterior.parquet", "landscape.parquet", "posterior.json", "surface.json", "model.yaml")
    yield from ["leaders.csv"] if plan.fit.leaders else []
    yield from ["pareto.csv"] if plan.fit.objectives else []


def refuse_unfinished(files: Iterable[Path], rows: dict[Path, tuple[int, int]]) -> None:
    """Raise ConfigError for the first file that is missing or empty, and the first table that has not its rows."""
    for path in files:
        if not path.is_file() or path.stat().st_size == 0:
            raise ConfigError(f"{path}: is {'empty' if path.is_file() else 'missing'}; run the workflow first.")
    for path, (least, most) in rows.items():
        if not least <= (found := _rows(path)) <= most:
            raise ConfigError(f"{path}: has {found} rows, but its sweep has {most} points; run the workflow first.")


def refuse_unreadable(files: Iterable[Path]) -> None:
    """Raise ConfigError for the first Parquet table or record that cannot be read."""
    for path in files:
        if path.suffix == ".parquet":
            _rows(path)
        elif path.parent.name == "records":
            begun(path)


def _rows(path: Path) -> int:
    try:
        return int(read_table(path).num_rows)
    except DamagedTableError as error:
        raise ConfigError(f"{error.wrong}; delete it and run the workflow first, which makes it anew.") from None


def begun(record: Path) -> str:
    """Return the date of the first row of a record; ConfigError where it cannot be read."""
    try:
        return str(json.loads(record.read_text(encoding="utf-8"))["date"])
    except (ValueError, TypeError, KeyError):
        raise ConfigError(
            f"{record}: cannot be read as the record of what computed a row; delete it and run the workflow first."
        ) from None
