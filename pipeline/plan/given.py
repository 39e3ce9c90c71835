"""Tables that a verb is given: read, and refused in one sentence where they are others than it needs."""

from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.config.reader import ConfigError
from pipeline.config.tables import read_table, refuse_without
from pipeline.measure.network import feature_table
from pipeline.network.model import Model

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

POINT = ("point", "protocol")
"""Columns of a point, beside its knobs."""

MEASURED = ("status", "problem", "cpu_s")
"""Columns that a point of any network has when it is measured, beside its features."""

SPIKES = ("point", "population", "neuron", "t_s")
"""Columns of spikes."""


def table_of(path: Path, needed: Iterable[str] = ()) -> "pd.DataFrame":
    """Return a CSV or Parquet file; ConfigError where it cannot be read, or lacks `needed` columns."""
    import pandas as pd

    if path.suffix != ".csv":
        return read_table(path, needed).to_pandas()
    try:
        text = path.read_text(encoding="utf-8")
        if not text.endswith("\n"):
            raise ValueError("its last line has no end: it is cut short")
        table = pd.read_csv(StringIO(text))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read as a table ({error}).") from None
    refuse_without(path, table.columns, needed)
    return table


def measured_columns(model: Model) -> tuple[str, ...]:
    """Return the columns that a measured point of a network has, beside its knobs; counts apart."""
    return (*MEASURED, *(name for name, feature in feature_table(model).items() if feature.kind != "count"))


def features_of(path: Path, model: Model, knobs: Iterable[str] | None = None) -> "pd.DataFrame":
    """Return the features of a sweep; ConfigError where a file has none, or lacks a knob, by default one of all."""
    return table_of(path, (*POINT, *measured_columns(model), *(model.knobs if knobs is None else knobs)))


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
