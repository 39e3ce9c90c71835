"""Rows of a sweep to what figures draw of them: means over networks at each place, scales, limits of colours."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from pipeline.measure.angles import ANGLE, turned, unwrapped_within
from pipeline.measure.patterns import Feature

STATISTICS = ("feature", "mean", "sem", "n", "points", "diverged", "problems")


def key(number: int) -> str:
    """Return the column of `means` with the values of a knob: that of the first is axis 0."""
    return f"axis {number}"


def numeric(rows: pd.DataFrame, name: str) -> pd.Series:
    """Return a column as finite numbers, NaN where it has none or where it is not there."""
    if name not in rows:
        return pd.Series(np.nan, index=rows.index, dtype=float)
    found = pd.to_numeric(rows[name], errors="coerce").astype(float)
    return found.where(np.isfinite(found))


def is_ok(rows: pd.DataFrame) -> pd.Series:
    """Return where a point was simulated to its end."""
    return rows["status"] == "ok" if "status" in rows else pd.Series(False, index=rows.index)


def has_problem(rows: pd.DataFrame) -> pd.Series:
    """Return where a point is ok but has a problem, such as a network that runs away."""
    if "problem" not in rows:
        return pd.Series(False, index=rows.index)
    return is_ok(rows) & rows["problem"].notna() & (rows["problem"] != "")


def sound(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the points that sentences, quantiles and rank correlations are of: those that are ok and have no problem.

    Where all that are ok have one, those.
    """
    found = rows[is_ok(rows) & ~has_problem(rows)]
    return found if len(found) else rows[is_ok(rows)]


def without(rows: pd.DataFrame) -> str:
    """Return which points `sound` leaves out although they are ok: 'without the 6 points that ran away', or ''."""
    ok, problems = int(is_ok(rows).sum()), int(has_problem(rows).sum())
    if not problems:
        return ""
    if problems == ok:
        return "all of points that ran away"
    return "without the point that ran away" if problems == 1 else f"without the {problems} points that ran away"


