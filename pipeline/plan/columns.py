"""What the columns of tables hold, and whether they do: each value that a verb reads is one that they can have."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.config.reader import ConfigError, nearest
from pipeline.config.tables import refuse_without
from pipeline.fit.front import PERHAPS, YES
from pipeline.fit.problem import Fit
from pipeline.measure.network import feature_table
from pipeline.measure.patterns import ANYTHING
from pipeline.network.model import RUN_KNOBS, Model

SLACK = 1e-6
"""Part of a bound, or of 1, by which a number may be beyond it: what rounding does."""


@dataclass(frozen=True)
class Column:
    """A column of finite numbers. `missing`: they may be; `unique`: none is there twice; `needed`: it must be there."""

    within: tuple[float, float] = ANYTHING
    whole: bool = False
    missing: bool = False
    unique: bool = False
    needed: bool = True


@dataclass(frozen=True)
class Words(Column):
    """A column of text; `known`: each is one of these, if there are any."""

    known: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lists(Column):
    """A column of lists, of numbers or of further lists, such as curves."""


Columns = Mapping[str, Column]

POSITIVE = (0.0, math.inf)

SPIKES: Columns = {
    "point": Column(POSITIVE, whole=True),
    "population": Words(),
    "neuron": Column(POSITIVE, whole=True),
    "t_s": Column(POSITIVE),
}
"""Spikes of a sweep."""

TRACES: Columns = {
    "population": Words(),
    "neuron": Column(POSITIVE, whole=True),
    "t_s": Column(POSITIVE),
    "v": Column(),
}
"""Membrane potentials."""


def of_features(model: Model, knobs: tuple[str, ...] | None = None) -> Columns:
    """Return the columns of a sweep that was measured; of its knobs those named must be there, by default all."""
    known: dict[str, Column] = {
        "point": Column(POSITIVE, whole=True),
        "protocol": Words(known=tuple(model.protocols)),
        "status": Words(known=("ok", "diverged")),
        "problem": Words(missing=True),
        "cpu_s": Column(POSITIVE),
        "record": Words(missing=True, needed=False),
        "build": Words(missing=True, needed=False),
    }
    for name, feature in feature_table(model).items():
        kind = Lists if feature.kind == "curve" else Column
        known[name] = kind(feature.within, missing=True, needed=feature.kind != "count")
    needed = tuple(model.knobs) if knobs is None else knobs
    known["network"] = Column(POSITIVE, whole=True, missing=True, needed="network" in needed)
    return known | {name: Column(needed=name in needed) for name in model.settable}


def of_row(model: Model) -> Columns:
    """Return the columns that tell where a row of a sweep comes from; features and knobs may be of an older network."""
    told = ("point", "protocol", "status", "problem", *RUN_KNOBS, "cpu_s")
    columns = {name: replace(column, needed=name in told) for name, column in of_features(model).items()}
    return columns | {"protocol": Words(), "wall_s": Column(POSITIVE), "memory_mb": Column(POSITIVE), "build": Words()}


OF_TRIAL: Columns = {
    "trial": Column(POSITIVE, whole=True, unique=True),
    "state": Words(),
    "score": Column(missing=True),
    "origin": Words(),
    "record": Words(missing=True, needed=False),
}
"""The columns that tell where a trial of a fit comes from."""


def of_fit(name: str, fit: Fit) -> Columns:
    """Return the columns of a table in a fit's folder."""
    free = {knob: Column((span.low, span.high)) for knob, span in fit.free.items()}
    ranges = {
        "knob": Words(unique=True),  # of another fit `fit_table` tells more
        "fitted": Column(),
        "low": Column(),
        "high": Column(),
    }
    trial = Column(POSITIVE, whole=True, unique=True)
    missing, positive = Column(missing=True), Column(POSITIVE, missing=True)
    rows: dict[str, dict[str, Column]] = {
        "gains.csv": ranges,
        "knobs.csv": ranges | {"q05": missing, "q95": missing, "importance": Column(missing=True, needed=False)},
        "fitted.csv": {"feature": Words(), "protocol": Words(), "statistic": Words(), "target": Column()}
        | {"sd": Column(POSITIVE), "mean": missing, "sem": positive, "n": Column(POSITIVE, whole=True)}
        | {"beyond": Column(POSITIVE, whole=True), "problem": Words(missing=True)},
        "trials.parquet": {
            "trial": trial,
            "state": Words(known=("complete", "pruned", "fail", "running", "waiting")),
            **dict.fromkeys(("score", "score_sem"), positive),
            "score_without": Lists(missing=True),
            "values_without": Lists(missing=True),
            "constraint": missing,
            "origin": Words(),
            "cpu_s": Column(POSITIVE, missing=True, needed=False),
            "diverged": Column(POSITIVE, missing=True, needed=False),
            **{knob: Column(one.within, missing=True) for knob, one in free.items()},
        },
        "posterior.parquet": free,
        "good.csv": {"trial": trial, "score": Column(POSITIVE), **free},
        "landscape.parquet": {
            "kind": Words(known=("slice", "profile", "pair")),
            "knob": Words(known=tuple(fit.free)),
            "value": Column(),
        }
        | {"score": Column(), "knob_2": Words(missing=True), "value_2": missing},
        "directions.csv": {"says": Words()},
        "predicted.csv": {"feature": Words(), "protocol": Words(), "statistic": Words()}
        | dict.fromkeys(("sd", "low", "middle", "high", "simulated", "simulated_sem"), missing),
        "leaders.csv": {"trial": trial},
        "pareto.csv": {"trial": trial, **free, "on_front": Words(known=(YES, PERHAPS))}
        | {"probability": Column((0, 1), missing=True), "alike": Words()},
    }
    return rows[name]


