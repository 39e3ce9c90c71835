"""The targets of this network's fits from the authors' corrected program: `python -m networks.gutnisky2017.paper targets`.

A value at an A_T that was not run is that of a cubic spline through those that were; of our own network, which was run
at both, it is off by 0.0 to 1.4 %, with a standard error of 0.3 to 0.9 %. A target's sd is what tells networks apart: the spread
over networks of 3 s, at least 3 % of the mean. Correlations have the published program's one network of 20 s only.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.interpolate import CubicSpline

from networks.gutnisky2017.features import UNITS
from networks.gutnisky2017.paper.authors import corrected

WHISKING = ("rate_E", "rate_I", "cv_E", "cv_I", "chi_E", "chi_I")
TOUCH = ("rate_E", "rate_I", "cv_I", "chi_E", "chi_I", "R_E", "R_I")
LEAST = 0.03
"""The least sd, relative to the mean."""

SOURCE = "Gutnisky et al. 2017 (e1005576), ModelDB 228596"
CORRELATIONS = {
    ("corr_II", "whisking", 14.0): 0.038985,
    ("corr_TI", "whisking", 14.0): 0.021431,
    ("corr_EE", "touch", 0.6): 0.30829,
    ("corr_II", "touch", 0.6): 0.57008,
    ("corr_EI", "touch", 0.6): 0.39226,
    ("corr_TE", "touch", 0.6): 0.15187,
    ("corr_TI", "touch", 0.6): 0.23756,
}
"""Of spike counts in 25 ms: one network of 20 s, the published program at dt = 0.05 ms."""

CORRELATED = 0.1, 0.004
"""Their sd relative to the mean, and at least: our own networks of 3 s differ by no more, nor do they from these values."""

Row = dict[str, str | float]


def gutnisky2017(folder: Path | str) -> pd.DataFrame:
    """Return the 48 targets of fits/gutnisky2017.yaml: feature, protocol, statistic, mean, sd, unit, source."""
    whisking = {f"whisking_{at:g}": at for at in (6.0, 10.0, 14.0)}
    rows = [row for name, at in whisking.items() for row in _means(folder, "whisking", at, name, WHISKING)]
    for at in (0.4, 0.6, 1.0):
        rows += _means(folder, "touch", at, f"touch_{at:g}" if at < 1 else "touch_1.0", TOUCH)
    rows += [_slope(rows, feature, whisking) for feature in ("rate_I", "rate_E")]
    for (feature, protocol, at), mean in CORRELATIONS.items():
        sd = max(CORRELATED[0] * mean, CORRELATED[1])
        said = f"{SOURCE}: as published, dt 0.05 ms; one network of 20 s, spike counts in 25 ms; sd: 10 %, at least 0.004"
        rows.append(_row(feature, f"{protocol}_{at:g}", "mean", mean, sd, UNITS[feature], said))
    return pd.DataFrame(rows)


def base(folder: Path | str) -> pd.DataFrame:
    """Return the targets of fits/base_gains.yaml, in the same columns."""
    fast = ("rate_E", "rate_I", "cv_I", "chi_E", "chi_I")
    return pd.DataFrame(
        [
            *_means(folder, "whisking", 14.0, "whisking", fast),
            *_means(folder, "whisking", 6.0, "whisking_slow", ("rate_E", "rate_I")),
            *_means(folder, "touch", 0.6, "touch", ("rate_E", "rate_I", "cv_I", "R_E", "R_I", "z1_E")),
        ]
    )


TABLES = {"gutnisky2017.csv": gutnisky2017, "gutnisky2017_base.csv": base}
"""The tables that are made, by name in the folder of targets."""


def _means(folder: Path | str, protocol: str, at: float, name: str, features: tuple[str, ...]) -> Iterator[Row]:
    """Yield a row for each feature at a value of the knob of a protocol, which the fit calls `name`."""
    knob = {"whisking": "A_T", "touch": "C_T"}[protocol]
    theirs = corrected(folder, protocol, knob)
    for feature in features:
        here = theirs[theirs["feature"] == feature].sort_values(knob)
        x, means = here[knob].to_numpy(float), here["mean"].to_numpy(float)
        spreads = (here["sem"] * np.sqrt(here["n"])).to_numpy(float) / np.abs(means)
        place = np.flatnonzero(np.isclose(x, at))
        if place.size:
            mean, spread, n = means[place[0]], spreads[place[0]], f"{here['n'].iloc[place[0]]:.0f} networks of 3 s"
        else:
            mean = float(CubicSpline(x, means)(at))
            after = int(np.searchsorted(x, at))
            spread = spreads[after - 1 : after + 1].max()
            n = f"between {knob} = {x[after - 1]:g} and {x[after]:g}, 8 to 20 networks of 3 s each"
        said = f"{SOURCE}: corrected to second order, dt 0.025 ms; {n}; sd over networks, at least 3 %"
        yield _row(feature, name, "mean", mean, max(spread, LEAST) * abs(mean), UNITS[feature], said)


def _slope(rows: list[Row], feature: str, at: Mapping[str, float]) -> Row:
    """Return the slope of a feature with A_T through its means, with the sd that theirs make of it."""
    of = {str(row["protocol"]): row for row in rows if row["feature"] == feature}
    x = np.array(list(at.values()))
    weights = (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    means, sds = (np.array([float(of[name][column]) for name in at]) for column in ("mean", "sd"))
    said = f"{SOURCE}: corrected to second order, dt 0.025 ms; least squares through the three means; sd: from theirs"
    sd = math.sqrt(float(((weights * sds) ** 2).sum()))
    return _row(feature, "+".join(at), "slope_A_T", float(weights @ means), sd, f"{UNITS[feature]} per A_T", said)


def _row(feature: str, protocol: str, statistic: str, mean: float, sd: float, unit: str, source: str) -> Row:
    return {
        "feature": feature,
        "protocol": protocol,
        "statistic": statistic,
        "mean": float(f"{mean:.5g}"),
        "sd": float(f"{sd:.3g}"),
        "unit": unit,
        "source": source,
    }
