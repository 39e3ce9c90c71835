"""Curves of features over one knob, and families of curves over two. Never simulates."""

from collections.abc import Iterable, Mapping, Sequence

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.measure.patterns import Feature
from pipeline.show.chosen import choose, kind_label, kinds, panels, populations_of
from pipeline.show.style import (
    GREY,
    RED,
    Knob,
    Look,
    empty,
    feature_label,
    grid,
    knob_axis,
    knob_label,
    limits,
    looks,
    lowest,
    note,
    numbers,
    say,
    short,
    text,
)
from pipeline.show.sweep_data import drawn, has_problem, is_log, is_ok, key, means, nothing, one_protocol

Colour = str | tuple[float, float, float, float]

FULL_LEGEND = 8
"""More values of the second knob than that have a colour bar instead."""


def curves(
    rows: pd.DataFrame,
    x: str,
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    names: Iterable[str] | None = None,
    populations: Iterable[str] = (),
) -> Figure:
    """Return features over a knob, the only one that varies: a panel for each kind, a line for each population.

    Means over networks with standard errors; crosses at the bottom where points diverged, open markers where a network
    ran away or the like, triangles at an edge where such a value lies beyond the panel. `populations`: all of the
    network, in the order of their colours.
    """
    rows, others = one_protocol(rows)
    chosen = drawn(choose(rows, features) if names is None else names, features)
    if why := nothing(rows, chosen):
        return empty(why)
    found = means(rows, [x], chosen, features)
    values = found[key(0)].unique()
    if not len(values):
        return empty(f"No point has a value of {x}.")
    by_kind = kinds(chosen, features)
    figure, axes = grid(len(by_kind), 1.75)
    styles, legend = looks(populations_of(features, populations)), {}
    for panel, (_, of_kind) in zip(axes, by_kind.items(), strict=True):
        lines = []
        apart = looks([*styles, *of_kind])  # what is of two populations has the colour of neither
        for name in of_kind:
            of = features[name].populations
            look = styles[of[0]] if len(of) == 1 else apart[name] if of else Look(GREY, "-", "o")
            label = short(" – ".join(of), 34)
            handle = _handle(look.colour, look, text(label))
            lines.append((found[found["feature"] == name], look.colour, look))
            if len(of) == 1:
                legend[of[0]] = handle
            elif of:
                panel.plot([], [], color=look.colour, ls=look.line, marker=look.marker, ms=3, lw=1, label=text(label))
        _draw(panel, lines, values)
        panel.set_ylabel(text(kind_label(features[of_kind[0]]), 24))
        if any(len(features[name].populations) > 1 for name in of_kind):
            panel.legend(fontsize=6)
    _finish(figure, axes, values, knob_label(x, knobs))
    if len(legend) > 1 or sum(map(len, by_kind.values())) > len(by_kind):
        ordered = [legend[name] for name in styles if name in legend]
        longest = max(len(str(handle.get_label())) for handle in ordered) if ordered else 1
        columns = max(1, min(len(ordered), int(figure.get_figwidth() * 17 / (longest + 7))))
        figure.legend(handles=ordered, loc="outside upper center", ncols=columns, fontsize=7, columnspacing=1.4)
    elif len(legend) == 1:
        figure.suptitle(text(next(iter(legend)), 60), fontsize=8)
    note(figure, [others, *about(rows, found)])
    return figure


def family(
    rows: pd.DataFrame,
    x: str,
    by: str,
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    names: Iterable[str] | None = None,
) -> Figure:
    """Return features over a knob, a line for each value of another: a panel for each feature.

    By default those are the rate of each population and what else tells most; darker lines have lower values of `by`.
    """
    rows, others = one_protocol(rows)
    chosen = drawn(panels(rows, [x, by], features) if names is None else names, features)
    if why := nothing(rows, chosen):
        return empty(why)
    found = means(rows, [x, by], chosen, features)
    if found.empty:
        return empty(f"No point has a value of {x} and of {by}.")
    values, steps = found[key(0)].unique(), np.sort(found[key(1)].unique())
    norm = LogNorm(steps[0], steps[-1]) if is_log(steps) else Normalize(steps[0], steps[-1])
    colours = matplotlib.colormaps["viridis"].resampled(256)
    shades = matplotlib.colors.ListedColormap(colours(np.linspace(0, 0.9, 256)))
    shade = {step: shades(float(norm(step)) if len(steps) > 1 else 0.0) for step in steps}
    figure, axes = grid(len(chosen), 1.85)
    for panel, name in zip(axes, chosen, strict=True):
        of_feature = found[found["feature"] == name]
        lines = [(of_feature[of_feature[key(1)] == step], shade[step], None) for step in steps]
        _draw(panel, lines, values)
        panel.set_title(text(feature_label(features[name]), 30), loc="left")
    _finish(figure, axes, values, knob_label(x, knobs))
    title = knob_label(by, knobs)
    if len(steps) <= FULL_LEGEND:
        handles = [_handle(shade[step], None, words) for step, words in zip(steps, numbers(list(steps)), strict=True)]
        figure.legend(handles=handles, loc="outside right center", fontsize=7, title=text(title, 16), title_fontsize=7)
    else:
        scale = matplotlib.cm.ScalarMappable(norm, shades)
        bar = figure.colorbar(scale, ax=axes, aspect=30, shrink=0.9)
        bar.set_label(text(title, 34))
        knob_axis(bar.ax.yaxis, steps)
    note(figure, [others, *about(rows, found)])
    return figure


