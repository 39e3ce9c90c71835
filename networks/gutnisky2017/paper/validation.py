"""This network against the authors' corrected program: which values agree, and whether a curve is off as a whole.

Both are means over networks that differ, so a difference is judged by the spread over networks of both: a value agrees
within 3 standard errors of the difference. Chance would put a few beyond 2 in either direction; a curve whose z are
mostly of one sign is biased, though each of its values agrees, and its mean z says so.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtr

from networks.gutnisky2017.features import UNITS
from networks.gutnisky2017.paper.authors import corrected
from pipeline.measure.summary import over_networks
from pipeline.pages import shell
from pipeline.pages.parts import number, paragraph, table

CHECKS = {
    ("whisking", "A_T"): ("rate_E", "rate_I", "cv_E", "cv_I", "chi_E", "chi_I"),
    ("touch", "C_T"): ("rate_E", "rate_I", "R_E", "R_I", "cv_I", "chi_E", "chi_I"),
    ("touch", "delay_EI"): ("rate_E", "rate_I", "R_E", "R_I", "chi_E", "chi_I"),
}
"""What is compared: (protocol, knob) -> features, at each value of the knob that the authors' corrected program has."""

WITHIN = 3.0
"""Standard errors of the difference within which a value agrees."""

BIAS = 1.0
"""Mean z within which a curve is not called biased.

Without bias it has a standard deviation of 0.4 for six points of networks of their own, and up to 1 for points that share
their networks, as those of a sweep do.
"""

STYLES = {"agrees": "good", "biased": "fair", "off": "bad", "undefined": "bad"}
"""The style of a row in a page by its verdict."""

FEW = 8
"""Networks below which a comparison says little."""


def points(
    rows: pd.DataFrame, folder: Path | str, protocol: str, knob: str, features: Iterable[str]
) -> pd.DataFrame:
    """Return one row for each feature at each place of the corrected program that `rows` of a sweep have.

    Columns: protocol, knob, value, feature, ours, sem, n, diverged, reference, reference_sem, reference_n, deviation
    (relative), z, verdict: 'agrees', 'off', or 'undefined' where one of both has no mean or no standard error.
    """
    ours = over_networks(rows[rows["protocol"] == protocol], [knob], UNITS)
    ours[knob] = ours[knob].round(6)
    theirs = corrected(folder, protocol, knob)
    theirs = theirs[theirs["mean"].notna() & theirs["feature"].isin(list(features))]
    both = ours.merge(theirs, on=[knob, "feature"], suffixes=("", "_reference"))
    difference = both["mean"] - both["mean_reference"]
    z = in_standard_errors(difference, both["sem"], both["n"], both["sem_reference"], both["n_reference"])
    return pd.DataFrame(
        {
            "protocol": protocol,
            "knob": knob,
            "value": both[knob],
            "feature": both["feature"],
            "ours": both["mean"],
            "sem": both["sem"],
            "n": both["n"],
            "diverged": both["diverged"],
            "reference": both["mean_reference"],
            "reference_sem": both["sem_reference"],
            "reference_n": both["n_reference"],
            "deviation": difference / both["mean_reference"].abs(),
            "z": z,
            "verdict": np.where(np.isnan(z), "undefined", np.where(np.abs(z) <= WITHIN, "agrees", "off")),
        }
    )


def in_standard_errors(
    difference: pd.Series, sem: pd.Series, n: pd.Series, other_sem: pd.Series, other_n: pd.Series
) -> np.ndarray:
    """Return differences of two means as z: that of a Gaussian as probable as Welch's t, NaN without a standard error.

    Few networks do not know their own spread: t of two networks each is 9.9 where z is 3.
    """
    a, b = np.asarray(sem, float) ** 2, np.asarray(other_sem, float) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = (a + b) ** 2 / (a**2 / (np.asarray(n, float) - 1) + b**2 / (np.asarray(other_n, float) - 1))
        t = np.asarray(difference, float) / np.sqrt(a + b)
        z = -ndtri(stdtr(freedom, -np.abs(t)))
    return np.sign(t) * np.where(np.isfinite(z) | np.isnan(t), z, np.abs(t))


def compare(sweeps: Mapping[tuple[str, str], pd.DataFrame], folder: Path | str) -> pd.DataFrame:
    """Return `points` of CHECKS; `sweeps` holds the rows of the sweep of each (protocol, knob)."""
    parts = [points(sweeps[place], folder, *place, features) for place, features in CHECKS.items() if place in sweeps]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["protocol", "value", "verdict"])


def missing(table: pd.DataFrame, folder: Path | str) -> list[str]:
    """Return the places of CHECKS that a comparison does not hold, such as 'touch C_T = 0.4'."""
    held = set(zip(table["protocol"], table["knob"], table["value"], strict=True)) if len(table) else set()
    found = []
    for protocol, knob in CHECKS:
        theirs = corrected(folder, protocol, knob)
        values = sorted({float(value) for value in theirs[knob]})
        found += [f"{protocol} {knob} = {v:g}" for v in values if (protocol, knob, v) not in held]
    return found


