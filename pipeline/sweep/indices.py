"""Sobol indices of features: how much of the variance over the ranges of a sweep is due to each knob, by SALib.

The first-order index of a knob is the part of the variance that it makes alone; the total index is the part that is
left when all others are known, whatever it does together with them included (Sobol 2001; estimators of Saltelli et al.
2010, Computer Physics Communications 181: 259).
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 16
"""Samples that an index needs: each a block of places in which one knob after the other is changed."""

WHOLE = 0.95
"""The part of the samples in which a feature must be defined: in others knobs are no longer drawn independently."""

RESAMPLES = 1000
ONE_SD = 0.6826894921370859
"""The confidence of an interval of one standard error to either side."""

COLUMNS = ("feature", "knob", "first", "first_se", "total", "total_se", "samples", "of", "noise")


def order(places: np.ndarray) -> list[int] | None:
    """Return in which order places (places x knobs, as in a sweep) change the knobs; None if not for Sobol indices.

    In a sweep for these a block is a place, then it with each knob in turn from the last place of the block, and that
    last place.
    """
    n, knobs = places.shape
    if knobs < 2 or n == 0 or n % (knobs + 2):
        return None
    cut = places.reshape(-1, knobs + 2, knobs)
    first, last, between = cut[:, :1], cut[:, -1:], cut[:, 1:-1]
    changed = between[0] != first[0]
    turn = changed.argmax(axis=1)
    if sorted(turn) != list(range(knobs)) or not np.array_equal(between, np.where(changed, last, first)):
        return None
    # a grid of two values may look alike; of many samples some have the same value by chance
    if any(len(np.unique(column)) < 1.5 * len(cut) for column in places.T):
        return None
    return [int(k) for k in turn]


def blocks(rows: "pd.DataFrame", axes: Sequence[str]) -> list[str]:
    """Return the knobs in the order in which the places of a sweep change them; none if not for Sobol indices."""
    if len(axes) < 2 or rows.empty:
        return []
    turn = order(_ordered(rows)[list(axes)].drop_duplicates().to_numpy(float))
    return [] if turn is None else [axes[k] for k in turn]


def _ordered(rows: "pd.DataFrame") -> "pd.DataFrame":
    """Return rows in the order of their sweep."""
    return rows.sort_values("point") if "point" in rows else rows


def means(rows: "pd.DataFrame", axes: Sequence[str], name: str) -> "pd.DataFrame":
    """Return mean and standard error (sem) over networks at each place, in the order of the rows.

    NaN where the feature is undefined on a network, or one diverged.
    """
    import pandas as pd

    value = pd.to_numeric(rows[name], errors="coerce").where(rows["status"] == "ok").astype(float)
    groups = value.groupby([rows[axis] for axis in axes], sort=False)
    # of other networks a mean would be another function of the knobs
    return pd.DataFrame({"mean": groups.mean().where(groups.count() == groups.size()), "sem": groups.sem()})


def enough(whole: int, of: int) -> bool:
    """Return whether a feature that is defined in `whole` of so many samples has indices."""
    return whole >= max(FEWEST, WHOLE * of)


def sobol(rows: "pd.DataFrame", axes: Sequence[str], names: Iterable[str]) -> "pd.DataFrame":
    """Return a row a feature and knob, COLUMNS: both indices with standard errors by bootstrap over samples.

    `axes` in the order of `blocks`; without any there is no row.
    `samples` of `of` are those in which the feature is defined throughout; with fewer than FEWEST, or than WHOLE of
    all, or where the feature is constant, the indices are NaN. `noise`: the part of the variance that is due to there
    being few networks.
    """
    import pandas as pd
    from SALib.analyze import sobol as salib

    problem = {"num_vars": len(axes), "names": list(axes), "bounds": [[0, 1]] * len(axes)}
    at, found = _ordered(rows), []
    for name in names if axes else ():
        of_places = means(at, axes, name)
        cut = of_places["mean"].to_numpy(float).reshape(-1, len(axes) + 2)
        whole = np.isfinite(cut).all(axis=1)
        values = cut[whole].ravel()
        indices = {key: np.full(len(axes), np.nan) for key in ("S1", "S1_conf", "ST", "ST_conf")}
        noise = np.nan
        if enough(int(whole.sum()), len(whole)) and np.ptp(values) > 1e-9 * np.abs(values).max():
            indices = salib.analyze(problem, values, False, RESAMPLES, ONE_SD, seed=1)
            # networks have the same seeds at all places: how much higher one is everywhere is no part of the variance
            centred = at.assign(**{name: at[name] - at.groupby("network")[name].transform("mean")})
            sem = means(centred, axes, name)["sem"]
            noise = float(np.nanmean(np.square(sem)) / values.var()) if sem.notna().any() else np.nan
        found += [
            {
                "feature": name, "knob": knob, "first": indices["S1"][k], "first_se": indices["S1_conf"][k],
                "total": indices["ST"][k], "total_se": indices["ST_conf"][k],
                "samples": int(whole.sum()), "of": len(whole), "noise": noise,
            }
            for k, knob in enumerate(axes)
        ]  # fmt: skip
    return pd.DataFrame(found, columns=list(COLUMNS))