def about(rows: pd.DataFrame, found: pd.DataFrame) -> list[str]:
    """Return sentences about error bars, points that diverged and points with a problem."""
    most = int(found["points"].max()) if len(found) else 0
    said: list[str] = []
    if not len(found):
        return said
    if found["sem"].notna().any():
        said.append(f"bars: standard errors over {'' if most == found['points'].min() else 'up to '}{most} networks")
    elif int(found["n"].max()) == 1:
        said.append("one network at each point, so no standard errors")
    diverged, problems = int((~is_ok(rows)).sum()), int(has_problem(rows).sum())
    if diverged:
        said.append(f"crosses: {diverged} of {len(rows)} points diverged")
    if problems:
        texts = rows["problem"][has_problem(rows)].astype(str)
        said.append(
            f"open, or triangles beyond the panel: {problems} of {len(rows)} points have a problem "
            f"({short(texts.mode()[0], 60)})"
        )
    return said


def _handle(colour: Colour, look: Look | None, label: str) -> Line2D:
    line, marker = (look.line, look.marker) if look else ("-", "o")
    return Line2D([], [], color=colour, ls=line, marker=marker, ms=3, lw=1, label=label)


def _draw(axes: Axes, lines: Sequence[tuple[pd.DataFrame, Colour, Look | None]], values: np.ndarray) -> None:
    """Draw lines, each a feature's part of `means`; set the limits of the axes."""
    ends = _ends(pd.concat([line for line, _, _ in lines]))
    log = is_log(values)
    axes.set_xlim(*limits(values, log))
    axes.set_ylim(*ends)
    crossed: set[float] = set()
    for number, (line, colour, look) in enumerate(lines):
        at, mean, sem = (line[column].to_numpy(float) for column in (key(0), "mean", "sem"))
        style, marker = (look.line, look.marker) if look else ("-", "o")
        inside = np.where((mean < ends[0]) | (mean > ends[1]), np.nan, mean)
        axes.plot(at, inside, ls=style, color=colour, lw=1, zorder=2)
        shift = 0.06 * (number % 4)
        barred = np.isfinite(sem) & np.isfinite(inside)
        if barred.any():
            axes.errorbar(at[barred], mean[barred], sem[barred], fmt="none", ecolor=colour, elinewidth=0.8, zorder=2)
        odd = line["problems"].to_numpy() > 0
        for where, face in ((~odd, colour), (odd, "white")):
            axes.plot(at[where], mean[where], marker, ms=3, color=colour, mfc=face, mew=0.8, zorder=3)
        for beyond, mark, height in ((mean > ends[1], "^", 0.97 - shift), (mean < ends[0], "v", 0.03 + shift)):
            axes.plot(
                at[beyond], np.full(beyond.sum(), height), mark, ms=4, color=colour, mfc="white", mew=0.8,
                transform=axes.get_xaxis_transform(), gid="beyond", zorder=4,
            )  # fmt: skip
        crossed.update(at[line["diverged"].to_numpy() > 0])
    if crossed:
        axes.plot(
            sorted(crossed), np.full(len(crossed), 0.03), "x", ms=4, color=RED, mew=1, clip_on=False,
            transform=axes.get_xaxis_transform(), gid="diverged", zorder=5,
        )  # fmt: skip
    if not any(np.isfinite(line["mean"].astype(float)).any() for line, _, _ in lines):
        axes.set_yticks([])
        say(axes, "undefined at all points")


def _ends(found: pd.DataFrame) -> tuple[float, float]:
    """Return the limits of the axis of a feature: those of usual points, of all where these are not far beyond."""
    mean, sem = found["mean"].to_numpy(float), np.nan_to_num(found["sem"].to_numpy(float))
    known = np.isfinite(mean)
    if not known.any():
        return 0.0, 1.0
    usual = known & (found["problems"].to_numpy() == 0)
    usual = usual if usual.any() else known
    low, high = float((mean - sem)[usual].min()), float((mean + sem)[usual].max())
    least, largest = float((mean - sem)[known].min()), float((mean + sem)[known].max())
    room = 2 * (high - low) or abs(high)
    low, high = (least if low - least <= room else low), (largest if largest - high <= room else high)
    if float(mean[known].min()) >= 0 and low < 0.5 * high:
        low = 0.0
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        wider = 0.1 * abs(high) or 1.0
        return low - wider, high + wider
    margin = 0.08 * (high - low)
    return low - margin, high + margin


def _finish(figure: Figure, axes: list[Axes], values: np.ndarray, label: str) -> None:
    for panel in axes:
        knob_axis(panel.xaxis, values)
        panel.tick_params(labelsize=7, length=2.5)
        panel.axhline(0, color=GREY, lw=0.4, zorder=0) if panel.get_ylim()[0] < 0 else None
    for panel in lowest(axes):
        panel.set_xlabel(text(label, 26))
    figure.align_ylabels()
