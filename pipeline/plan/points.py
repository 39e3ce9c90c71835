"""Tables of points as verbs are given them: each row checked as a single point is, all before anything runs."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from pipeline.config.reader import ConfigError, nearest
from pipeline.config.tables import read_table
from pipeline.network.model import Model

NUMBERED = ("point", "protocol", "network")
"""Columns that are no knobs."""


def points_of(path: Path, model: Model) -> pa.Table:
    """Return a table of points, a row each: point, protocol, the value of every knob, and perhaps network.

    ConfigError, with the number of the first row that is wrong, where a point could not be given by itself: an unknown
    protocol or knob, no value or one that its knob cannot have, values that contradict each other; and where a point
    is given twice.
    """
    table = read_table(path, ("point", "protocol", *model.knobs))
    if not len(table):
        raise ConfigError(f"{path}: has no points.")
    for name in table.column_names:
        if name not in NUMBERED and name not in model.settable:
            raise ConfigError(f"{path}: column {name!r} is no knob{nearest(name, model.settable)}.")
        if table[name].null_count and name != "network":
            first = int(np.flatnonzero(table[name].is_null().to_numpy())[0])
            raise ConfigError(f"{_row(path, first)}: {name} has no value.")
    if not pa.types.is_integer(table["point"].type):
        raise ConfigError(f"{path}: point is {table['point'].type}, but must be whole numbers.")
    _refuse_protocols(table, model, path)
    columns = {}
    for name in table.column_names:
        if name not in NUMBERED:
            kind = table[name].type
            if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
                raise ConfigError(
                    f"{_row(path, 0)}: {name} is {table[name][0].as_py()!r}, but must be a number in "
                    f"{model.settable[name].unit}."
                )
            columns[name] = table[name].to_numpy().astype(float)
    wrong = model.first_wrong(columns)
    if wrong is not None:
        values = {name: float(column[wrong]) for name, column in columns.items()}
        model.check(values, _row(path, wrong))
        model.check_together(values, _row(path, wrong))
    _refuse_twice(table, path)
    return table


def _row(path: Path, index: int) -> str:
    return f"{path}, row {index + 1}"


def _refuse_protocols(table: pa.Table, model: Model, path: Path) -> None:
    for name in table["protocol"].unique().to_pylist():
        if name not in model.protocols:
            first = table["protocol"].to_pylist().index(name)
            raise ConfigError(f"{_row(path, first)}: unknown protocol {name!r}{nearest(f'{name}', model.protocols)}.")


def _refuse_twice(table: pa.Table, path: Path) -> None:
    """Refuse a number that two points have, and two points that are the same: they would be simulated as one."""
    frame = table.to_pandas()
    for columns, what in ((["point"], "number"), (frame.columns.drop("point").tolist(), "values")):
        again = np.flatnonzero(frame.duplicated(columns).to_numpy())
        if len(again):
            same = (frame[columns] == frame[columns].iloc[again[0]]).all(axis=1).to_numpy()
            raise ConfigError(
                f"{_row(path, int(again[0]))}: point {frame['point'].iloc[again[0]]} has the {what} of row "
                f"{int(np.flatnonzero(same)[0]) + 1} again, but each point is given once."
            )
