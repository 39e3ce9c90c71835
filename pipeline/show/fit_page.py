"""The page of a fit: what was found, how sure, what else would have fitted as well, and whether it holds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.fit.compared import alive
from pipeline.fit.directions import BOUND, WEAK
from pipeline.fit.front import said as said_of_front
from pipeline.fit.targets import FAR
from pipeline.pages.parts import PLAIN, Words, deviation, figure, number, paragraph, picture, table
from pipeline.pages.shell import page
from pipeline.show.figures import says
from pipeline.show.fit_figures import in_table_sd
from pipeline.show.report import BACK, Diverged, cases_list

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

SHOWN = 8
"""Trials as good as the best that are listed."""


@dataclass(frozen=True)
class Tables:
    """What a fit and its posterior left: a table each, that of `leaders` or `pareto` empty where the fit has none."""

    knobs: pd.DataFrame
    fitted: pd.DataFrame
    trials: pd.DataFrame
    directions: pd.DataFrame
    good: pd.DataFrame
    leaders: pd.DataFrame
    pareto: pd.DataFrame
    predicted: pd.DataFrame = field(default_factory=pd.DataFrame)
    """Empty where there is no posterior."""


def fit_page(
    found: Tables, posterior: Mapping[str, Any], figures: list[Path], diverged: Sequence[Diverged], folder: str
) -> str:
    """Return the page; `figures` (PNG) are put into it, diagnoses of `diverged` trials in `folder` linked from it."""
    near = int((found.fitted["deviation_sd"].abs() <= NEAR_SD).sum())
    holds = (
        f"On {int(found.fitted['n'].max())} fresh networks {near} of {len(found.fitted)} features lie within "
        f"{NEAR_SD} sd of their target.",
        *unsound(found.fitted),
    )
    knobs = list(found.knobs["knob"])
    doubt = posterior.get("doubt", "")
    return page(
        "The fit",
        BACK,
        *([paragraph(f"This fit has not converged. {doubt}")] if doubt else []),
        paragraph(
            " ".join(
                [
                    *_account(found.trials),
                    *filter(None, [posterior.get("luck")]),
                    *(*holds, *misfit(found.fitted), *at_bounds(found.knobs)),
                ]
            )
        ),
        "<h2>Best parameters</h2>",
        knob_table(found.knobs),
        paragraph(posterior.get("importance", "")),
        _leaders(found.leaders, knobs),
        _front(found.pareto, knobs),
        "<h2>How sure</h2>",
        *map(paragraph, certainty(found.directions, posterior)),
        _good(found.good, posterior.get("alike", ""), knobs),
        "<h2>Features against targets</h2>",
        paragraph("The best trial simulated again on fresh networks, means with standard errors over networks."),
        feature_table(found.fitted, predicted=found.predicted),
        "<h2>Figures</h2>",
        f'<div class="figures">{"".join(map(_drawn, figures))}</div>',
        cases_list(diverged, folder),
    )


def _drawn(path: Path) -> str:
    caption = says(path)
    return figure(picture(path.read_bytes(), caption), escape(caption))


def summary(found: Mapping[str, pd.DataFrame], posterior: Mapping[str, Any]) -> list[str]:
    """Return in sentences what a fit found: its best knobs, which trials are as good, how sure, knobs at an end."""
    doubted = posterior.get("doubt", "")
    how = "by the surface, which is in doubt," if doubted else "with 90 % probability"
    best = "; ".join(
        f"{row.knob} = {row.fitted:.4g}{_unit(row.unit)} ("
        + ("" if pd.isna(row.q05) else f"{how} {row.q05:.4g} to {row.q95:.4g}; ")
        + f"the network's own value is {row.model:g})"
        for row in found["knobs"].itertuples()
    )
    sure = [str(posterior.get(key, "")) for key in ("alike", "noisy", "disagrees", *([] if doubted else ["direction"]))]
    return [f"The best fit has {best}.", *filter(None, sure), *at_bounds(found["knobs"])]


def _unit(unit: str) -> str:
    return "" if unit == "1" else f" {unit}"


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
        f"{_feature(row)} of {row.protocol} ({number(row.mean, '.3g')}, target {row.target:.3g} ± {row.sd:.2g}"
        f"{_unit(row.unit)}, {_off(row.deviation_sd)})"
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


def _account(trials: pd.DataFrame) -> list[str]:
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


def knob_table(knobs: pd.DataFrame, words: Words = PLAIN) -> str:
    """Return the best knobs with their uncertainty, beside the model's own values."""
    weights = [name for name in knobs if name.startswith("importance")]
    head = ["knob", "best trial", "5 to 95 %", "median", "sd", "own value", "best against it", "range"]
    head += [name.replace("_", " for ", 1) for name in weights]
    rows = [
        [
            f"{row.knob} ({row.unit})" if row.unit != "1" else row.knob,
            f"{row.fitted:.4g}",
            "–" if pd.isna(row.q05) else f"{row.q05:.4g} to {row.q95:.4g}",
            number(row.q50, ".4g"),
            number(row.sd, ".2g"),
            f"{row.model:g}",
            f"{number(100 * (row.ratio - 1), '+.1f')} %" if row.model else "–",
            f"{row.low:g} to {row.high:g}",
            *(number(getattr(row, name), ".2f") for name in weights),
        ]
        for row in knobs.itertuples()
    ]
    return table(head, rows, words=words, about="Knobs")