def curves(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each curve of `points`: protocol, knob, feature, points, max_z, mean_z, deviations, verdict.

    max_z: the largest |z|; mean_z with its sign; max_deviation, mean_deviation: relative, the first without sign.
    'undefined' where a point is, 'off' where one is, 'biased' where the mean z is beyond BIAS, else 'agrees'.
    """
    found = []
    for (protocol, knob, feature), here in table.groupby(["protocol", "knob", "feature"], sort=False):
        mean_z = here["z"].mean()
        worst = next((word for word in ("undefined", "off") if (here["verdict"] == word).any()), None)
        found.append(
            {
                "protocol": protocol,
                "knob": knob,
                "feature": feature,
                "points": len(here),
                "max_z": here["z"].abs().max(),
                "mean_z": mean_z,
                "max_deviation": here["deviation"].abs().max(),
                "mean_deviation": here["deviation"].mean(),
                "verdict": worst or ("biased" if abs(mean_z) > BIAS else "agrees"),
            }
        )
    columns = ["protocol", "knob", "feature", "points", "max_z", "mean_z", "max_deviation", "mean_deviation", "verdict"]
    return pd.DataFrame(found, columns=columns)


CURVE_HEAD = ["curve", "points", "mean z", "largest |z|", "mean deviation", "largest deviation", "verdict"]


def curve_cells(row: Any) -> list[str]:
    """Return a row of `curves` as the cells of a page, under CURVE_HEAD."""
    return [
        f"{row.feature} against {row.knob}, {row.protocol}",
        f"{row.points}",
        number(row.mean_z, "+.2f"),
        number(row.max_z, ".1f"),
        f"{number(100 * row.mean_deviation, '+.1f')} %",
        f"{number(100 * row.max_deviation, '.1f')} %",
        row.verdict,
    ]


def counted(verdicts: pd.Series, what: str) -> str:
    """Return how many of `what` (a plural) there are of each verdict, in words."""
    counts = verdicts.value_counts()
    words = {"biased": ("is biased", "are biased"), "off": ("is off", "are off")}
    words |= {"undefined": ("is undefined", "are undefined")}
    more = [f"{n} {words[name][int(n > 1)]}" for name in words if (n := counts.get(name, 0))]
    return ", ".join([f"{counts.get('agrees', 0)} of {len(verdicts)} {what} agree", *more])


def page(found: pd.DataFrame, missing: list[str]) -> str:
    """Return the comparison with the authors' program as an HTML page; `missing` names places that it lacks."""
    lead = (
        f"{counted(found['verdict'], 'values')} with the authors' program, whose two first-order errors are corrected "
        "(its step: 0.025 ms): they are within 3 standard errors of the difference of two means over networks. z is that "
        "difference in standard errors; where the networks are few, that of a Gaussian of the same probability."
    )
    if missing:
        lead += f" Not simulated in this run: {', '.join(missing)}."
    lead += _few(found)
    whole = curves(found)
    return shell.page(
        "The network against the authors' program",
        '<p><a href="index.html">All results</a></p>',
        paragraph(lead),
        "<h2>Curves</h2>",
        paragraph(
            "The mean z of a curve shows a bias that no single value would: it is one beyond 1 in either direction."
        ),
        table(
            CURVE_HEAD,
            [curve_cells(row) for row in whole.itertuples()],
            [STYLES[verdict] for verdict in whole["verdict"]],
        ),
        "<h2>Values</h2>",
        table(
            ["protocol", "at", "feature", "ours ± s.e.m. (n)", "authors ± s.e.m. (n)", "deviation", "z", "verdict"],
            [
                [
                    row.protocol,
                    f"{row.knob} = {row.value:g}",
                    row.feature,
                    f"{number(row.ours, '.4g')} ± {number(row.sem, '.2g')} ({row.n})"
                    + (f", {row.diverged} diverged" if row.diverged else ""),
                    f"{row.reference:.4g} ± {row.reference_sem:.2g} ({row.reference_n:.0f})",
                    f"{number(100 * row.deviation, '+.1f')} %",
                    number(row.z, "+.1f"),
                    row.verdict,
                ]
                for row in found.itertuples()
            ],
            [STYLES[verdict] for verdict in found["verdict"]],
        ),
    )


def _few(found: pd.DataFrame) -> str:
    """Return the sentence that a comparison of few networks needs, empty where all have enough."""
    if not len(found) or found["n"].min() >= FEW:
        return ""
    return f" Some rest on {found['n'].min()} networks; fewer than {FEW} say little."


def verdict(found: pd.DataFrame) -> dict[str, str]:
    """Return the comparison in a sentence, as the results page of a run shows it: title, level, says, page."""
    whole = curves(found)
    apart = found[found["verdict"] == "off"]
    biased = whole[whole["verdict"] == "biased"]
    bad = found["verdict"].isin(["off", "undefined"]).sum()
    title = "Agrees with the authors' program"
    if bad or len(biased):
        title = "Deviates from the authors' program" if bad else "Differs a little from the authors' program"
    says = f"{counted(found['verdict'], 'values')}.{_few(found)}"
    named = [
        f"{row.feature} of {row.protocol} at {row.knob} = {row.value:g} by {100 * row.deviation:+.1f} %"
        for row in apart.head(3).itertuples()
    ]
    says += f" Off: {', '.join(named)}{' and others' if len(apart) > 3 else ''}." if named else ""
    said = [f"{row.feature} against {row.knob} (mean z {row.mean_z:+.1f})" for row in biased.itertuples()]
    says += f" Biased as a whole: {', '.join(said)}." if said else ""
    level = "bad" if bad > len(found) / 2 else "fair" if bad or len(biased) else "good"
    return {"title": title, "level": level, "says": says, "page": "validation.html"}