MAY_BE_EMPTY = ("posterior.parquet", "landscape.parquet", "directions.csv", "predicted.csv")
"""Tables of a fit without rows where its trials are too few for a posterior."""


def refuse_wrong(table: pa.Table, columns: Columns, path: Path) -> None:
    """Raise ConfigError, with the first row, unless the columns of a table are there and hold what they should."""
    refuse_without(path, table.column_names, [name for name, column in columns.items() if column.needed])
    for name, column in columns.items():
        if name in table.column_names and len(table):
            _refuse(table[name], column, name, path)


def _refuse(values: pa.ChunkedArray, column: Column, name: str, path: Path) -> None:
    absent = values.is_null(nan_is_null=True).to_numpy()
    if absent.any() and not column.missing:
        raise ConfigError(f"{path}, row {int(np.argmax(absent)) + 1}: {name} has no value.")
    if absent.all():
        return
    must = "text" if isinstance(column, Words) else "a list" if isinstance(column, Lists) else "a number"
    if not _holds(values.type, column):
        first = _first_word(values) if must == "a number" else int(np.argmin(absent))
        raise ConfigError(f"{_at(path, first, name, values)} must be {must}.")
    if isinstance(column, Words):
        _refuse_words(values, column, name, path)
    elif isinstance(column, Lists):
        _refuse_numbers(_flat(values), column, name, path, None)
    else:
        _refuse_numbers(values.to_numpy().astype(float), column, name, path, values)
    if column.unique:
        seen: dict[Any, int] = {}
        for n, value in enumerate(values.to_pylist()):
            if seen.setdefault(value, n) != n:
                raise ConfigError(f"{path}, row {n + 1}: {name} = {value} is in row {seen[value] + 1}, too.")


def _holds(kind: pa.DataType, column: Column) -> bool:
    """Return whether a type of Arrow is that of a column."""
    if isinstance(column, Words):
        return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
    if _listed(kind) != isinstance(column, Lists):
        return False
    while _listed(kind):
        kind = kind.value_type
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind))


def _first_word(values: pa.ChunkedArray) -> int:
    """Return the first row that is no number and not missing; the first that is not missing where all are."""
    found = values.to_pylist()
    wrong = (n for n, value in enumerate(found) if value is not None and not _is_number(value))
    return next(wrong, next(n for n, value in enumerate(found) if value is not None))


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _listed(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def _flat(values: pa.ChunkedArray) -> np.ndarray:
    """Return all numbers in lists."""
    flat = values.combine_chunks()
    while _listed(flat.type):
        flat = flat.flatten()
    numbers: np.ndarray = flat.to_numpy(zero_copy_only=False).astype(float)
    return numbers


def _refuse_words(values: pa.ChunkedArray, column: Words, name: str, path: Path) -> None:
    for word in values.unique().to_pylist() if column.known else ():
        if word is not None and word not in column.known:
            first = values.to_pylist().index(word)
            raise ConfigError(f"{_at(path, first, name, values)} is unknown{nearest(word, column.known)}.")


def _refuse_numbers(numbers: np.ndarray, column: Column, name: str, path: Path, values: pa.ChunkedArray | None) -> None:
    low, high = (bound + by * max(1.0, abs(bound)) for bound, by in zip(column.within, (-SLACK, SLACK), strict=True))
    with np.errstate(invalid="ignore"):
        for wrong, must in (
            (np.isinf(numbers), "be finite"),
            (column.whole & (numbers != np.round(numbers)) & ~np.isnan(numbers), "be a whole number"),
            ((numbers < low) | (numbers > high), _between(*column.within)),
        ):
            if wrong.any():
                first = int(np.argmax(wrong))
                where = f"{path}: a value of {name} = {numbers[first]:g}"
                raise ConfigError(f"{where if values is None else _at(path, first, name, values)} must {must}.")


def _between(low: float, high: float) -> str:
    return f"be at least {low:g}" if high == math.inf else f"be from {low:g} to {high:g}"


def _at(path: Path, row: int, name: str, values: pa.ChunkedArray) -> str:
    value = values[row].as_py()
    shown = f"{value:.15g}" if isinstance(value, float) else f"{value!r}"
    return f"{path}, row {row + 1}: {name} = {shown[:100]}"
