"""Sobol indices of features: how much of their variance over the ranges each knob makes. Never simulates."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pipeline.measure.angles import ANGLE
from pipeline.measure.patterns import Feature
from pipeline.show.style import GREY, Knob, empty, feature_label, grid, lowest, note, say, short, text
from pipeline.show.sweep_data import has_problem, is_ok, nothing, one_protocol
from pipeline.show.sweep_pairs import many
from pipeline.sweep import indices

BLUE = "#0072B2"

ROOM = 0.25
"""How far beyond 0 and 1 a panel may reach for the errors."""


def table(
    rows: pd.DataFrame, axes: Sequence[str], features: Mapping[str, Feature], names: Iterable[str] | None = None
) -> pd.DataFrame:
    """Return the indices of the first protocol, as `indices.sobol` does, and how many points there are, diverged, ...

    Of angles there are none.
    """
    rows, _ = one_protocol(rows)
    chosen = [name for name in many(rows, axes, features, names) if features[name].unit != ANGLE]
    found = indices.sobol(rows, indices.blocks(rows, axes), chosen)
    found = found.assign(points=len(rows), diverged=int((~is_ok(rows)).sum()), problems=int(has_problem(rows).sum()))
    return found.iloc[
        np.lexsort((found["knob"].map(list(axes).index), found["feature"].map(chosen.index)))
    ].reset_index(drop=True)


def sobol(
    rows: pd.DataFrame,
    axes: Sequence[str],
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    names: Iterable[str] | None = None,
) -> Figure:
    """Return the first-order and total indices of features, a panel each, with standard errors."""
    del knobs
    rows, others = one_protocol(rows)
    found = table(rows, axes, features, names)
    chosen = list(found["feature"].unique())
    if why := nothing(rows, chosen):
        return empty(why)
    figure, cells = grid(len(chosen), 0.9 + 0.16 * len(axes))
    labelled = False
    for panel, name in zip(cells, chosen, strict=True):
        here = found[found["feature"] == name]
        panel.set_title(text(feature_label(features[name]), 30), loc="left")
        at = np.arange(len(here))
        panel.set_yticks(at, [text(short(knob, 18)) for knob in here["knob"]])
        panel.set(ylim=(len(here) - 0.5, -0.5), xlim=(-0.05, 1.05))
        panel.tick_params(labelsize=7, length=2.5)
        if here["total"].isna().all():
            say(panel, _why(here))
            continue
        panel.barh(at, here["total"], xerr=here["total_se"], height=0.7, color="#cfcfcf", ecolor=GREY,
                   error_kw={"lw": 0.8}, label=None if labelled else "total index")  # fmt: skip
        panel.errorbar(here["first"], at, xerr=here["first_se"], fmt="o", ms=3, lw=0.8, color=BLUE,
                       label=None if labelled else "first order")  # fmt: skip
        labelled = True
        low, high = _ends(here)
        panel.set_xlim(max(-ROOM, min(0, low.min()) - 0.05), min(1 + ROOM, max(1, high.max()) + 0.05))
    for panel in lowest(cells):
        panel.set_xlabel("part of the variance")
    if labelled:
        figure.legend(loc="outside upper right", ncols=2, fontsize=7)
    note(figure, [others, *_about(rows, found)])
    return figure


def _ends(found: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return how far the lines of each row go, to the left and to the right."""
    lines = [(found[name], found[f"{name}_se"]) for name in ("first", "total")]
    left, right = (pd.concat([value + sign * error for value, error in lines], axis=1) for sign in (-1, 1))
    return left.min(axis=1), right.max(axis=1)


def _why(here: pd.DataFrame) -> str:
    whole, of = int(here["samples"].iloc[0]), int(here["of"].iloc[0])
    return f"defined in {whole} of {of} samples" if not indices.enough(whole, of) else "constant"


def _about(rows: pd.DataFrame, found: pd.DataFrame) -> list[str]:
    """Return what else there is to know: the errors, how many samples, the noise of networks, who ran away."""
    said = [
        "first order: what the knob does alone; total: also what it does together with others; lines: standard errors"
    ]
    partly = found[(found["samples"] < found["of"]) & found["total"].notna()]
    said += [f"of {found['of'].iloc[0]} samples"]
    if len(partly):
        least = partly.loc[partly["samples"].idxmin()]
        said[-1] += f", those in which a feature is defined throughout, {least['samples']} for {least['feature']}"
    low, high = _ends(found)
    far = found[(low < -ROOM) | (high > 1 + ROOM)]
    if len(far):
        named = ", ".join(far["feature"].unique()[:3])
        said.append(f"where a line leaves its panel, as of {named}, it takes more samples: few places make most of it")
    if found["noise"].max() > 0.05:
        most = found.loc[found["noise"].idxmax()]
        said.append(
            f"up to {100 * most['noise']:.0f} % of the variance, of {most['feature']}, is that of networks and may "
            "add to total indices"
        )
    beyond = int((has_problem(rows) | ~is_ok(rows)).sum())
    if beyond:
        said.append(f"{beyond} of {len(rows)} points ran away or diverged; the variance has what is defined there")
    return said
