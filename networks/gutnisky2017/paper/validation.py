"""Our base point against the authors' program: which features agree, by how much, and by which rule.

Three verdicts: within 3 standard errors of the difference a feature agrees; beyond them, but by less than a tolerance,
it differs, and by how much is said; else it is off. The tolerance is 5 % of the authors' converged runs (dt = 0.0125
ms) where these have the point, else 10 % of their runs at dt = 0.05 ms, whose own step makes touch about 7 % too
strong. A difference of more than 3 standard errors is one, however small: a tolerance does not make it agreement.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student

from pipeline.measure.summary import joint_standard_error, over_networks
from pipeline.pages import shell
from pipeline.pages.parts import number, paragraph, table
from pipeline.plan.columns import Column, Words
from pipeline.plan.given import table_of
from networks.gutnisky2017.features import UNITS

CHECKS = {
    ("whisking", "A_T"): ((6, 10, 14, 20), ("rate_E", "rate_I", "cv_E", "cv_I", "chi_E", "chi_I")),
    ("touch", "C_T"): ((0.4, 0.6, 1.0), ("rate_E", "rate_I", "R_E", "R_I")),
}
"""What is compared: (protocol, knob) -> values of the knob, features."""

FILES = {
    ("whisking", "A_T"): "rates_vs_A_T.csv",
    ("touch", "C_T"): "response_vs_C_T.csv",
    ("touch", "delay_EI"): "response_vs_delay_EI.csv",
}
"""The authors' curves at dt = 0.05 ms. Their A_T carry an offset of 0.0001 spikes/s, which is rounded away."""

TOLERANCE = {"0.0125 ms": 0.05, "0.05 ms": 0.10}
"""Relative deviation that is not called off, by the step of the reference."""

WITHIN = 3.0
"""Standard errors of the difference within which a feature agrees."""

CURVE_WITHIN, CURVE_TOLERANCE, CURVE_MEAN = 4.0, 0.08, 1.5
"""The same of each point of a curve, which has many; and the mean |z| that its converged points must stay below."""

STYLES = {"agrees": "good", "differs": "fair", "off": "bad", "undefined": "bad"}
"""The style of a row in a page by its verdict."""



MEASURED = {
    f"{name}_{population}": Column(missing=True, needed=False)
    for name in ("rate", "cv", "z1", "chi", "R")
    for population in "TEI"
    if (name, population) != ("chi", "T")
}
"""What the authors' program measured of each population; undefined where it was silent."""


def reference(folder: Path | str, protocol: str, knob: str) -> pd.DataFrame:
    """Return the reference of a curve, its converged points where there are any.

    Columns: knob, feature, reference_dt, mean, sem, n.
    """
    folder = Path(folder)
    places = {"protocol": Words(), "knob": Words(), "value": Column(), "repeat": Column(needed=False)}
    converged = table_of(folder / "converged.csv", places | MEASURED).query("protocol == @protocol and knob == @knob")
    converged = converged.rename(columns={"value": knob}).drop(columns="knob")
    coarse = table_of(folder / FILES[protocol, knob], {knob: Column(), "repeat": Column(needed=False)} | MEASURED)
    coarse[knob] = coarse[knob].round(3)
    coarse = coarse[~coarse[knob].isin(converged[knob])]
    long = pd.concat(
        [
            runs.drop(columns=["protocol", "repeat"], errors="ignore")
            .melt(id_vars=knob, var_name="feature")
            .assign(reference_dt=step)
            for runs, step in ((converged, "0.0125 ms"), (coarse, "0.05 ms"))
        ]
    )
    grouped = long.groupby([knob, "feature", "reference_dt"])["value"]
    return grouped.agg(["mean", "sem", "count"]).rename(columns={"count": "n"}).reset_index()


def missing(table: pd.DataFrame) -> list[str]:
    """Return the places of CHECKS that a comparison does not hold, such as 'touch C_T = 0.4'."""
    held = set(zip(table["protocol"], table["value"], strict=True)) if len(table) else set()
    return [
        f"{protocol} {knob} = {value:g}"
        for (protocol, knob), (values, _) in CHECKS.items()
        for value in values
        if (protocol, value) not in held
    ]


