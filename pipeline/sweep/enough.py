"""When a place of a sweep has networks enough: its features are known well enough, or nothing more is to be learned.

A place is one set of knobs and a protocol, and its networks are simulated one after another. What ends them depends on
those before alone, so that it does not matter how often a run was interrupted, or on how many cores it was made.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

import pyarrow as pa
from pydantic import Field

from pipeline.config.reader import Frozen, parse
from pipeline.config.tables import Row

LIVELESS = 2
"""Networks after which a place ends where all of them have diverged or run away."""

KEY = b"until"
"""Under which a table of points has the rule of its sweep."""


class Until(Frozen):
    """The standard errors over networks that are wanted; a place ends with fewer networks where it has them."""

    networks: int = Field(4, ge=2, description="Networks that each place has at least.")
    relative: float = Field(
        0.03,
        gt=0,
        description="A standard error is small enough up to this part of the mean. Networks end where it happens to be "
        "small: the true error is 1.1 to 1.5 times as large, most where networks are few or a feature is skewed.",
    )
    features: dict[str, Annotated[float, Field(gt=0)]] = Field(
        min_length=1,
        description="By feature, none an angle, the standard error that is small enough in any case, in its unit.",
    )

    def enough(self, rows: Sequence[Row]) -> bool:
        """Return whether the rows of the first networks of a place are enough.

        A feature that is undefined in all of them is not waited for.
        """
        if len(rows) >= LIVELESS and all(row["problem"] is not None for row in rows):
            return True
        if len(rows) < self.networks:
            return False
        good = [row for row in rows if row["status"] == "ok"]
        for name, absolute in self.features.items():
            values = [float(row[name]) for row in good if row.get(name) is not None and math.isfinite(row[name])]
            if values and not self._known(values, absolute):
                return False
        return True

    def _known(self, values: Sequence[float], absolute: float) -> bool:
        n = len(values)
        if n < 2:
            return False
        mean = math.fsum(values) / n
        error = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1) / n)
        return error <= max(absolute, self.relative * abs(mean))


def with_rule(table: pa.Table, until: Until | None) -> pa.Table:
    """Return a table of points that carries the rule of its sweep."""
    if until is None:
        return table
    return table.replace_schema_metadata({**(table.schema.metadata or {}), KEY: until.model_dump_json()})


def rule_of(table: pa.Table, where: str) -> Until | None:
    """Return the rule that a table of points carries; None where all of its points are wanted."""
    text = (table.schema.metadata or {}).get(KEY)
    return None if text is None else parse(Until, json.loads(text), where)


def places(points: Iterable[Row]) -> Iterator[list[Row]]:
    """Return the points of each place, as `grid.points` orders them: the networks of a place follow one another."""
    place: list[Row] = []
    for point in points:
        if place and point["network"] <= place[-1]["network"]:
            yield place
            place = []
        place.append(point)
    if place:
        yield place


def missing(points: Iterable[Row], found: dict[int, Row], until: Until) -> int:
    """Return how many points of a sweep are wanted and not `found`, which are rows by the number of their point."""
    lacks = 0
    for place in places(points):
        done: list[Row] = []
        for point in place:
            if until.enough(done):
                break
            row = found.get(point["point"])
            if row is None:
                lacks += 1
                break
            done.append(row)
    return lacks
