"""The page of a fit: what was found, how sure, what else would have fitted as well, and whether it holds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.fit.front import said as said_of_front
from pipeline.pages.parts import PLAIN, Words, figure, number, paragraph, picture, table
from pipeline.pages.shell import page
from pipeline.show.figures import says
from pipeline.show.fit_figures import in_table_sd
from pipeline.show.fit_words import (
    FAR_SD,
    NEAR_SD,
    account,
    at_bounds,
    behind,
    certainty,
    feature,
    misfit,
    off_by,
    unsound,
)
from pipeline.show.report import BACK, Diverged, cases_list

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
                    *account(found.trials),
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
            feature(row),
            row.protocol,
            f"{row.target:.4g} ± {row.sd:.2g}{behind(row.unit)}",
            f"{number(row.mean, '.4g')} ± {number(row.sem, '.2g')} ({row.n})"
            + (f", {row.diverged} diverged" if row.diverged else ""),
            "undefined" if pd.isna(row.mean) else off_by(row.deviation_sd),
            *over[k : k + 1],
        ]
        for k, row in enumerate(fitted.itertuples())
    ]
    far = ["bad" if abs(d) > FAR_SD else "" for d in fitted["deviation_sd"]]
    return table(head, rows, far, words, about="Features against targets")
