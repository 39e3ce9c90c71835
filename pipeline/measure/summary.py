"""Rows to statistics over networks: mean, standard error and number of networks at each place of the grid."""

from collections.abc import Mapping

import pandas as pd

from pipeline.measure.angles import ANGLE, turned, unwrapped_within


def over_networks(table: pd.DataFrame, by: list[str], features: Mapping[str, str]) -> pd.DataFrame:
    """Return one row for each place (`by`) and feature: mean, sem, sd, n, and points, diverged, problems at that place.

    `features`: their units, by name; of an angle the mean is that of its direction.
    Only points of status ok are averaged; a feature that is undefined in a network leaves it out of n. Of those that
    are ok `problems` have one, such as a network that ran away: they are averaged, and where there are any the mean
    may say little. `sem` is NaN for n < 2.
    """
    names = list(features)
    angles = [name for name in names if features[name] == ANGLE]
    ok = table["status"] == "ok"
    problem = ok & table["problem"].notna() if "problem" in table else ~ok & ok
    grouped = table.assign(diverged=~ok, problems=problem).groupby(by, sort=True, dropna=False)
    places = grouped.agg(points=("status", "size"), diverged=("diverged", "sum"), problems=("problems", "sum"))
    good = table[ok]
    groups = [good[column] for column in by]
    good = good.assign(**{name: unwrapped_within(good[name].astype(float), groups) for name in angles})
    long = good.melt(id_vars=by, value_vars=names, var_name="feature").dropna(subset="value")
    long["value"] = long["value"].astype(float)
    statistics = long.groupby([*by, "feature"])["value"].agg(["mean", "sem", "std", "count"]).reset_index()
    of_angles = statistics["feature"].isin(angles)
    statistics["mean"] = statistics["mean"].where(~of_angles, turned(statistics["mean"]))
    statistics = statistics.rename(columns={"std": "sd", "count": "n"})
    every = places.reset_index().merge(pd.DataFrame({"feature": names}), how="cross")
    # of no feature at all pandas would not know that their names are text
    every, statistics = every.astype({"feature": "str"}), statistics.astype({"feature": "str"})
    merged = every.merge(statistics, on=[*by, "feature"], how="left")
    merged["n"] = merged["n"].fillna(0).astype(int)
    return merged
