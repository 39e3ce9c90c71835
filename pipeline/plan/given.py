"""Tables that a verb is given: read, and refused in one sentence where they are others than it needs."""

import contextlib
import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from pipeline.config.reader import ConfigError, Frozen, parse, read_json, unreadable
from pipeline.config.tables import read_table
from pipeline.fit.problem import Errors, Fit
from pipeline.fit.targets import Target
from pipeline.measure.envelope import WHOLE
from pipeline.network.model import Model
from pipeline.plan.columns import MAY_BE_EMPTY, Columns, Lists, Words, of_features, of_fit, refuse_wrong

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FAILED = "failed.json"
"""File in the folder of a fit that found nothing: `says`, a sentence, and `trials`, how many there are."""

OF_POSTERIOR = ("knobs.csv", "directions.csv", "good.csv", "predicted.csv", "posterior.parquet", "landscape.parquet")
"""Files of a fit's folder that `posterior` makes; the others are those of `fit`."""


class Failed(Frozen):
    """What a fit says that found nothing."""

    says: str
    trials: int


class About(Frozen):
    """What `posterior` says beside its tables, in sentences.

    `doubt`: why nothing can be said of what the targets leave undecided, '' where it can; `weak`: whether they leave
    a combination of knobs so; `neural`: whether it is by sbi; `errors`: those of the targets, as the fit says;
    `apart`: which count as independent all the same, since networks say nothing of them; `noisy`: which targets trials
    are noisier than, where it is by sbi; `error_sd`: how well each target is predicted where it lies, in sd;
    `untested`: the part of it where trials tell too little; `missed`: which targets no knobs of the posterior reach;
    `against`: which pull against each other; `lucky`, `luck`: whether the best trial was, and what fresh networks
    say of it.
    """

    trials: int
    needed: int = 0
    best: int
    alike: str = ""
    importance: str = ""
    says: str
    direction: str
    neural: bool = False
    errors: Errors = "independent"
    apart: Annotated[tuple[str, ...], Field(strict=False)] = ()
    noisy: str = ""
    disagrees: str = ""
    n_effective: float | None = None
    error_sd: dict[str, float | None] = {}
    doubt: str = ""
    weak: bool = False
    untested: float | None = None
    missed: str = ""
    against: str = ""
    lucky: bool = False
    luck: str = ""


def about_posterior(folder: Path) -> dict[str, Any]:
    """Return what `posterior` left of itself in the folder of a fit; ConfigError where that is lost or damaged."""
    path = folder / "posterior.json"
    return parse(About, read_json(path), path).model_dump()


def table_of(path: Path, columns: Columns) -> "pd.DataFrame":
    """Return a CSV or Parquet file; ConfigError where it cannot be read, or its columns are not these."""
    if path.suffix != ".csv":
        return arrow_of(path, columns).to_pandas()
    table = _csv(path)
    _as_arrow(table, columns, path)
    return table


def arrow_of(path: Path, columns: Columns) -> "pa.Table":
    """Return a CSV or Parquet file as `table_of` does, with null where a value is missing."""
    if path.suffix == ".csv":
        return _as_arrow(_csv(path), columns, path)
    table = read_table(path)
    refuse_wrong(table, columns, path)
    return table


def _as_arrow(table: "pd.DataFrame", columns: Columns, path: Path) -> "pa.Table":
    """Return what a CSV file holds, in which a list is text, as an Arrow table, its columns checked."""
    import pyarrow as pa

    found = pa.Table.from_pandas(table, preserve_index=False)
    words = Words(missing=True)
    held = {n: replace(words, needed=c.needed) if isinstance(c, Lists) else c for n, c in columns.items()}
    refuse_wrong(found, held, path)
    return found


def _csv(path: Path) -> "pd.DataFrame":
    import pandas as pd

    try:
        text = path.read_text(encoding="utf-8")
        if not text.endswith("\n"):
            raise ValueError("its last line has no end: it is cut short")
        head = next(csv.reader(StringIO(text)))
        if again := [name for n, name in enumerate(head) if name in head[:n]]:
            raise ValueError(f"it has the column {again[0]!r} twice")
        return pd.read_csv(StringIO(text), low_memory=False)
    except (OSError, ValueError, csv.Error) as error:
        raise unreadable(path, error) from None


def fit_table(folder: Path, name: str, fit: Fit, targets: Sequence[Target], settings: Path) -> "pd.DataFrame":
    """Return a table of a fit's folder; ConfigError where it is not there, or is of another fit than `settings`.

    Another one has other knobs, ranges or targets.
    """
    path = folder / name
    if not path.is_file():
        raise ConfigError(_unfinished(folder, name, settings))
    ends = [fit.knobs({knob: getattr(span, end) for knob, span in fit.free.items()}) for end in ("low", "high")]
    table = table_of(path, of_fit(name, fit))
    if not len(table) and name not in MAY_BE_EMPTY:
        raise ConfigError(f"{path}: has no rows.")
    if name == "trials.parquet":
        _refuse_unscored(table, ("score", "constraint", *fit.free), path)
        _refuse_featureless(table, targets, path)
    other = f"give the fit that was run in {folder}, or run this one."
    if name in ("gains.csv", "knobs.csv"):
        has = [f"{knob}" for knob in table["knob"]]
        if sorted(has) != sorted(ends[0]):
            raise ConfigError(f"{path}: is of {', '.join(has)}, but {settings} fits {', '.join(ends[0])}: {other}")
        for knob, low, high in zip(has, table["low"], table["high"], strict=True):
            wanted = sorted(end[knob] for end in ends)
            if not all(math.isclose(a, b) for a, b in zip((low, high), wanted, strict=True)):
                raise ConfigError(
                    f"{path}: is of {knob} from {low:g} to {high:g}, but {settings} has {wanted[0]:g} to "
                    f"{wanted[1]:g}: {other}"
                )
    if name == "fitted.csv":
        same = len(table) == len(targets) and all(
            (row.feature, row.protocol, row.statistic) == (target.feature, target.protocol, target.statistic)
            and math.isclose(row.target, target.mean, abs_tol=1e-12)
            and math.isclose(row.sd, target.sd)
            for row, target in zip(table.itertuples(), targets, strict=True)
        )
        if not same:
            raise ConfigError(f"{path}: has other targets than {settings}: {other}")
    return table