def compare(sweeps: dict[tuple[str, str], pd.DataFrame], folder: Path | str) -> pd.DataFrame:
    """Return one row for each compared feature; `sweeps` holds the rows of the sweep of each (protocol, knob).

    Columns: protocol, knob, value, feature, ours, sem, n, reference, reference_sem, reference_n, reference_dt,
    deviation (relative), z (in standard errors of the difference), tolerance (relative), verdict: 'agrees', 'differs'
    or 'off', see the module. A place that our sweep does not have is left out; one without a usable network has the
    verdict 'undefined'.
    """
    parts = []
    for (protocol, knob), (values, features) in CHECKS.items():
        if (protocol, knob) not in sweeps:
            continue
        rows = sweeps[protocol, knob]
        ours = over_networks(rows[rows["protocol"] == protocol], [knob], UNITS)
        theirs = reference(folder, protocol, knob)
        both = ours.merge(theirs, on=[knob, "feature"], suffixes=("", "_reference"))
        both = both[both[knob].isin(values) & both["feature"].isin(features)].rename(columns={knob: "value"})
        parts.append(both.assign(protocol=protocol, knob=knob))
    if not parts:
        return pd.DataFrame(columns=["protocol", "knob", "value", "feature", "n", "verdict"])
    table = pd.concat(parts, ignore_index=True)
    error = joint_standard_error(table["sem"], table["sem_reference"])
    difference = table["mean"] - table["mean_reference"]
    tolerance = table["reference_dt"].map(TOLERANCE)
    deviation = difference / table["mean_reference"].abs()
    z = difference / error
    # without a standard error, as of one network, nothing can be said to agree
    verdict = np.where(z.abs() <= WITHIN, "agrees", np.where(deviation.abs() <= tolerance, "differs", "off"))
    return pd.DataFrame(
        {
            "protocol": table["protocol"],
            "knob": table["knob"],
            "value": table["value"],
            "feature": table["feature"],
            "ours": table["mean"],
            "sem": table["sem"],
            "n": table["n"],
            "diverged": table["diverged"],
            "reference": table["mean_reference"],
            "reference_sem": table["sem_reference"],
            "reference_n": table["n_reference"],
            "reference_dt": table["reference_dt"],
            "deviation": deviation,
            "z": z,
            "tolerance": tolerance,
            "verdict": np.where(table["n"] > 0, verdict, "undefined"),
        }
    )


def agreement(rows: pd.DataFrame, folder: Path | str, protocol: str, knob: str, features: list[str]) -> pd.DataFrame:
    """Return one row for each curve (feature): how far our means are from all of the authors' values on it.

    Columns: protocol, knob, feature, points, converged (of these at dt = 0.0125 ms), max_z, mean_z (in joint standard
    errors), max_deviation, mean_deviation (relative), mean_z_converged, verdict. 'off' where a point is off by more
    than 4 standard errors and 8 % at once, or the mean |z| of the converged points is 1.5 or more; else 'differs'
    where a point is off by more than 4 standard errors, else 'agrees'; 'undefined' where a point that both have is
    without our value, all of its networks having diverged, or none is common.
    """
    ours = over_networks(rows[rows["protocol"] == protocol], [knob], UNITS)
    ours[knob] = ours[knob].round(6)
    table = ours.merge(reference(folder, protocol, knob), on=[knob, "feature"], suffixes=("", "_reference"))
    difference = table["mean"] - table["mean_reference"]
    table["z"] = (difference / joint_standard_error(table["sem"], table["sem_reference"])).abs()
    table["deviation"] = (difference / table["mean_reference"]).abs()
    found = []
    for feature in features:
        common = table[(table["feature"] == feature) & table["mean_reference"].notna()]
        if common.empty:
            continue
        here = common.dropna(subset="z")
        lost = common["mean"].isna().any() or here.empty
        converged = here[here["reference_dt"] == "0.0125 ms"]["z"]
        verdict = _of_curve(here["z"], here["deviation"])
        found.append(
            {
                "protocol": protocol,
                "knob": knob,
                "feature": feature,
                "points": len(here),
                "converged": len(converged),
                "max_z": here["z"].max(),
                "mean_z": here["z"].mean(),
                "max_deviation": here["deviation"].replace(np.inf, np.nan).max(),
                "mean_deviation": here["deviation"].replace(np.inf, np.nan).mean(),
                "mean_z_converged": converged.mean(),
                "verdict": "undefined" if lost else "off" if converged.mean() >= CURVE_MEAN else verdict,
            }
        )
    return pd.DataFrame(found)


def _of_curve(z: "np.ndarray | pd.Series", deviation: "np.ndarray | pd.Series") -> str:
    """Return the verdict on a curve by |z| and relative deviation of its points; one without the latter has no bound."""
    beyond = z > CURVE_WITHIN
    return "off" if (beyond & ~(deviation <= CURVE_TOLERANCE)).any() else "differs" if beyond.any() else "agrees"


def counted(verdicts: pd.Series, what: str) -> str:
    """Return how many of `what` (a plural) there are of each verdict, in words."""
    counts = verdicts.value_counts()
    words = {"differs": "differ by less than the tolerance", "off": "are off", "undefined": "are undefined"}
    one = {"differs": "differs by less than the tolerance", "off": "is off", "undefined": "is undefined"}
    more = [
        f"{counts[verdict]} {one[verdict] if counts[verdict] == 1 else said}"
        for verdict, said in words.items()
        if counts.get(verdict)
    ]
    return ", ".join([f"{counts.get('agrees', 0)} of {len(verdicts)} {what} agree", *more])