def _leaders(leaders: pd.DataFrame, knobs: list[str]) -> str:
    """Return the best trials as ranked on more and more fresh networks."""
    if leaders.empty:
        return ""
    head = ["trial", "score ± s.e.m.", "networks", "worse than the best by", "verdict", *knobs]
    rows = [
        [
            str(row["trial"]),
            f"{row['score']:.2f} ± {number(row['score_sem'], '.2f')}",
            str(row["networks"]),
            "–" if row["verdict"] == "best" else f"{row['difference']:.2f} ± {number(row['difference_sem'], '.2f')}",
            row["verdict"],
            *(f"{row[name]:.4g}" for name in knobs),
        ]
        for row in leaders.to_dict("records")
    ]
    text = "The best trials were simulated again until they separated; those that are called equal did not."
    return "<h2>The best again, on more and more fresh networks</h2>" + paragraph(text) + table(head, rows)


def _front(front: pd.DataFrame, knobs: list[str]) -> str:
    """Return the trials that no other betters in all objectives, or that may be among these."""
    if front.empty:
        return ""
    objectives = [name.removeprefix("score_") for name in front.columns if name.startswith("score_")]
    objectives.remove("sem")  # score_sem is that of the score over all targets
    head = ["trial", *(f"{name} ± s.e.m." for name in objectives), "on the front", "not told from", *knobs]
    rows = [
        [
            str(row["trial"]),
            *(f"{row[f'score_{name}']:.2f} ± {number(row[f'sem_{name}'], '.2f')}" for name in objectives),
            row["on_front"] + ("" if pd.isna(row["probability"]) else f", {100 * row['probability']:.0f} %"),
            row["alike"],
            *(f"{row[name]:.4g}" for name in knobs),
        ]
        for row in front.to_dict("records")
    ]
    text = (
        "What cannot be had together: trials that no other betters in all objectives (r.m.s. deviation in sd), or that "
        "may be among these. The per cent say how probable that is, given the standard errors: "
        f"{said_of_front(front.to_dict('records'))}"
    )
    return "<h2>Pareto front</h2>" + paragraph(text) + table(head, rows)


def _feature(row: Any) -> str:
    return row.feature if row.statistic == "mean" else f"{row.feature}, {row.statistic}"


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


def _off(deviation_sd: float) -> str:
    """Return a deviation in sd; the most that one counts as is only said to be exceeded."""
    return deviation(deviation_sd) if abs(deviation_sd) < FAR else f"more than {FAR:g} sd"


ERRORS = {
    "independent": "The errors of targets are those of their table, independent of each other",
    "correlated": "The errors of targets are those of their table, which go together as features do over networks",
    "network": "The errors of targets are those of one network of a trial, whatever their table says; the landscape "
    "counts deviations in these",
}


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


def _good(good: pd.DataFrame, says: str, knobs: list[str]) -> str:
    """Return the trials that are as good as the best; `says` what that means."""
    if good.empty:
        return ""
    rows = [
        [
            str(row["trial"]),
            f"{row['score']:.2f} ± {number(row['score_sem'], '.2f')}",
            *(f"{row[name]:.4g}" for name in knobs),
        ]
        for row in good.head(SHOWN).to_dict("records")
    ]
    more = f" The first {SHOWN}:" if len(good) > SHOWN else ""
    return paragraph(says + more) + table(["trial", "score ± s.e.m.", *knobs], rows)


def feature_table(fitted: pd.DataFrame, words: Words = PLAIN, predicted: pd.DataFrame | None = None) -> str:
    """Return each target beside the feature of the best trial on fresh networks, and what the posterior predicts."""
    head = ["feature", "protocol", "target ± sd", "fit ± s.e.m. (n)", "deviation"]
    over: list[str] = []
    if predicted is not None and len(predicted) == len(fitted):
        ends = zip(*in_table_sd(predicted, fitted), strict=True)
        over = ["–" if math.isnan(low) else f"{low:+.1f} to {high:+.1f} sd" for low, high in ends]
    head += ["posterior, 90 %"] if over else []
    rows = [
        [
            _feature(row),
            row.protocol,
            f"{row.target:.4g} ± {row.sd:.2g}" + (f" {row.unit}" if row.unit != "1" else ""),
            f"{number(row.mean, '.4g')} ± {number(row.sem, '.2g')} ({row.n})"
            + (f", {row.diverged} diverged" if row.diverged else ""),
            "undefined" if pd.isna(row.mean) else _off(row.deviation_sd),
            *over[k : k + 1],
        ]
        for k, row in enumerate(fitted.itertuples())
    ]
    far = ["bad" if abs(d) > FAR_SD else "" for d in fitted["deviation_sd"]]
    return table(head, rows, far, words, about="Features against targets")
