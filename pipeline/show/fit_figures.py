"""Tables of a fit to figures: never simulates, never samples.

Grey dots are trials, orange ones those that fit as well as the best; the model's own values are black, the best red.
"""

import itertools
import textwrap
from collections.abc import Callable

import matplotlib
import matplotlib.axis
import matplotlib.lines
import matplotlib.ticker
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

from pipeline.fit.front import PERHAPS, YES
from pipeline.fit.problem import Fit
from pipeline.show.style import COLOURS, log_ticks, mark_log

GOOD = "#c78c1c"
TRIAL = "#888"
SAMPLE = "#1f5fa8"
LEVELS = (0, 0.5, 1, 1.5, 2, 3, 5, 8, 13)
"""Scores between the colours of a landscape."""

MASS = (0.5, 0.9)
"""Parts of the posterior within the contours."""


def targets(fitted: pd.DataFrame, predicted: pd.DataFrame | None = None, networks: str = "fresh networks") -> Figure:
    """Return how far features are from their targets, with s.e.m. over networks, in sd of the target.

    `predicted`: what the posterior says of them, drawn as 90 % intervals behind.
    """
    figure = Figure(figsize=(max(6.8, 0.8 + 0.17 * len(fitted)), 3.2), layout="constrained")
    axes = figure.subplots()
    axes.axhspan(-1, 1, color="#eee", lw=0, label="target ± sd")
    axes.axhline(0, color="k", lw=0.5)
    if predicted is not None and len(predicted) == len(fitted):
        low, high = in_table_sd(predicted, fitted)
        axes.bar(np.arange(len(fitted)), high - low, 0.6, low, color=SAMPLE, alpha=0.25, lw=0, label="posterior, 90 %")
    defined = fitted["mean"].notna()
    if not defined.all():
        axes.plot(
            np.flatnonzero(~defined), [0.97] * int((~defined).sum()), "x", color=COLOURS[1], ms=5,
            transform=axes.get_xaxis_transform(), label="undefined",
        )  # fmt: skip
    axes.errorbar(
        np.arange(len(fitted)),
        fitted["deviation_sd"].where(defined),
        fitted["sem"] / fitted["sd"],
        fmt="o",
        color=COLOURS[0],
        ms=4,
        capsize=2,
        label=f"fit ± s.e.m. on {int(fitted['n'].max())} {networks}",
    )
    statistic = fitted["statistic"].where(fitted["statistic"] != "mean", "")
    axes.set_xticks(range(len(fitted)), fitted["feature"] + " " + statistic + "\n" + fitted["protocol"], fontsize=5)
    axes.tick_params(axis="x", rotation=90)
    axes.set(ylabel="deviation (sd of the target)", xlim=(-0.7, len(fitted) - 0.3))
    axes.legend(fontsize=7, loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    return figure


def in_table_sd(predicted: pd.DataFrame, fitted: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of what the posterior predicts of each target, in sd of the table: it may have other errors."""
    low, high = (predicted[["low", "high"]].mul(predicted["sd"] / fitted["sd"], axis=0)).to_numpy(float).T
    return low, high


def corner(
    trials: pd.DataFrame, sample: pd.DataFrame, good: pd.DataFrame, knobs: pd.DataFrame, fit: Fit, says: str
) -> Figure:
    """Return the posterior of each knob and each pair of knobs, with the trials, those of `good` marked.

    Axes are as wide as the posterior; without one, as the ranges of the fit, and `says` stands in the corner.
    """
    names = list(fit.free)
    figure, grid = _triangle(len(names))
    known = knobs.set_index("knob")
    done = trials[trials["state"] == "complete"]
    limits = {name: _limits(sample[name], known.loc[name]) for name in names}
    for i, y in enumerate(names):
        for j, x in enumerate(names[: i + 1]):
            axes = grid[i][j]
            _mark(axes.axvline, known.loc[x])
            axes.set(xlim=limits[x])
            _scale(axes.xaxis, limits[x])
            if i == j:
                if len(sample):
                    axes.hist(
                        sample[x], bins=np.linspace(*limits[x], 41).tolist(), color=SAMPLE, alpha=0.35, density=True
                    )
                    axes.axvspan(known.loc[x, "q05"], known.loc[x, "q95"], color=SAMPLE, alpha=0.1, lw=0)
                    axes.set_title(_interval(known.loc[x]), fontsize=6)
                axes.set(yticks=[])
                axes.spines["left"].set_visible(False)
                continue
            _mark(axes.axhline, known.loc[y])
            axes.plot(done[x], done[y], "o", ms=2, color=TRIAL, zorder=1)
            axes.plot(good[x], good[y], "o", ms=2.5, color=GOOD, zorder=2)
            if len(sample):
                _contours(axes, sample[x].to_numpy(), sample[y].to_numpy(), limits[x], limits[y])
            axes.set(ylim=limits[y])
            _scale(axes.yaxis, limits[y])
    _label(grid, names, {name: known.loc[name, "unit"] for name in names})
    handles = [
        matplotlib.lines.Line2D([], [], color=COLOURS[0], label="best trial"),
        matplotlib.lines.Line2D([], [], color="k", ls=":", label="model"),
        matplotlib.lines.Line2D([], [], marker="o", ls="", ms=3, color=TRIAL, label="trial"),
    ]
    if len(sample):
        handles += [
            matplotlib.lines.Line2D([], [], marker="o", ls="", ms=3, color=GOOD, label="as good as the best"),
            matplotlib.lines.Line2D([], [], color=SAMPLE, label="posterior, 50 and 90 %"),
        ]
    figure.legend(handles=handles, loc="upper right", fontsize=6, title=_wrapped(says), title_fontsize=6)
    return figure


def landscape(loss: pd.DataFrame, knobs: pd.DataFrame, fit: Fit, says: str) -> Figure:
    """Return the score by the surface along each knob (others fixed, others at their best) and over each pair."""
    names = list(fit.free)
    figure, grid = _triangle(len(names))
    known = knobs.set_index("knob")
    # with as many knobs as targets the score may be near 0; of less than a thousandth nothing is to be read
    lowest = max(1e-3, float(loss["score"].min())) if len(loss) else 0.1
    limits = {
        name: (along.min(), along.max()) if len(along := loss["value"][loss["knob"] == name]) else (free.low, free.high)
        for name, free in fit.free.items()
    }
    for i, y in enumerate(names):
        for j, x in enumerate(names[: i + 1]):
            axes = grid[i][j]
            here = loss[(loss["knob"] == x)]
            _mark(axes.axvline, known.loc[x])
            axes.set(xlim=limits[x])
            _scale(axes.xaxis, limits[x])
            if i == j:
                for kind, line, label in (("slice", "-", "others fixed"), ("profile", "--", "others at their best")):
                    curve = here[here["kind"] == kind]
                    axes.semilogy(curve["value"], curve["score"], line, color=SAMPLE, lw=1, label=label)
                axes.set_ylim(min(0.1, 0.5 * lowest), 50)
                continue
            pair = loss[(loss["kind"] == "pair") & (loss["knob"] == x) & (loss["knob_2"] == y)]
            if len(pair):
                table = pair.pivot(index="value_2", columns="value", values="score")
                image = axes.contourf(
                    table.columns, table.index, table.to_numpy(), levels=LEVELS, cmap="viridis", extend="max"
                )
                image.set_edgecolor("face")
            _mark(axes.axhline, known.loc[y])
            axes.set(ylim=limits[y])
            _scale(axes.yaxis, limits[y])
    _label(grid, names, {name: known.loc[name, "unit"] for name in names})
    grid[0][0].set_ylabel("score", fontsize=7)
    if len(loss):
        handles, labels = grid[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="upper right", fontsize=6, title=_wrapped(says), title_fontsize=6)
        if len(names) > 1:
            figure.colorbar(
                image, ax=[axes for row in grid for axes in row if axes], shrink=0.5, label="score", ticks=LEVELS
            )
    else:
        figure.text(0.98, 0.98, _wrapped(says), ha="right", va="top", fontsize=6)
    return figure


def front(trials: pd.DataFrame, pareto: pd.DataFrame, objectives: list[str]) -> Figure:
    """Return each pair of objectives against each other: all trials, and with s.e.m. the Pareto front.

    Filled those that no other betters, open those that may be among them.
    """
    pairs = list(itertools.combinations(objectives, 2))
    figure = Figure(figsize=(3.4 * len(pairs), 2.9), layout="constrained")
    within = trials[(trials["state"] == "complete") & (trials["constraint"] <= 0)]
    for axes, (x, y) in zip(figure.subplots(1, len(pairs), squeeze=False)[0], pairs, strict=True):
        axes.loglog(within[f"score_{x}"], within[f"score_{y}"], "o", ms=2.5, color=TRIAL, label="trial")
        order = pareto[pareto["on_front"] == YES].sort_values(f"score_{x}")
        perhaps = pareto[pareto["on_front"] == PERHAPS]
        axes.errorbar(
            order[f"score_{x}"], order[f"score_{y}"], order[f"sem_{y}"], order[f"sem_{x}"],
            fmt="o-" if len(objectives) == 2 else "o", ms=3, lw=1, color=GOOD, label="front ± s.e.m.",
        )  # fmt: skip
        if len(perhaps):
            axes.errorbar(
                perhaps[f"score_{x}"], perhaps[f"score_{y}"], perhaps[f"sem_{y}"], perhaps[f"sem_{x}"],
                fmt="o", ms=3, lw=0.6, color=GOOD, mfc="white", label="may be on it",
            )  # fmt: skip
        axes.set(xlabel=f"{x} (r.m.s. deviation in sd)", ylabel=f"{y} (r.m.s. deviation in sd)")
        for axis, ends in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            mark_log(axis, np.array(ends), log_ticks(np.array(ends)))
    figure.axes[0].legend(fontsize=7)
    return figure


def importance(knobs: pd.DataFrame) -> Figure:
    """Return the importance of each knob, a bar for each objective; tied knobs have none."""
    weights = [name for name in knobs if name.startswith("importance")]
    shown = knobs[knobs[weights].notna().any(axis=1)].sort_values(weights[0])
    figure = Figure(figsize=(3.4, 0.8 + 0.3 * max(len(shown), 1)), layout="constrained")
    axes = figure.subplots()
    height = 0.8 / len(weights)
    for k, name in enumerate(weights):
        at = np.arange(len(shown)) + (k - (len(weights) - 1) / 2) * height
        colour = TRIAL if len(weights) == 1 else COLOURS[k % len(COLOURS)]
        axes.barh(at, shown[name], height, color=colour, label=name.removeprefix("importance_"))
    axes.set_yticks(range(len(shown)), list(shown["knob"]))
    axes.set(xlabel="importance (PED-ANOVA, sum 1)", xlim=(0, 1))
    if len(weights) > 1:
        axes.legend(fontsize=7)
    if shown.empty:
        axes.text(0.5, 0.5, "too few trials", transform=axes.transAxes, ha="center", va="center")
    return figure


def _mark(line: Callable[..., object], knob: pd.Series) -> None:
    """Draw lines at the model's value and at the best trial's."""
    line(knob["model"], color="k", ls=":", lw=0.8, zorder=3)
    line(knob["fitted"], color=COLOURS[0], lw=0.8, zorder=3)


def _triangle(n: int) -> tuple[Figure, list[list[Axes]]]:
    """Return a figure with the lower triangle of n x n axes, row i being i + 1 long."""
    figure = Figure(figsize=(1.2 + 1.7 * n, 0.6 + 1.5 * n), layout="constrained")
    grid = figure.subplots(n, n, sharex="col", squeeze=False)
    for i in range(n):
        for j in range(i + 1, n):
            grid[i][j].remove()
    return figure, [[grid[i][j] for j in range(i + 1)] for i in range(n)]


def _label(grid: list[list[Axes]], names: list[str], units: dict[str, str]) -> None:
    for k, name in enumerate(names):
        text = name if units[name] == "1" else f"{name}\n({units[name]})"
        grid[-1][k].set_xlabel(text, fontsize=7)
        if k:
            grid[k][0].set_ylabel(text, fontsize=7)
    for i, row in enumerate(grid):
        for j, axes in enumerate(row):
            axes.tick_params(labelsize=6, labelbottom=i == len(grid) - 1)
            if i != j and j:
                axes.tick_params(labelleft=False)


def _limits(values: pd.Series, knob: pd.Series) -> tuple[float, float]:
    """Return limits around the posterior, the best and the model's value; those of the range without a posterior."""
    if values.empty:
        return knob["low"], knob["high"]
    shown = [*values.quantile([0.002, 0.998]), knob["fitted"]]
    if knob["low"] <= knob["model"] <= knob["high"]:
        shown.append(knob["model"])
    margin = 0.1 * (max(shown) - min(shown))
    return max(min(shown) - margin, knob["low"]), min(max(shown) + margin, knob["high"])


def _scale(axis: matplotlib.axis.Axis, limits: tuple[float, float]) -> None:
    """Set three ticks that no others crowd, at round numbers."""
    ticks = [tick for tick in matplotlib.ticker.MaxNLocator(3).tick_values(*limits) if limits[0] <= tick <= limits[1]]
    axis.set_major_locator(matplotlib.ticker.FixedLocator(ticks))
    axis.set_minor_locator(matplotlib.ticker.NullLocator())
    axis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda value, _: f"{value:.3g}"))


def _contours(
    axes: Axes, x: np.ndarray, y: np.ndarray, x_limits: tuple[float, float], y_limits: tuple[float, float]
) -> None:
    """Draw the smallest regions that hold the parts MASS of a sample."""
    density, x_edges, y_edges = np.histogram2d(x, y, bins=40, range=(x_limits, y_limits))
    density = gaussian_filter(density, 1.5)
    order = np.sort(density.ravel())[::-1]
    held = np.cumsum(order) / order.sum()
    levels = sorted({order[np.searchsorted(held, mass)] for mass in MASS})
    middle = [(edges[1:] + edges[:-1]) / 2 for edges in (x_edges, y_edges)]
    axes.contour(*middle, density.T, levels=levels, colors=SAMPLE, linewidths=1, zorder=4)


def _interval(knob: pd.Series) -> str:
    return f"{knob['q50']:.3g} ({knob['q05']:.3g} to {knob['q95']:.3g})"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 44)
