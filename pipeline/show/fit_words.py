"""A fit in sentences: what became of its trials, what is best, how sure, which targets are not reached."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.fit.compared import alive
from pipeline.fit.directions import BOUND, WEAK
from pipeline.fit.targets import FAR
from pipeline.pages.parts import deviation, number

STATES = {
    "complete": "completed",
    "pruned": "were given up early, clearly worse than the best",
    "fail": "were interrupted and taken up again by other numbers, where no finished run was simulated twice",
    "running": "were still running",
    "waiting": "were waiting",
}
"""What became of trials, by their state."""

NEAR_SD, FAR_SD = 2, 3
"""A feature that is nearer to its target reaches it; one that is further from it is marked."""

ERRORS = {
    "independent": "The errors of targets are those of their table, independent of each other",
    "correlated": "The errors of targets are those of their table, which go together as features do over networks",
    "network": "The errors of targets are those of one network of a trial, whatever their table says; the landscape "
    "counts deviations in these",
}


def summary(found: Mapping[str, pd.DataFrame], posterior: Mapping[str, Any]) -> list[str]:
    """Return in sentences what a fit found: its best knobs, which trials are as good, how sure, knobs at an end."""
    doubted = posterior.get("doubt", "")
    how = "by the surface, which is in doubt," if doubted else "with 90 % probability"
    best = "; ".join(
        f"{row.knob} = {row.fitted:.4g}{behind(row.unit)} ("
        + ("" if pd.isna(row.q05) else f"{how} {row.q05:.4g} to {row.q95:.4g}; ")
        + f"the network's own value is {row.model:g})"
        for row in found["knobs"].itertuples()
    )
    sure = [str(posterior.get(key, "")) for key in ("alike", "noisy", "disagrees", *([] if doubted else ["direction"]))]
    return [f"The best fit has {best}.", *filter(None, sure), *at_bounds(found["knobs"])]


def account(trials: pd.DataFrame) -> list[str]:
    """Return sentences on what became of the trials, why, and what they cost."""
    counts = trials["state"].value_counts()
    parts = [f"{counts[state]} {words}" for state, words in STATES.items() if counts.get(state)]
    done = trials[trials["state"] == "complete"]
    sentences = [f"Of {len(trials)} trials {', '.join(parts)}."]
    if swept := int((done["origin"] == "sweep").sum()):
        sentences.append(f"{swept} of the completed came from a sweep, at no cost.")
    diverged = trials["diverged"].fillna(0)
    if diverged.any():
        sentences.append(
            f"In {int((diverged > 0).sum())} trials a value became non-finite ({int(diverged.sum())} runs), "
            "which are averaged nowhere."
        )
    else:
        sentences.append("No run diverged.")
    beyond = trials["problem"][(trials["state"] == "complete") & (diverged == 0)].dropna()
    if len(beyond):
        sentences.append(f"{len(beyond)} trials were silent or ran away, such as: {beyond.iloc[0]}.")
    cpu_s = trials["cpu_s"][trials["origin"] != "sweep"].sum()
    sentences.append(f"Best score {alive(trials)['score'].min():.2f}. {cpu_s:.0f} CPU s.")
    return sentences


def unsound(fitted: pd.DataFrame) -> list[str]:
    """Return a sentence on runs of the best trial on fresh networks that diverged, fell silent or ran away."""
    if not fitted["beyond"].any():
        return []
    worst = fitted.loc[fitted["beyond"].idxmax()]
    runs = fitted.groupby("protocol")["beyond"].max().sum()  # all targets of a protocol are of the same runs
    return [
        f"{runs:.0f} runs of the best trial on fresh networks diverged, fell silent or ran away "
        f"({worst['problem']}): its knobs are at an edge of what lives."
    ]


def misfit(fitted: pd.DataFrame, most: int | None = None) -> list[str]:
    """Return a sentence on features that do not reach their targets, `most` of them; else the one furthest off."""
    order = fitted.reindex(fitted["deviation_sd"].abs().sort_values(ascending=False).index)
    off = order[order["deviation_sd"].abs() > NEAR_SD]
    named = [
        f"{feature(row)} of {row.protocol} ({number(row.mean, '.3g')}, target {row.target:.3g} ± {row.sd:.2g}"
        f"{behind(row.unit)}, {off_by(row.deviation_sd)})"
        for row in (order[:1] if off.empty else off[:most]).itertuples()
    ]
    more = f" and {len(off) - len(named)} more" if len(off) > len(named) else ""
    return [f"{'Furthest off is' if off.empty else 'Further off:'} {'; '.join(named)}{more}."] if named else []


def at_bounds(knobs: pd.DataFrame) -> list[str]:
    """Return a sentence on knobs whose best value is at the end of their range: a wider one might fit better.

    At its end on a linear scale and, where the range is above 0, on a logarithmic one: the table does not say which.
    """

    def near(value: float, end: float, low: float, high: float) -> bool:
        linear = abs(value - end) < BOUND * (high - low)
        return linear and (low <= 0 or abs(math.log(value / end)) < BOUND * math.log(high / low))

    ends = [
        f"{row.knob} = {row.fitted:.4g} is at the {end} end of its range"
        for row in knobs.itertuples()
        for end in ("low", "high")
        if near(row.fitted, getattr(row, end), row.low, row.high)
    ]
    return [f"{'; '.join(ends)}: first of all give it a wider range, if it may have one."] if ends else []


def certainty(directions: pd.DataFrame, posterior: Mapping[str, Any]) -> list[str]:
    """Return paragraphs on the directions of the posterior, the worst determined first, and on what it rests."""
    errors = pd.Series(posterior.get("error_sd", {}), dtype=float)
    if directions.empty or errors.empty:
        return [f"There is no posterior: {posterior['says']}"]
    doubt = posterior.get("doubt", "")
    weak = (
        f" Weakly determined: more than {100 * WEAK:.0f} % of the spread of the ranges is left. Where these are "
        "narrow, the intervals of the knobs may be narrow all the same."
    )
    return [
        *filter(None, [doubt, *(posterior.get(key) for key in ("noisy", "disagrees", "missed", "against"))]),
        ("What the surface would say if it were right" if doubt else "How sure combinations of knobs are")
        + ", from the least to the best determined (half the 90 % interval): "
        + " ".join(directions["says"])
        + (weak if posterior.get("weak") else ""),
        _rests(posterior, errors),
    ]


def _rests(posterior: Mapping[str, Any], errors: pd.Series) -> str:
    """Return on what a posterior rests; `errors`: of its surface, in sd of each target."""
    said = ERRORS[posterior.get("errors", "independent")]
    if apart := posterior.get("apart"):
        said += f" (networks say nothing of {'; '.join(apart)}, which count as independent, with the sd of the table)"
    if posterior.get("neural"):
        return (
            f"This rests on a neural network trained on {posterior['trials']} trials (library sbi), with errors like "
            f"those of the targets. {said}; the prior is uniform over the ranges. The landscape, and what is predicted "
            "for each target, are by a quadratic surface."
        )
    return (
        f"This rests on a quadratic surface of {posterior['trials']} trials. Where the posterior lies it is off by "
        f"{errors.median():.1f} sd of a target (median; worst {errors.idxmax()}, {errors.max():.1f} sd); "
        f"{100 * (posterior.get('untested') or 0.0):.0f} % of the posterior lies where trials tell too little. "
        f"{said}; those of the surface and its misfit are added; the prior is uniform over the ranges."
    )


def feature(row: Any) -> str:
    """Return what a target is of, in words."""
    return row.feature if row.statistic == "mean" else f"{row.feature}, {row.statistic}"


def off_by(deviation_sd: float) -> str:
    """Return a deviation in sd; the most that one counts as is only said to be exceeded."""
    return deviation(deviation_sd) if abs(deviation_sd) < FAR else f"more than {FAR:g} sd"


def behind(unit: str) -> str:
    """Return a unit as it stands behind a number."""
    return "" if unit == "1" else f" {unit}"