def psths(folder: Path | str) -> pd.DataFrame:
    """Return the authors' PSTHs, one run of 20 s at dt = 0.05 ms: protocol, bin_start_ms, T, E, I in spikes/s."""
    bins = {"protocol": Words(), "bin_start_ms": Column(), **dict.fromkeys("TEI", Column())}
    return table_of(Path(folder) / "psth.csv", bins)


def psth_agreement(rows: pd.DataFrame, folder: Path | str) -> pd.DataFrame:
    """Return one row for each PSTH of E and I of the authors that `rows` of the base point have, as `agreement` does.

    Theirs is one network: whether it could be one of ours is a t test in each bin, whose z is that of a Gaussian of the
    same probability. T, whose spikes are drawn, goes to the nearest step, which moves 5 % of a bin across the edges
    of a contact; it is not compared.
    """
    found = []
    for protocol, theirs in psths(folder).groupby("protocol", sort=False):
        here = rows[(rows["protocol"] == protocol) & (rows["status"] == "ok")]
        for population in "EI" if len(here) > 1 else ():
            ours = np.array(here[f"psth_{population}"].tolist())
            reference_rate = theirs[population].to_numpy()
            difference = np.abs(ours.mean(axis=0) - reference_rate)
            error = ours.std(axis=0, ddof=1) * np.sqrt(1 + 1 / len(ours))
            z = norm.isf(student.sf(difference / np.where(error > 0, error, np.inf), len(ours) - 1))
            deviation = difference / np.where(reference_rate > 0, reference_rate, np.nan)
            found.append(
                {
                    "protocol": protocol,
                    "knob": "time in the cycle",
                    "feature": f"psth_{population}",
                    "points": len(z),
                    "converged": 0,
                    "max_z": z.max(),
                    "mean_z": z.mean(),
                    "max_deviation": np.nanmax(deviation),
                    "mean_deviation": np.nanmean(deviation),
                    "mean_z_converged": np.nan,
                    "verdict": _of_curve(z, deviation),
                }
            )
    return pd.DataFrame(found)


def page(found: pd.DataFrame, missing: list[str]) -> str:
    """Return the comparison with the authors' program as an HTML page; `missing` names places that it lacks."""
    head = [
        "protocol",
        "at",
        "feature",
        "ours ± s.e.m. (n)",
        "authors ± s.e.m. (n)",
        "their dt",
        "deviation",
        "z",
        "verdict",
    ]
    rows = [
        [
            row.protocol,
            f"{row.knob} = {row.value:g}",
            row.feature,
            f"{number(row.ours, '.4g')} ± {number(row.sem, '.2g')} ({row.n})"
            + (f", {row.diverged} diverged" if row.diverged else ""),
            f"{row.reference:.4g} ± {row.reference_sem:.2g} ({row.reference_n})",
            row.reference_dt,
            f"{number(100 * row.deviation, '+.1f')} %",
            number(row.z, "+.1f"),
            f"differs by {100 * abs(row.deviation):.1f} %, less than the tolerance of {100 * row.tolerance:.0f} %"
            if row.verdict == "differs"
            else row.verdict,
        ]
        for row in found.itertuples()
    ]
    lead = (
        f"{counted(found['verdict'], 'comparisons')}. What is within 3 standard errors of the difference agrees; what is "
        "not differs, and is off where it does so by more than a tolerance of 5 % (10 % where the authors' value is at "
        "their own step of 0.05 ms, which makes touch about 7 % too strong)."
    )
    if missing:
        lead += f" Not simulated in this run: {', '.join(missing)}."
    if len(found) and found["n"].min() < 8:
        lead += f" Some rest on {found['n'].min()} networks; fewer than 8 say little."
    return shell.page(
        "The base point against the authors' program",
        '<p><a href="index.html">All results</a></p>',
        paragraph(lead),
        table(head, rows, [STYLES[verdict] for verdict in found["verdict"]]),
    )


def verdict(found: pd.DataFrame) -> dict[str, str]:
    """Return the comparison in a sentence, as the results page of a run shows it: title, level, says, page."""
    off = found["verdict"].isin(["off", "undefined"]).sum()
    differs = (found["verdict"] == "differs").sum()
    title = "Agrees with the authors' program"
    if off or differs:
        title = "Deviates from the authors' program" if off else "Differs a little from the authors' program"
    says = f"{counted(found['verdict'], 'comparisons')}."
    if len(found) and found["n"].min() < 8:
        says += f" Some rest on {found['n'].min()} networks; fewer than 8 say little."
    apart = found[found["verdict"].isin(["differs", "off"])]
    named = [
        f"{row.feature} of {row.protocol} at {row.knob} = {row.value:g} by {100 * row.deviation:+.1f} %"
        for row in apart.head(3).itertuples()
    ]
    says += f" Apart: {', '.join(named)}{' and others' if len(apart) > 3 else ''}." if named else ""
    level = "bad" if off > len(found) / 2 else "fair" if off or differs else "good"
    return {"title": title, "level": level, "says": says, "page": "validation.html"}
