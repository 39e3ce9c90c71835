"""The page of a fit: what was found, how sure, what else would have fitted as well, and whether it holds."""

import base64
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.report import number, page, paragraph, table

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

SHOWN = 8
"""Trials as good as the best that are listed."""


def fit_page(
    knobs: pd.DataFrame,
    fitted: pd.DataFrame,
    trials: pd.DataFrame,
    directions: pd.DataFrame,
    good: pd.DataFrame,
    posterior: Mapping[str, Any],
    figures: list[Path],
) -> str:
    """Return the page; `figures` (PNG) are put into it."""
    far = int((fitted["deviation_sd"].abs() > FAR_SD).sum())
    holds = (
        f"On {int(fitted['n'].max())} fresh networks {len(fitted) - far} of {len(fitted)} features lie within "
        f"{FAR_SD} sd of their target."
    )
    return page(
        "The fit",
        paragraph(" ".join([*_account(trials), holds])),
        "<h2>Best parameters</h2>",
        _knobs(knobs),
        "<h2>How sure</h2>",
        *map(paragraph, _certainty(directions, posterior)),
        _good(good, list(knobs["knob"])),
        "<h2>Features against targets</h2>",
        paragraph("The best trial simulated again on fresh networks, means with standard errors over networks."),
        _features(fitted),
        "<h2>Figures</h2>",
        *map(_picture, figures),
    )


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
    if beyond := int((trials["problem"].notna() & (diverged == 0)).sum()):
        sentences.append(f"{beyond} trials were silent or ran away, such as: {trials['problem'].dropna().iloc[0]}.")
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
            row.feature if row.statistic == "mean" else f"{row.feature}, {row.statistic}",
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