def one_protocol(rows: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return the rows of the first protocol, and a sentence about the others where there are any."""
    if "protocol" not in rows or rows["protocol"].nunique() < 2:
        return rows, ""
    first, *others = rows["protocol"].dropna().unique()
    named = ", ".join(str(one) for one in others)
    return rows[rows["protocol"] == first], f"protocol {first}, without {named}"


def drawn(names: Iterable[str], features: Mapping[str, Feature]) -> list[str]:
    """Return the names of those features that are one number each."""
    return [name for name in dict.fromkeys(names) if features[name].kind != "curve"]


def nothing(rows: pd.DataFrame, chosen: Sequence[str]) -> str:
    """Return why there is nothing to draw of the features `chosen`, '' where there is something."""
    if rows.empty:
        return "There are no points."
    if not is_ok(rows).any():
        return f"All {len(rows)} points diverged."
    return "" if chosen else "No feature is defined at most of the points."


def means(rows: pd.DataFrame, by: Sequence[str], names: Iterable[str], features: Mapping[str, Feature]) -> pd.DataFrame:
    """Return one row for each place (values of the knobs `by`) and feature: the columns `key(k)` and STATISTICS.

    Mean and standard error (NaN for n < 2) are of the points that are ok and where the feature is defined, n of them;
    points, diverged and problems count all at the place. Angles (in rad) are averaged on the circle.
    """
    keys = [key(number) for number in range(len(by))]
    work = pd.DataFrame({column: numeric(rows, knob) for column, knob in zip(keys, by, strict=True)})
    work["ok"], work["problem"] = is_ok(rows), has_problem(rows)
    kept = work[keys].notna().all(axis=1)
    work = work[kept]
    places = work.groupby(keys, sort=True).agg(points=("ok", "size"), ok=("ok", "sum"), problems=("problem", "sum"))
    places["diverged"] = places.pop("points").pipe(lambda points: points - places["ok"])
    places["points"] = places.pop("ok") + places["diverged"]
    found = []
    for name in names:
        values = numeric(rows, name)[kept].where(work["ok"])
        groups = [work[column] for column in keys]
        if features[name].unit == ANGLE:
            values = unwrapped_within(values, groups)
        statistics = values.groupby(groups, sort=True).agg(["mean", "sem", "count"]).rename(columns={"count": "n"})
        if features[name].unit == ANGLE:
            statistics["mean"] = turned(statistics["mean"])
        found.append(places.join(statistics).assign(feature=name))
    columns = [*keys, *STATISTICS]
    if not found:
        return pd.DataFrame(columns=columns)
    return pd.concat(found).reset_index()[columns]


def table_of(
    rows: pd.DataFrame, axes: Sequence[str], features: Mapping[str, Feature], names: Iterable[str]
) -> pd.DataFrame:
    """Return what a figure over the knobs `axes` draws, tidy: those knobs, feature, unit, mean, sem, n, diverged.

    Also points, all there are at a place, and problems, those of them that are ok but ran away or the like. A knob
    with the name of another column has the name with ' (knob)' behind it.
    """
    chosen = drawn(names, features)
    found = means(rows, axes, chosen, features)
    found.insert(len(axes) + 1, "unit", [features[name].unit for name in found["feature"]])
    taken = {*STATISTICS, "unit"}
    return found.rename(columns={key(k): f"{axis} (knob)" if axis in taken else axis for k, axis in enumerate(axes)})


def is_log(values: np.ndarray) -> bool:
    """Return whether values are spaced by a ratio: steps of their logarithms more even than their own.

    Of eight values and more, such as those of a hypercube, whether their logarithms fill their range more evenly.
    """
    unique = np.unique(np.asarray(values, dtype=float))
    if len(unique) < 3 or unique[0] <= 0 or unique[-1] < 2.5 * unique[0]:
        return False
    if len(unique) < 8:
        spread, spread_log = (float(np.std(steps) / np.mean(steps)) for steps in map(np.diff, (unique, np.log(unique))))
        return min(spread, spread_log) < 0.35 and spread_log < spread / 2
    rank = np.arange(len(unique))
    straight, straight_log = (float(np.corrcoef(one, rank)[0, 1]) for one in (unique, np.log(unique)))
    return straight_log > straight + 0.002


def edges(values: np.ndarray, log: bool) -> np.ndarray:
    """Return the edges of the cells around sorted values: between them, in logarithms on a logarithmic axis."""
    at = np.log(values) if log else np.asarray(values, dtype=float)
    if len(at) == 1:
        half = 0.1 * abs(float(at[0])) or 0.5
        return np.array([at[0] - half, at[0] + half])
    middle = (at[1:] + at[:-1]) / 2
    found = np.concatenate([[at[0] - (middle[0] - at[0])], middle, [at[-1] + (at[-1] - middle[-1])]])
    return np.asarray(np.exp(found) if log else found)


def on_grid(places: pd.DataFrame) -> bool:
    """Return whether places over two knobs, in the columns of `means`, are more than half of a grid."""
    pairs = places[[key(0), key(1)]].drop_duplicates()
    wide, high = pairs[key(0)].nunique(), pairs[key(1)].nunique()
    return bool(len(pairs) * 2 > wide * high)


def colour_limits(values: np.ndarray, runaway: np.ndarray) -> tuple[float, float]:
    """Return the ends of a colour scale that values far beyond the others do not flatten.

    They are the 2nd and the 98th percentile of the values where no network ran away; the least and the largest of all
    where those are no further from them than the range between, or a few times that where there are few values.
    """
    known = np.isfinite(values)
    if not known.any():
        return 0.0, 1.0
    usual = values[known & ~runaway]
    usual = usual if len(usual) else values[known]
    low = float(np.percentile(usual, 2, method="higher"))
    high = float(np.percentile(usual, 98, method="lower"))
    low, high = min(low, high), max(low, high)
    room = (high - low) * (1 + 12 / len(usual))
    for some in (usual, values[known]):
        least, largest = float(some.min()), float(some.max())
        low = least if low - least <= room else low
        high = largest if largest - high <= room else high
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        wider = 0.1 * abs(high) or 0.5
        return low - wider, high + wider
    return low, high


def spearman(one: np.ndarray, other: np.ndarray) -> float:
    """Return the rank correlation where both are known, 0 where it is undefined."""
    known = np.isfinite(one) & np.isfinite(other)
    if known.sum() < 3:
        return 0.0
    a, b = (pd.Series(values[known]).rank().to_numpy() for values in (one, other))
    if a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
