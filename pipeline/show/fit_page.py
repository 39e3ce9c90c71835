"""The page of a fit: what was found, how sure, what else would have fitted as well, and whether it holds."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.show.report import Diverged, cases_list, number, page, paragraph, table

STATES = {
    "complete": "completed",
    "pruned": "were given up early, clearly worse than the best",
    "fail": "failed or were interrupted, and taken up again",
    "running": "were still running",
    "waiting": "were waiting",
}
"""What became of trials, by their state."""

FAR_SD = 3
"""A feature that is further from its target is marked."""

BOUND = 0.01
"""Part of a range within which a knob counts as being at its end."""

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


def fit_page(
    found: Tables, posterior: Mapping[str, Any], figures: list[Path], diverged: Sequence[Diverged], folder: str
) -> str:
    """Return the page; `figures` (PNG) are put into it, diagnoses of `diverged` trials in `folder` linked from it."""
    near = int((found.fitted["deviation_sd"].abs() <= FAR_SD).sum())
    holds = (
        f"On {int(found.fitted['n'].max())} fresh networks {near} of {len(found.fitted)} features lie within "
        f"{FAR_SD} sd of their target."
    )
    knobs = list(found.knobs["knob"])
    return page(
        "The fit",
        paragraph(" ".join([*_account(found.trials), holds, *_misfit(found.fitted), *_at_bounds(found.knobs)])),
        "<h2>Best parameters</h2>",
        _knobs(found.knobs),
        _leaders(found.leaders, knobs),
        _front(found.pareto, knobs),
        "<h2>How sure</h2>",
        *map(paragraph, _certainty(found.directions, posterior)),
        _good(found.good, knobs),
        "<h2>Features against targets</h2>",
        paragraph("The best trial simulated again on fresh networks, means with standard errors over networks."),
        _features(found.fitted),
        "<h2>Figures</h2>",
        *map(_picture, figures),
        cases_list(diverged, folder),
    )


def _misfit(fitted: pd.DataFrame) -> list[str]:
    """Return a sentence on what the model cannot do: all features that are far off, else the one that is furthest."""
    order = fitted.reindex(fitted["deviation_sd"].abs().sort_values(ascending=False).index)
    off = order[order["deviation_sd"].abs() > FAR_SD]
    named = [
        f"{_feature(row)} of {row.protocol} ({number(row.mean, '.3g')}, target {row.target:.3g} ± {row.sd:.2g} "
        f"{row.unit}, {row.deviation_sd:+.1f} sd)"
        for row in (order[:1] if off.empty else off).itertuples()
    ]
    return [f"{'Furthest off is' if off.empty else 'It misses'} {'; '.join(named)}."] if named else []


def _at_bounds(knobs: pd.DataFrame) -> list[str]:
    """Return a sentence on knobs whose best value is at the end of their range: a wider one might fit better."""
    ends = [
        f"{row.knob} = {row.fitted:.4g} is at the {end} end of its range"
        for row in knobs.itertuples()
        for end in ("low", "high")
        if abs(row.fitted - getattr(row, end)) < BOUND * (row.high - row.low)
    ]
    return [f"{'; '.join(ends)}: a wider range might fit better."] if ends else []


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
    sentences.append(
        f"Best score {done['score'].min():.2f}. {trials['cpu_s'][trials['origin'] != 'sweep'].sum():.0f} CPU s."
    )
    return sentences


def _knobs(knobs: pd.DataFrame) -> str:
    head = ["knob", "best trial", "5 to 95 %", "median", "sd", "model", "best against model", "range", "importance"]
    rows = [
        [
            f"{row.knob} ({row.unit})" if row.unit != "1" else row.knob,
            f"{row.fitted:.4g}",
            f"{number(row.q05, '.4g')} to {number(row.q95, '.4g')}",
            number(row.q50, ".4g"),
            number(row.sd, ".2g"),
            f"{row.model:g}",
            f"{100 * (row.ratio - 1):+.1f} %" if row.model else "–",
            f"{row.low:g} to {row.high:g}",
            number(row.importance, ".2f"),
        ]
        for row in knobs.itertuples()
    ]
    return table(head, rows)


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
    text = "The leading trials again on fresh networks, more and more of them until they separate; 'equal' did not."
    return "<h2>Leaders</h2>" + paragraph(text) + table(head, rows)


def _front(front: pd.DataFrame, knobs: list[str]) -> str:
    """Return the trials that no other betters in all objectives."""
    if front.empty:
        return ""
    objectives = [name.removeprefix("score_") for name in front.columns if name.startswith("score_")]
    objectives.remove("sem")  # score_sem is that of the score over all targets
    head = ["trial", *(f"{name} ± s.e.m." for name in objectives), *knobs]
    rows = [
        [
            str(row["trial"]),
            *(f"{row[f'score_{name}']:.2f} ± {number(row[f'sem_{name}'], '.2f')}" for name in objectives),
            *(f"{row[name]:.4g}" for name in knobs),
        ]
        for row in front.to_dict("records")
    ]
    text = "What cannot be had together: trials that no other betters in all objectives (r.m.s. deviation in sd)."
    return "<h2>Pareto front</h2>" + paragraph(text) + table(head, rows)


def _feature(row: Any) -> str:
    return row.feature if row.statistic == "mean" else f"{row.feature}, {row.statistic}"


def _certainty(directions: pd.DataFrame, posterior: Mapping[str, Any]) -> list[str]:
    """Return paragraphs on the directions of the posterior, the worst determined first, and on what it rests."""
    if directions.empty:
        return [f"There is no posterior: {posterior['says']}"]
    errors = pd.Series(posterior["error_sd"])
    return [
        "From the least to the best determined combination of knobs (half the 90 % interval): "
        + " ".join(directions["says"]),
        f"This rests on a quadratic surface of {posterior['trials']} trials, without new simulations. It predicts "
        f"features of trials that it has not seen to {errors.median():.1f} sd of the target (median; worst "
        f"{errors.idxmax()}, {errors.max():.1f} sd). Variances of target, of the networks of a trial and of the "
        "surface are added; features count as independent; the prior is uniform over the ranges.",
    ]


def _good(good: pd.DataFrame, knobs: list[str]) -> str:
    if good.empty:
        return ""
    text = f"{len(good)} trials fit as well as the best, within noise" + (
        f"; the first {SHOWN}:" if len(good) > SHOWN else ":"
    )
    rows = [
        [str(row["trial"]), f"{row['score']:.2f}", *(f"{row[name]:.4g}" for name in knobs)]
        for row in good.head(SHOWN).to_dict("records")
    ]
    return paragraph(text) + table(["trial", "score", *knobs], rows)


def _features(fitted: pd.DataFrame) -> str:
    head = ["feature", "protocol", "target ± sd", "fit ± s.e.m. (n)", "deviation"]
    rows = [
        [
            _feature(row),
            row.protocol,
            f"{row.target:.4g} ± {row.sd:.2g}" + (f" {row.unit}" if row.unit != "1" else ""),
            f"{number(row.mean, '.4g')} ± {number(row.sem, '.2g')} ({row.n})"
            + (f", {row.diverged} diverged" if row.diverged else ""),
            f"{row.deviation_sd:+.1f} sd",
        ]
        for row in fitted.itertuples()
    ]
    return table(head, rows, ["off" if abs(d) > FAR_SD else "" for d in fitted["deviation_sd"]])


def _picture(path: Path) -> str:
    content = base64.b64encode(path.read_bytes()).decode()
    return f'<p><img src="data:image/png;base64,{content}" alt="{escape(path.stem)}" style="max-width: 100%"></p>'