def _refuse_unscored(trials: "pd.DataFrame", columns: Iterable[str], path: Path) -> None:
    """Raise ConfigError where a trial that was simulated lacks one of `columns`."""
    made = trials[trials["state"].isin(["complete", "pruned"])]
    for column in columns:
        lacks = made["trial"][made[column].isna()]
        if len(lacks):
            raise ConfigError(f"{path}: trial {lacks.iloc[0]} was simulated, but its {column} has no value.")


def _refuse_featureless(trials: "pd.DataFrame", targets: Sequence[Target], path: Path) -> None:
    """Raise ConfigError where trials are alive, but the table has no feature at all; one without a value has none."""
    made = trials[trials["state"].isin(["complete", "pruned"]) & (trials["constraint"] <= 0)]
    columns = [f"{protocol} {target.column}" for target in targets for protocol in target.protocols]
    if len(made) and columns and not any(" " in column for column in trials):
        raise ConfigError(
            f"{path}: {len(made)} trials were simulated, but it has none of their features, such as {columns[0]!r}; "
            "delete it and run again: nothing is simulated twice."
        )


def _unfinished(folder: Path, name: str, settings: Path) -> str:
    """Return what to say of a table of a fit that is not there."""
    with contextlib.suppress(ConfigError):  # what was to be said of it may be lost, but not that there is no table
        return f"{folder}: {parse(Failed, read_json(folder / FAILED), folder / FAILED).says}"
    verb = f"posterior {settings} --folder {folder}" if name in OF_POSTERIOR else f"fit {settings} --out {folder}"
    return f"{folder / name}: is not there, since the fit is not finished; python -m pipeline {verb} goes on with it."


def measured(path: Path, model: Model, knobs: Iterable[str] | None = None) -> "pa.Table":
    """Return the features of a sweep as `features_of` does, with null where one is undefined."""
    import pyarrow.compute as pc

    table = arrow_of(path, of_features(model, None if knobs is None else tuple(knobs)))
    if not len(table):
        raise ConfigError(f"{path}: has no rows.")
    for population in model.envelope:  # null is a rate that was not measured, and a silent one is 0
        # of all neurons, where the network's own features are all that there is
        name = next((n for n in (f"rate_{population}", f"{WHOLE}{population}") if n in table.column_names), None)
        if name is None:
            continue
        lacks = pc.and_(pc.equal(table["status"], "ok"), pc.is_null(table[name], nan_is_null=True))
        if pc.any(lacks).as_py():
            first = table["point"][lacks.to_pylist().index(True)]
            raise ConfigError(f"{path}: point {first} has the status ok, but its {name} has no value.")
    points = table["point"].to_pandas()
    again = points[points.duplicated()]
    if len(again):
        raise ConfigError(f"{path}: has {len(again)} points twice, the first of them point {again.iloc[0]}.")
    return table


def features_of(path: Path, model: Model, knobs: Iterable[str] | None = None) -> "pd.DataFrame":
    """Return the features of a sweep; ConfigError where a file has none, or lacks a knob, by default one of all.

    Also where a value is none that its column can have, and where a point is in it twice: all that is averaged or
    counted would be too sure.
    """
    return measured(path, model, knobs).to_pandas()


def of_protocol(table: "pd.DataFrame", protocol: str, path: Path) -> "pd.DataFrame":
    """Return the rows of a protocol in the table of a file; ConfigError where it has none."""
    found = table[table["protocol"] == protocol]
    if found.empty:
        raise ConfigError(f"{path}: has no point of the protocol {protocol!r}.")
    return found


def refuse_others(rows: "pa.Table", points: "pa.Table", path: Path) -> None:
    """Raise ConfigError unless each row has the protocol and the knobs of its point in the table of a file."""
    for name in points.column_names:
        if rows[name].equals(points[name]):
            continue
        columns = (points["point"], points[name], rows[name])
        for point, wanted, has in zip(*(column.to_pylist() for column in columns), strict=True):
            if has != wanted:
                raise ConfigError(
                    f"{path}: point {point} has {name} = {wanted}, but the row of that number has {has}: give the "
                    "chunks that were simulated from this table."
                )


PNG = b"\x89PNG\r\n\x1a\n"
"""How a PNG file begins."""


def refuse_no_picture(path: Path) -> None:
    """Raise ConfigError for a file that is no PNG: a page would hold it, and show nothing."""
    try:
        with open(path, "rb") as file:
            if file.read(len(PNG)) == PNG:
                return
    except OSError as error:
        raise unreadable(f"--picture {path}", error) from None
    raise ConfigError(f"--picture {path}: is no PNG file.")
