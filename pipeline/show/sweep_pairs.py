"""Figures of sweeps over many knobs: a grid of pairs, and which feature depends on which knob. Never simulates."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pipeline.measure.angles import ANGLE
from pipeline.measure.patterns import Feature
from pipeline.show.chosen import panels
from pipeline.show.style import (
    WIDTH,
    Knob,
    empty,
    feature_label,
    knob_axis,
    knob_label,
    limits,
    lowered,
    note,
    short,
    text,
)
from pipeline.show.sweep_data import (
    drawn,
    is_log,
    key,
    means,
    nothing,
    numeric,
    one_protocol,
    sound,
    spearman,
    without,
)
from pipeline.show.sweep_maps import about_map, draw, scale
from pipeline.sweep import shape

MANY = 12
"""Features in a figure of numbers or of small panels."""

MOST_AXES = 6
"""Knobs in a grid of pairs; of more, those on which the feature depends most."""


def pairs(
    rows: pd.DataFrame,
    axes: Sequence[str],
    feature: str,
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    reason: str = "",
) -> Figure:
    """Return a feature over all pairs of knobs below the diagonal, and over each knob on it.

    `reason`: why it is this feature.

    Where several points have the same values of a pair, as on a grid, the pair shows their mean.
    """
    rows, others = one_protocol(rows)
    if why := nothing(rows, [feature]):
        return empty(why)
    if not axes:
        return empty("There are no knobs that vary.")
    shown = strongest(rows, axes, feature, features)
    whole = means(rows, shown, [feature], features)
    if whole.empty or not whole["n"].any():
        return empty(f"{features[feature].label} is undefined at all points.")
    norm, ends = scale(whole, features[feature])
    side = len(shown)
    figure = Figure(figsize=(WIDTH, 1.0 + WIDTH * 0.78 * min(side, 4) / 4), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.01, h_pad=0.025)  # type: ignore[union-attr,call-arg]
    cells = figure.subplots(side, side, squeeze=False)
    image, averaged, sampled = None, False, shape.of_table(rows, axes).sampled
    for i, y in enumerate(shown):
        for j, x in enumerate(shown):
            panel = cells[i][j]
            if j > i:
                panel.remove()
                continue
            if j < i:
                pair = means(rows, [x, y], [feature], features)
                averaged = averaged or len(pair) < len(whole)
                image = draw(panel, pair, norm, features[feature], 3, bool({x, y}.intersection(sampled)))
            else:
                at, mean = whole[key(i)].to_numpy(float), whole["mean"].to_numpy(float)
                size = float(np.clip(1200 / len(at), 3, 14))
                dots = panel.scatter(at, mean, c=mean, norm=norm, cmap=_colours(features[feature]), s=size, lw=0)
                image = image or dots
                panel.set_xlim(*limits(at, is_log(at)))
                room = 0.05 * (norm.vmax - norm.vmin)  # type: ignore[operator]
                panel.set_ylim(norm.vmin - room, norm.vmax + room)  # type: ignore[operator]
                knob_axis(panel.xaxis, at, 3)
                panel.yaxis.tick_right()
                panel.spines["right"].set_visible(True)
                panel.spines["left"].set_visible(False)
                panel.locator_params(axis="y", nbins=3)
                panel.set_facecolor("#f6f6f6")
            panel.tick_params(labelsize=6.5, length=2)
            wide = max(10, 56 // side)
            if i == side - 1:
                panel.set_xlabel(text(knob_label(x, knobs), wide))
            else:
                panel.tick_params(labelbottom=False)
            if j == 0 and i > 0:
                panel.set_ylabel(text(knob_label(y, knobs), wide))
            elif j < i:
                panel.tick_params(labelleft=False)
    for i in range(side if side > 1 else 0):  # of cells the edges
        cells[i][i].set_xlim(cells[side - 1][i].get_xlim() if i < side - 1 else cells[i][0].get_ylim())
    if image is not None and side > 1:
        corner = figure.add_subplot(cells[0][0].get_gridspec()[0, 1:])
        corner.set_axis_off()
        place = corner.inset_axes((0.15, 0.45, 0.8, 0.1))
        scaled = figure.colorbar(image, cax=place, extend=ends, orientation="horizontal")
        scaled.ax.tick_params(labelsize=7, length=2)
        scaled.set_label(text(feature_label(features[feature]), 50))
        scaled.ax.xaxis.set_label_position("top")
    left_out = [name for name in axes if name not in shown]
    said = "diagonal: the same feature over each knob"
    hidden = f"not drawn: {', '.join(left_out)}" if left_out else ""
    beyond = "values beyond the colour bar are not on the diagonal" if ends != "neither" else ""
    over = "off it: means over the other knobs" if averaged else ""
    note(figure, [others, reason, said, over, beyond, hidden, *about_map(rows, whole_pairs(whole))])
    figure.align_ylabels()
    return figure


def many(
    rows: pd.DataFrame, axes: Sequence[str], features: Mapping[str, Feature], names: Iterable[str] | None = None
) -> list[str]:
    """Return the features of a figure that has room for MANY: those named, or else those that tell most."""
    return drawn(panels(rows, axes, features, most=MANY) if names is None else names, features)


def ranked(names: Iterable[str], features: Mapping[str, Feature]) -> list[str]:
    """Return the features that have a rank correlation with a knob: all but angles."""
    return [name for name in names if features[name].unit != ANGLE]


def dependence(
    rows: pd.DataFrame,
    axes: Sequence[str],
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    names: Iterable[str] | None = None,
) -> Figure:
    """Return the rank correlation of features with knobs, as `correlations`, as coloured numbers."""
    rows, others = one_protocol(rows)
    chosen = ranked(many(rows, axes, features, names), features)
    if why := nothing(rows, chosen if axes else []):
        return empty(why)
    table = correlations(rows, axes, chosen, features)
    cell = 0.62 if len(axes) <= 8 else 0.42
    figure = Figure(figsize=(min(2.6 + cell * len(axes), 12), 0.9 + 0.2 * len(chosen)), layout="constrained")
    panel = figure.subplots()
    image = panel.imshow(table, cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto")
    ok = sound(rows)
    nowhere = [not numeric(ok, name).notna().any() for name in chosen]
    for (i, j), value in np.ndenumerate(table):
        words = "–" if nowhere[i] else f"{value:.2f}".replace("-", "−")
        panel.text(j, i, words, ha="center", va="center", fontsize=7,
                   color="white" if abs(value) > 0.6 else "black")  # fmt: skip
    crowded = len(axes) > 8 or max(map(len, axes)) > 9
    turned: dict[str, Any] = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if crowded else {}
    panel.set_xticks(range(len(axes)), [text(short(axis, 24)) for axis in axes], **turned)
    panel.set_yticks(range(len(chosen)), [text(short(lowered(features[name].label), 44)) for name in chosen])
    panel.tick_params(length=0, labelsize=7)
    panel.spines[:].set_visible(False)
    colour_bar = figure.colorbar(image, ax=panel, aspect=12, pad=0.02, ticks=[-1, 0, 1])
    colour_bar.ax.tick_params(labelsize=7, length=2)
    colour_bar.set_label("rank correlation", fontsize=7)
    colour_bar.outline.set_linewidth(0.4)
    said = f"rank correlations {over_what(rows, axes)}; 0 may also be a peak or a dip"
    note(figure, [others, said, "–: undefined at all points" if any(nowhere) else ""])
    return figure


def correlations(
    rows: pd.DataFrame, axes: Sequence[str], names: Sequence[str], features: Mapping[str, Feature]
) -> np.ndarray:
    """Return the rank correlation of each feature (rows) with each knob (columns).

    It is of means over networks at each place, of sound points alone: networks that differ at the same place would make
    even a feature that only rises seem to depend less. Of an angle there is none: NaN.
    """
    found = means(sound(rows), axes, names, features)
    at = [key(number) for number in range(len(axes))]
    here = [found[found["feature"] == name] for name in names]
    return np.array(
        [
            [
                np.nan
                if features[name].unit == ANGLE
                else spearman(one["mean"].to_numpy(float), one[k].to_numpy(float))
                for k in at
            ]
            for name, one in zip(names, here, strict=True)
        ]
    )


def over_what(rows: pd.DataFrame, axes: Sequence[str]) -> str:
    """Return in words what `correlations` are over: 'over 72 places, means over networks, without the 6 points ...'."""
    points = sound(rows)
    places = len(points[list(axes)].drop_duplicates())
    left_out = without(rows)
    several = places < len(points)
    return f"over {places} {'places (values of the knobs), means over networks' if several else 'points'}" + (
        f", {left_out}" if left_out else ""
    )


def strongest(rows: pd.DataFrame, axes: Sequence[str], feature: str, features: Mapping[str, Feature]) -> list[str]:
    """Return the knobs of a grid of pairs, in their order: those on which the feature depends most."""
    strength = dict(zip(axes, np.abs(np.nan_to_num(correlations(rows, axes, [feature], features)[0])), strict=True))
    kept = sorted(axes, key=lambda axis: -strength[axis])[:MOST_AXES]
    return [axis for axis in axes if axis in kept]


def whole_pairs(found: pd.DataFrame) -> pd.DataFrame:
    """Return `means` over many knobs as if over points of a plane that are on no grid, for the words about marks."""
    count = np.arange(len(found), dtype=float)
    return found.assign(**{key(0): count, key(1): count})


def _colours(feature: Feature) -> str:
    return "twilight" if feature.unit == ANGLE else "viridis"
