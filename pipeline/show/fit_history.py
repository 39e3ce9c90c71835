"""How a fit went: the score of every trial, and where its knobs were. Never simulates."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.fit.compared import alive
from pipeline.fit.problem import Fit
from pipeline.network.model import Model
from pipeline.show.style import COLOURS, GREY, empty, knob_label, log_ticks, mark_log, numbers, short, text

SWEPT = "#c78c1c"
TRIAL = "#888888"

LEAST = 1e-3
"""The least score on a logarithmic scale."""


def history(trials: pd.DataFrame, fit: Fit, model: Model) -> Figure:
    """Return the score of every trial with the best so far, and the free knobs of every trial, coloured by its score.

    Each knob has a line of its own, from the least to the largest value of the fit, with the model's own value and the
    best trial within the envelope.
    """
    done = trials[trials["state"] == "complete"].sort_values("trial").reset_index(drop=True)
    if done.empty:
        return empty("No trial is complete.")
    done["score"] = done["score"].clip(lower=LEAST)
    figure = Figure(figsize=(6.8, max(2.8, 1.1 + 0.42 * len(fit.free))), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.15))
    _scores(left, done)
    best = done.loc[alive(done)["score"].idxmin()]
    low, high = float(done["score"].min()), float(done["score"].quantile(0.75))  # the worst say nothing of the good
    norm = LogNorm(low, high if high > 1.001 * low else 1.1 * low)
    order = done.sort_values("score", ascending=False)  # the best on top
    for k, (name, free) in enumerate(fit.free.items()):
        right.plot([0, 1], [k, k], color="#dddddd", lw=0.8, zorder=0)
        dots = right.scatter(
            free.place(order[name]),
            np.full(len(order), k),
            c=order["score"],
            cmap="viridis",
            norm=norm,
            s=16,
            zorder=2,
        )
        base = model.settable[name].value
        if free.low <= base <= free.high:
            right.plot(free.place(base), k, "|", color="black", ms=13, zorder=3, gid=f"model {name}")
        right.plot(free.place(best[name]), k, "*", color=COLOURS[0], mec="white", mew=0.5, ms=10, zorder=4,
                   gid=f"best {name}")  # fmt: skip
        for x, side, words in zip((0, 1), ("left", "right"), numbers([free.low, free.high]), strict=True):
            right.text(x, k - 0.2, words, fontsize=6, ha=side, va="top", color=GREY)
    labels = [text(short(knob_label(name, model.settable), 30), 16) for name in fit.free]
    right.set_yticks(range(len(fit.free)), labels, fontsize=7)
    right.set(xlim=(-0.03, 1.03), ylim=(-0.6, len(fit.free) - 0.5), xticks=[])
    right.spines[["left", "bottom"]].set_visible(False)
    right.tick_params(length=0)
    right.set_xlabel("each knob from its least to its largest value in the fit", fontsize=7)
    marks = [
        Line2D([], [], color="black", ls="", marker="|", ms=9, label="the model's own value"),
        Line2D([], [], color=COLOURS[0], ls="", marker="*", ms=8, mec="white", mew=0.5, label="best trial"),
    ]
    _above(right, marks)
    beyond = "max" if float(done["score"].max()) > float(norm.vmax or high) else "neither"
    bar = figure.colorbar(dots, ax=right, aspect=18, pad=0.03, extend=beyond)
    bar.set_label("score", fontsize=7)
    _plain(bar.ax)
    bar.outline.set_linewidth(0.4)
    return figure


def _scores(axes: Axes, done: pd.DataFrame) -> None:
    """Draw the score of every trial over its number, and the best so far of those whose scores compare."""
    swept = (done["origin"] == "sweep").to_numpy()
    number = np.arange(1, len(done) + 1)
    marks = []
    for here, marker, colour, label in ((~swept, "o", TRIAL, "trial"), (swept, "s", SWEPT, "trial from the sweep")):
        if here.any():
            marks += axes.semilogy(number[here], done["score"][here], marker, ms=3, color=colour, label=label)
    best = done["score"].where(done.index.isin(alive(done).index)).cummin().ffill()
    marks += axes.step(number, best, where="post", color="black", lw=1, label="best so far")
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(6, integer=True))
    axes.set_xlabel("trial")
    axes.set_ylabel("score (r.m.s. deviation from the\ntargets, in their sd)", fontsize=7)
    _plain(axes)
    _above(axes, marks)


def _plain(axes: Axes) -> None:
    """Write the numbers of a logarithmic axis without powers of ten."""
    ends = np.array(axes.get_ylim())
    mark_log(axes.yaxis, ends, log_ticks(ends))
    axes.tick_params(labelsize=7, length=2.5)


def _above(axes: Axes, marks: list[Line2D]) -> None:
    """Put a legend above the axes, where it covers nothing."""
    axes.legend(handles=marks, fontsize=6.5, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(marks),
                columnspacing=1, handletextpad=0.4, borderpad=0.2)  # fmt: skip
