"""Maps of features over two knobs, on true axes. Never simulates."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PatchCollection
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from pipeline.measure.angles import ANGLE
from pipeline.measure.patterns import Feature
from pipeline.show.chosen import panels
from pipeline.show.style import (
    RED,
    UNDEFINED,
    Knob,
    empty,
    feature_label,
    grid,
    knob_axis,
    knob_label,
    limits,
    lowest,
    note,
    numbers,
    say,
    short,
    text,
)
from pipeline.show.sweep_data import (
    colour_limits,
    drawn,
    edges,
    has_problem,
    is_log,
    is_ok,
    key,
    means,
    nothing,
    on_grid,
    one_protocol,
)

HATCH = "//////"


def maps(
    rows: pd.DataFrame,
    x: str,
    y: str,
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    names: Iterable[str] | None = None,
) -> Figure:
    """Return maps of features over two knobs: cells of a grid, or points where the knobs were sampled otherwise.

    Means over networks. Hatched: all networks diverged there; grey: undefined; a cross: some diverged; a dot: a network
    ran away or the like. Values beyond the colour bar have the colour of its triangle.
    """
    rows, others = one_protocol(rows)
    chosen = drawn(panels(rows, [x, y], features) if names is None else names, features)
    if why := nothing(rows, chosen):
        return empty(why)
    found = means(rows, [x, y], chosen, features)
    if found.empty:
        return empty(f"No point has a value of {x} and of {y}.")
    figure, axes = grid(len(chosen), 1.95)
    for panel, name in zip(axes, chosen, strict=True):
        here = found[found["feature"] == name]
        norm, ends = scale(here, features[name])
        image = draw(panel, here, norm, features[name])
        bar(figure, image, panel, ends)
        panel.set_title(text(feature_label(features[name]), 30), loc="left")
        spec = panel.get_subplotspec()
        if spec is not None and spec.is_first_col():
            panel.set_ylabel(text(knob_label(y, knobs), 24))
    for panel in lowest(axes):
        panel.set_xlabel(text(knob_label(x, knobs), 24))
    note(figure, [others, *about_map(rows, found)])
    return figure


def about_map(rows: pd.DataFrame, found: pd.DataFrame) -> list[str]:
    """Return sentences about what is not a colour in a map."""
    first = found[found["feature"] == found["feature"].iloc[0]]
    whole, some = int((first["diverged"] == first["points"]).sum()), int((first["diverged"] > 0).sum())
    diverged, problems = int((~is_ok(rows)).sum()), int(has_problem(rows).sum())
    cells = on_grid(found)
    marks = []
    if whole:
        marks.append("hatched: all diverged" if cells else "crosses: diverged")
    if some > whole:
        marks.append("crosses: some diverged" if cells else "small crosses: some diverged")
    said = [f"{', '.join(marks)} ({diverged} of {len(rows)} points)"] if marks else []
    if ((found["n"] == 0) & (found["diverged"] < found["points"])).any():
        said.append("grey: undefined")
    if problems:
        texts = rows["problem"][has_problem(rows)].astype(str)
        said.append(f"dots: {problems} of {len(rows)} points have a problem ({short(texts.mode()[0], 60)})")
    return said


def scale(found: pd.DataFrame, feature: Feature) -> tuple[Normalize, str]:
    """Return the colour scale of a feature and to which ends of it there are values beyond."""
    values = found["mean"].to_numpy(float)
    if feature.unit == ANGLE:
        return Normalize(-np.pi, np.pi), "neither"
    low, high = colour_limits(values, found["problems"].to_numpy() > 0)
    below, above = bool((values < low).any()), bool((values > high).any())
    return Normalize(low, high), {(1, 1): "both", (1, 0): "min", (0, 1): "max"}.get((below, above), "neither")


def draw(
    axes: Axes, found: pd.DataFrame, norm: Normalize, feature: Feature, ticks: int = 4, sampled: bool = False
) -> ScalarMappable:
    """Draw one feature's part of `means` over two knobs; return what the colour bar is of.

    As cells where it is on a grid, as points where it is not, or where one of the knobs is `sampled`.
    """
    colours = "twilight" if feature.unit == ANGLE else "viridis"
    x, y, mean = (found[column].to_numpy(float) for column in (key(0), key(1), "mean"))
    gone = found["diverged"].to_numpy() == found["points"].to_numpy()
    undefined = ~gone & ~np.isfinite(mean)
    cells, odd = on_grid(found) and not sampled, found["problems"].to_numpy() > 0
    some = (found["diverged"].to_numpy() > 0) & ~gone
    image: ScalarMappable
    if cells:
        image = _cells(axes, found, norm, colours)
        axes.plot(x[some], y[some], "x", ms=5, color="white", mew=1.8, gid="some diverged")
        axes.plot(x[some], y[some], "x", ms=5, color=RED, mew=0.9)
    else:
        size = float(np.clip(1600 / max(len(x), 1), 5, 22))
        known = np.isfinite(mean)
        order = np.flatnonzero(known)
        axes.scatter(x[undefined], y[undefined], s=size, color=UNDEFINED, lw=0, gid="undefined")
        image = axes.scatter(x[order], y[order], c=mean[order], norm=norm, cmap=colours, s=size, lw=0)
        axes.plot(x[gone], y[gone], "x", ms=0.8 * size**0.5, color=RED, mew=0.8, gid="diverged")
        axes.plot(x[some], y[some], "x", ms=0.5 * size**0.5, color=RED, mew=0.6, gid="some diverged")
        axes.set_xlim(*limits(x, is_log(x)))
        axes.set_ylim(*limits(y, is_log(y)))
    axes.plot(x[odd], y[odd], "o", ms=2.2, mfc="black", mec="white", mew=0.5, gid="problem")
    if not np.isfinite(mean).any() and not gone.all():
        say(axes, "undefined at all points")
    knob_axis(axes.xaxis, x, ticks)
    knob_axis(axes.yaxis, y, ticks)
    axes.tick_params(labelsize=7, length=2.5)
    return image


def _cells(axes: Axes, found: pd.DataFrame, norm: Normalize, colours: str) -> ScalarMappable:
    values = {number: np.sort(found[key(number)].unique()) for number in (0, 1)}
    bounds = {number: edges(at, is_log(at)) for number, at in values.items()}
    table = found.pivot(index=key(1), columns=key(0), values="mean").to_numpy(float)
    for number, set_scale in ((0, axes.set_xscale), (1, axes.set_yscale)):
        set_scale("log" if is_log(values[number]) else "linear")
    image = axes.pcolormesh(bounds[0], bounds[1], table, norm=norm, cmap=colours)
    image.set_edgecolor("face")
    image.set_linewidth(0.1)
    axes.set_xlim(bounds[0][0], bounds[0][-1])
    axes.set_ylim(bounds[1][0], bounds[1][-1])
    for gid, colour, hatch, kept in (
        ("undefined", UNDEFINED, None, found[(found["n"] == 0) & (found["diverged"] < found["points"])]),
        ("diverged", "#f4f4f4", HATCH, found[found["diverged"] == found["points"]]),
    ):
        boxes = []
        for at_x, at_y in zip(kept[key(0)], kept[key(1)], strict=True):
            i, j = (int(np.searchsorted(values[number], at)) for number, at in ((0, at_x), (1, at_y)))
            (left, right), (low, high) = bounds[0][i : i + 2], bounds[1][j : j + 2]
            boxes.append(Rectangle((left, low), right - left, high - low))
        if boxes:
            patches = PatchCollection(boxes, facecolor=colour, edgecolor="#909090", hatch=hatch, lw=0, gid=gid)
            axes.add_collection(patches, autolim=False)
    return image


def bar(figure: Figure, image: ScalarMappable, axes: Axes | list[Axes], ends: str) -> Colorbar:
    """Give a panel, or a row of panels, its colour bar; return it."""
    scale = figure.colorbar(image, ax=axes, extend=ends, aspect=16, pad=0.03, extendfrac=0.06)
    scale.ax.tick_params(labelsize=7, length=2)
    scale.outline.set_linewidth(0.4)
    if image.norm.vmin == -np.pi:
        scale.set_ticks([-np.pi, 0, np.pi], labels=["−π", "0", "π"])
    else:
        low, high = image.get_clim()
        ticks = [float(at) for at in MaxNLocator(5).tick_values(low, high) if low <= at <= high]
        scale.set_ticks(ticks, labels=numbers(ticks))  # no factor of all of them above the bar, where the title ends
    return scale
