"""How features are distributed over the points of a sweep: at each value of a knob, or over all. Never simulates."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipeline.measure.angles import ANGLE, unwrapped
from pipeline.measure.patterns import Feature
from pipeline.show.chosen import choose, populations_of
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
    say,
    short,
    text,
)
from pipeline.show.sweep_data import (
    colour_limits,
    drawn,
    has_problem,
    is_log,
    is_ok,
    nothing,
    numeric,
    one_protocol,
    sound,
    without,
)

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

STATISTICS = (
    *("feature", "unit", "n", "mean", "sd"),
    *(f"q{round(100 * q):02d}" for q in QUANTILES),
    *("points", "diverged", "problems"),
)

MOST_DOTS = 200
"""Points that are drawn one by one at a value; of more, so many, evenly taken from the least to the largest."""


def distributions(
    rows: pd.DataFrame,
    by: str | None,
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    names: Iterable[str] | None = None,
    populations: Iterable[str] = (),
) -> Figure:
    """Return how features are spread over the points: a panel each, in it a strip at each value of the knob `by`.

    A strip has its points, median, quartiles, and 5th and 95th percentile, these without points that ran away or the
    like, which are open dots; a red number says how many of how many diverged there. Without `by` a histogram over all
    points. `populations`: all of the network, in the order of their colours.
    """
    rows, others = one_protocol(rows)
    chosen = drawn(choose(rows, features) if names is None else names, features)
    if why := nothing(rows, chosen):
        return empty(why)
    styles = looks(populations_of(features, populations))
    if by is not None and not numeric(rows, by).notna().any():
        return empty(f"No point has a value of {by}.")
    figure, axes = grid(len(chosen), 1.85)
    for panel, name in zip(axes, chosen, strict=True):
        of = features[name].populations
        look = styles[of[0]] if len(of) == 1 else Look(GREY, "-", "o")
        if by is None:
            _histogram(panel, rows, features[name], look)
        else:
            _strips(panel, rows, by, features[name], look)
            panel.set_title(text(feature_label(features[name]), 30), loc="left")
        panel.tick_params(labelsize=7, length=2.5)
    for panel in lowest(axes) if by is not None else ():
        panel.set_xlabel(text(knob_label(by or "", knobs), 26))
    for panel in axes if by is None else ():
        spec = panel.get_subplotspec()
        if spec is not None and spec.is_first_col():
            panel.set_ylabel("points")
    note(figure, [others, *_about(rows, by)])
    return figure


def spread_table(
    rows: pd.DataFrame, by: str | None, features: Mapping[str, Feature], names: Iterable[str]
) -> pd.DataFrame:
    """Return what `distributions` draws, tidy: `by` if given, feature, unit, n, mean, sd, q05, q25, q50, q75, q95.

    Over the n points that are sound (see `sound`) and where the feature is defined; also all points, how many of them
    diverged, and how many have a problem. The values of all points are the rows of the table of features.
    """
    rows, _ = one_protocol(rows)
    label = f"{by} (knob)" if by in STATISTICS else by
    found = []
    for name in drawn(names, features):
        values = numeric(rows, name)
        for at, here in _places(rows, by):
            known = values[sound(rows[here]).index].dropna()
            if features[name].unit == ANGLE and len(known):
                known = pd.Series(unwrapped(known.to_numpy(float)))
            quantiles = known.quantile(list(QUANTILES)) if len(known) else [np.nan] * len(QUANTILES)
            counts = (here.sum(), (here & ~is_ok(rows)).sum(), (here & has_problem(rows)).sum())
            row = (name, features[name].unit, len(known), known.mean(), known.std(), *quantiles, *counts)
            found.append(row if by is None else (at, *row))
    return pd.DataFrame(found, columns=[*([] if by is None else [label]), *STATISTICS])


def _places(rows: pd.DataFrame, by: str | None) -> list[tuple[float, pd.Series]]:
    """Return each value of a knob and where the rows have it; without a knob all rows."""
    if by is None:
        return [(np.nan, pd.Series(True, index=rows.index))] if len(rows) else []
    at = numeric(rows, by)
    return [(float(value), at == value) for value in np.sort(at.dropna().unique())]


def _ends(values: np.ndarray, problem: np.ndarray, feature: Feature) -> tuple[float, float]:
    """Return the ends of the axis of a feature, which values far beyond the others do not stretch."""
    if feature.unit == ANGLE:
        return -np.pi, np.pi
    low, high = colour_limits(values, problem)
    known = values[np.isfinite(values)]
    if len(known) and float(known.min()) >= 0 and low < 0.5 * high:
        low = 0.0
    margin = 0.06 * (high - low)
    return low - margin, high + margin


def _strips(axes: Axes, rows: pd.DataFrame, by: str, feature: Feature, look: Look) -> None:
    values = numeric(rows, feature.name).where(is_ok(rows))
    odd = has_problem(rows)
    ends = _ends(values.to_numpy(float), odd.to_numpy(), feature)
    places = _places(rows, by)
    at = np.array([value for value, _ in places])
    log = is_log(at)
    axes.set_xlim(*_room(at, log))
    axes.set_ylim(*ends)
    across = axes.get_xaxis_transform()
    for value, here in places:
        strip = values[here].dropna().sort_values()
        inside = strip[(strip >= ends[0]) & (strip <= ends[1])]
        if len(inside) > 1 and feature.unit != ANGLE:
            usual = strip[strip.index.isin(sound(rows[here]).index)]
            q05, q25, q50, q75, q95 = usual.quantile(list(QUANTILES)).clip(*ends)
            axes.plot([value, value], [q05, q95], color=look.colour, lw=0.8, alpha=0.6, zorder=2)
            axes.plot([value, value], [q25, q75], color=look.colour, lw=5, alpha=0.35, solid_capstyle="butt", zorder=2)
            axes.plot([value], [q50], "o", ms=3.2, mfc="white", mec=look.colour, mew=1, zorder=4, gid="median")
        kept = inside.iloc[np.unique(np.linspace(0, len(inside) - 1, min(MOST_DOTS, len(inside))).astype(int))]
        beside = _beside(value, len(kept), at, log)
        for where, face in ((~odd[kept.index], look.colour), (odd[kept.index], "none")):
            axes.plot(
                beside[where.to_numpy()], kept[where], ".", ms=3, color=look.colour, mfc=face, mew=0.5, alpha=0.7,
                zorder=3, gid="points",
            )  # fmt: skip
        for count, mark, height in (((strip > ends[1]).sum(), "^", 0.97), ((strip < ends[0]).sum(), "v", 0.03)):
            if count:
                axes.plot([value], [height], mark, ms=4, color=look.colour, mfc="white", mew=0.8, transform=across,
                          gid="beyond", zorder=5)  # fmt: skip
        diverged = int((here & ~is_ok(rows)).sum())
        if diverged:
            axes.text(
                value, 0.98, f"{diverged}/{int(here.sum())}", color=RED, fontsize=6, ha="center", va="top",
                transform=across, gid="diverged",
            )  # fmt: skip
    knob_axis(axes.xaxis, at)
    if not values.notna().any():
        axes.set_yticks([])
        say(axes, "undefined at all points")


def _room(at: np.ndarray, log: bool) -> tuple[float, float]:
    """Return the ends of the axis of a knob with room for the points beside its first and its last value."""
    low, high = limits(at, log)
    return (low * (low / high) ** 0.03, high * (high / low) ** 0.03) if log else (
        low - 0.03 * (high - low), high + 0.03 * (high - low)
    )  # fmt: skip


def _beside(value: float, n: int, at: np.ndarray, log: bool) -> np.ndarray:
    """Return where the points of a strip stand, from the least to the largest: around its value, in a fixed order."""
    place = np.log(at) if log else at
    gap = float(np.diff(place).min()) if len(place) > 1 else 0.4 * (abs(float(place[0])) or 1.0)
    width = min(0.6 * gap, 0.08 * float(np.ptp(place)) if len(place) > 1 else gap)
    order = np.random.default_rng(0).random(n)  # the same in every picture
    shift = width * (order - 0.5)
    return np.asarray(value * np.exp(shift) if log else value + shift)


def _histogram(axes: Axes, rows: pd.DataFrame, feature: Feature, look: Look) -> None:
    values = numeric(rows, feature.name).where(is_ok(rows)).to_numpy(float)
    odd = has_problem(rows).to_numpy()
    known = np.isfinite(values)
    axes.set_xlabel(text(feature_label(feature), 30))
    if not known.any():
        axes.set_xticks([])
        axes.set_yticks([])
        say(axes, "undefined at all points")
        return
    low, high = _ends(values, odd, feature)
    inside = known & (values >= low) & (values <= high)
    first, last = float(values[inside].min()), float(values[inside].max())
    wider = max(0.0, 0.1 * (high - low) - (last - first)) / 2  # else the bar of values that are all alike is a line
    bins = np.linspace(first - wider, last + wider, int(np.clip(1.5 * np.sqrt(inside.sum()), 6, 40)) + 1)
    axes.hist(
        [values[inside & ~odd], values[inside & odd]], bins=bins.tolist(), stacked=True, color=[look.colour, "white"],
        edgecolor=look.colour, lw=0.5, alpha=0.8,
    )  # fmt: skip
    axes.set_xlim(low, high)
    axes.set_ylim(0, 1.15 * axes.get_ylim()[1])  # with room for the line above the bars
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    if feature.unit != ANGLE:
        across, height = axes.get_xaxis_transform(), [0.95, 0.95]
        usual = numeric(sound(rows), feature.name).dropna()
        q05, q25, q50, q75, q95 = np.quantile(usual if len(usual) else values[known], QUANTILES).clip(low, high)
        axes.plot([q05, q95], height, color=look.colour, lw=0.8, transform=across)
        axes.plot([q25, q75], height, color=look.colour, lw=3.5, solid_capstyle="butt", transform=across)
        axes.plot([q50], height[:1], "o", ms=3.2, mfc="white", mec=look.colour, mew=1, transform=across, gid="median")
    for count, words, x, side in (
        (int((values[known] > high).sum()), "{} beyond →", 0.98, "right"),
        (int((values[known] < low).sum()), "← {} beyond", 0.02, "left"),
    ):
        if count:
            axes.text(x, 0.88, words.format(count), transform=axes.transAxes, ha=side, va="top", fontsize=6.5,
                      color=GREY, gid="beyond")  # fmt: skip


def _about(rows: pd.DataFrame, by: str | None) -> Sequence[str]:
    """Return sentences about what is drawn, points that diverged and points with a problem."""
    each = sorted({int(here.sum()) for _, here in _places(rows, by)})
    many = f"{each[0]}" if len(each) == 1 else f"{each[0]} to {each[-1]}"
    said = [
        f"ring: median; thick: quartiles; thin: 5th to 95th percentile, over {many} points"
        + ("" if by is None else " at each value")
        + (f", {without(rows)}" if without(rows) else "")
    ]
    diverged, problems = int((~is_ok(rows)).sum()), int(has_problem(rows).sum())
    if diverged:
        said.append(f"{'red numbers' if by is not None else 'left out'}: {diverged} of {len(rows)} points diverged")
    if problems:
        texts = rows["problem"][has_problem(rows)].astype(str)
        said.append(
            f"open, or triangles beyond the panel: {problems} of {len(rows)} points have a problem "
            f"({short(texts.mode()[0], 60)})"
        )
    return said
