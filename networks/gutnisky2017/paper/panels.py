"""The figures of the paper from tables: curves, families of curves, PSTHs, neuron against neuron, voltage traces."""

from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.engine.recording import Spikes
from networks.gutnisky2017.paper.authors import CORRECTED, PUBLISHED
from networks.gutnisky2017.features import POPULATIONS, UNITS, neuron_responses, period_ms
from pipeline.measure.summary import over_networks
from pipeline.measure.trains import between, spike_counts
from pipeline.show.figures import note_diverged

COLOURS = {"T": "#6b6b6b", "E": "#c0392b", "I": "#1f5fa8"}
AXES = {
    "A_T": "thalamic rate $A_T$ (spikes/s)",
    "C_T": "thalamic spikes per touch $C_T$",
    "delay_EI": r"delay of E$\leftarrow$I (ms)",
    "tau_AMPA": r"$\tau_{AMPA}$ (ms)",
    "f_halo": "silenced fraction of I",
    **{f"g_{pair}": f"$g_{{{pair}}}$ (mS ms/cm²)" for pair in ("ET", "IT", "EE", "IE", "EI", "II")},
}
MEASURES = {"rate": "rate (spikes/s)", "R": "response R (spikes/touch)"}
SIZE = (6.0, 3.2)
"""Inches of every figure, so that they stand side by side on a page."""

FEW_LINES = 4
"""So many lines of a family have names, more have a colour bar."""

PAIR_COLOURS = {"EE": "#8e44ad", "II": "#17a2b8", "EI": "#8c564b", "TE": "#e67e22", "TI": "#7f8c00"}


def curve(
    rows: pd.DataFrame,
    protocol: str,
    x: str,
    y: Sequence[str],
    theirs: pd.DataFrame | None = None,
    excess: Mapping[str, float] | None = None,
) -> Figure:
    """Return features `y` against the knob `x`, mean and s.e.m. over networks, over the authors' values where known.

    `theirs`: as from authors.reference. `excess`: by how much their published step makes a feature of touch too large;
    a band below the published values ends where they would be without.
    """
    ours = over_networks(rows[rows["protocol"] == protocol], [x], UNITS)
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.subplots()
    for feature in y:
        colour, style = _style(feature)
        here = ours[ours["feature"] == feature]
        axes.errorbar(
            here[x], here["mean"], here["sem"], color=colour, ls=style, lw=1.2, capsize=1.5, label=_symbol(feature)
        )
        if theirs is not None:
            known = theirs[theirs["feature"] == feature].sort_values(x)
            published, corrected = (known[known["program"] == program] for program in (PUBLISHED, CORRECTED))
            axes.plot(published[x], published["mean"], "o", color=colour, mfc="none", ms=3, alpha=0.6)
            axes.errorbar(corrected[x], corrected["mean"], corrected["sem"], fmt="s", color=colour, ms=4, capsize=1.5)
            if protocol == "touch" and excess and feature in excess:
                true = published["mean"] / (1 + excess[feature])
                axes.fill_between(published[x], true, published["mean"], color=colour, alpha=0.15, lw=0)
    if theirs is not None:
        axes.plot([], [], "s", color="k", ms=4, label="authors, corrected")
        axes.plot([], [], "o", color="k", mfc="none", ms=3, label="as published")
    measures = dict.fromkeys(feature.split("_")[0] for feature in y)
    axes.set(
        xlabel=AXES.get(x, x),
        ylabel=", ".join(MEASURES.get(measure, measure) for measure in measures),
        ylim=(0 if "rate" in measures else None, None),
    )
    axes.set_title(f"{protocol}, {_networks(ours)}", loc="left")
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    note_diverged(axes, int((rows["status"] != "ok").sum()))
    _say_undefined(axes, ours, y)
    return figure


def _say_undefined(axes: Axes, ours: pd.DataFrame, y: Sequence[str]) -> None:
    """Say on the axes which of the features have no value at any point."""
    known = set(ours["feature"][ours["mean"].notna()])
    if missing := [feature for feature in y if feature not in known]:
        said = f"undefined at all points: {', '.join(missing)}"
        axes.text(0.5, 0.5, said, transform=axes.transAxes, ha="center", va="center", color="#b00")


_SHADES = LinearSegmentedColormap.from_list("lines", matplotlib.colormaps["viridis"](np.linspace(0, 0.92, 256)))
"""From dark to light, without the yellow that one cannot see on white."""


def family(rows: pd.DataFrame, x: str, lines: str, y: Sequence[str]) -> Figure:
    """Return a panel for each feature of `y`: against the knob `x`, one line for each value of the knob `lines`."""
    ours = over_networks(rows, [lines, x], UNITS)
    values = sorted(ours[lines].unique())
    span = max(values[-1] - values[0], 1e-12)
    shades = {value: _SHADES((value - values[0]) / span) for value in values}
    figure = Figure(figsize=SIZE, layout="constrained")
    panels = figure.subplots(1, len(y), squeeze=False, gridspec_kw={"wspace": 0.08})[0]
    for axes, feature in zip(panels, y, strict=True):
        for value in values:
            here = ours[(ours["feature"] == feature) & (ours[lines] == value) & (ours["n"] > 0)]
            axes.errorbar(
                here[x], here["mean"], here["sem"], color=shades[value], lw=1, capsize=1, label=f"{value:.3g}"
            )
        measure = feature.split("_")[0]
        _say_undefined(axes, ours, [feature])
        axes.set(xlabel=AXES.get(x, x), ylabel=f"{_symbol(feature)} ({UNITS[feature]})")
        _limit(axes, measure)
    if len(values) > FEW_LINES:
        scale = ScalarMappable(Normalize(values[0], values[-1]), _SHADES)
        figure.colorbar(scale, ax=list(panels), label=AXES.get(lines, lines), ticks=values[:: len(values) // 5])
    else:
        axes.legend(title=AXES.get(lines, lines), loc="center left", bbox_to_anchor=(1, 0.5))
    figure.suptitle(f"{', '.join(rows['protocol'].unique())}, {_networks(ours)}", fontsize=8, x=0.01, ha="left")
    note_diverged(figure.axes[0], int((rows["status"] != "ok").sum()))
    return figure


def _limit(axes: Axes, measure: str) -> None:
    """Show rates from 0; where a line runs away, leave the others legible."""
    heights = [np.asarray(line.get_ydata(), float) for line in axes.get_lines()]
    tops = [np.nanmax(y, initial=0) for y in heights if len(y)]
    if tops and max(tops) > 4 * np.median(tops) > 0:
        axes.set_yscale("symlog", linthresh=max(np.median(tops), 1e-3))
    if measure == "rate":
        axes.set_ylim(0, None)


EPISODE_BINS = 5
"""Bins of 1 ms that the PSTH of an episode, which repeats less often than a cycle, draws as one."""


def psths(rows: pd.DataFrame, lines: str | None, theirs: pd.DataFrame | None = None) -> Figure:
    """Return the rates of T, E, I over the cycle, mean over networks: a row a protocol, a column a value of `lines`.

    `theirs`: the authors' PSTHs at the base point (protocol, bin_start_ms, T, E, I), drawn as dots.
    """
    good = rows[rows["status"] == "ok"]
    protocols = list(dict.fromkeys(rows["protocol"]))
    values = sorted(rows[lines].unique()) if lines else [None]
    figure = Figure(figsize=SIZE, layout="constrained")
    grid = figure.subplots(len(protocols), len(values), squeeze=False, sharex="row", sharey="row")
    for (i, j), axes in np.ndenumerate(grid):
        here = good[good["protocol"] == protocols[i]]
        here = here[here[lines] == values[j]] if lines else here
        at = f", {lines} = {values[j]:g}" if lines else ""
        axes.set_title(f"{protocols[i]}{at}", loc="left")
        if here.empty:
            axes.text(0.5, 0.5, "all diverged", transform=axes.transAxes, ha="center", color="#b00")
            continue
        point = here.iloc[0]
        period = period_ms(point)
        for population in POPULATIONS:
            rates = np.array(here[f"psth_{population}"].tolist()).mean(axis=0)
            if period > point["T_w"] and len(rates) % EPISODE_BINS == 0:
                rates = rates.reshape(-1, EPISODE_BINS).mean(axis=1)
            edges = np.linspace(0, period, len(rates) + 1)
            axes.stairs(rates, edges, baseline=None, color=COLOURS[population], lw=1, label=population)
            if theirs is not None:
                known = theirs[theirs["protocol"] == protocols[i]]
                middle = known["bin_start_ms"] + 0.5
                axes.plot(middle, known[population], "o", ms=1.5, color=COLOURS[population], alpha=0.6)
        _shade(axes, point, 0, period)
        axes.set_xlim(0, period)
        if j == 0:
            axes.set_ylabel(MEASURES["rate"])
        if i == len(protocols) - 1:
            axes.set_xlabel("time in cycle (ms)" if period == point["T_w"] else "time in episode (ms)")
    for axes in grid.flat:
        axes.set_ylim(bottom=0)  # last: it ends the growth of an axis that a row shares
    handles = [Line2D([], [], color=COLOURS[population], label=population) for population in POPULATIONS]
    figure.legend(handles=handles, loc="outside right upper")
    return figure


def _shade(axes: Axes, point: pd.Series, begin_ms: float, end_ms: float) -> None:
    """Shade the contacts between two times."""
    if point["C_T"] > 0:
        first = np.floor(begin_ms / point["T_w"]) * point["T_w"]
        for start in np.arange(first, end_ms, point["T_w"]) + point["t_c"]:
            axes.axvspan(start, start + point["tau_c"], color="#f0d9a8", zorder=0, lw=0)


def neurons(rows: pd.DataFrame, spikes: pd.DataFrame, sizes: dict[str, int], protocol: str) -> Figure:
    """Return each neuron with halorhodopsin in the network against the same without: rates, or responses at touch.

    `rows`: the sweep's points, f_halo 0 and another; `spikes` (point, population, neuron, t_s) of them.
    """
    here = rows[(rows["protocol"] == protocol) & (rows["status"] == "ok")]
    measured: dict[tuple[str, bool], list[np.ndarray]] = {}
    for network in sorted(here["network"].unique()):
        pair = here[here["network"] == network].sort_values("f_halo")
        if len(pair) == 2:
            for (_, point), with_halo in zip(pair.iterrows(), (False, True), strict=True):
                of_point = spikes[spikes["point"] == point["point"]]
                for population in ("E", "I"):
                    values = _by_neuron(of_point, point, population, sizes[population])
                    measured.setdefault((population, with_halo), []).append(values)
    fraction = float(here["f_halo"].max())
    groups = {"E": ("E", slice(None), COLOURS["E"])}
    n_halo = round(fraction * sizes["I"])
    groups |= {"I, silenced": ("I", slice(0, n_halo), "#7fb2e5"), "I, rest": ("I", slice(n_halo, None), COLOURS["I"])}
    figure = Figure(figsize=SIZE, layout="constrained")
    unit = "spikes/touch" if protocol == "touch" else "spikes/s"
    for axes, (label, (population, chosen, colour)) in zip(figure.subplots(1, 3), groups.items(), strict=True):
        control, silenced = (
            np.concatenate([values[chosen] for values in measured[population, with_halo]])
            for with_halo in (False, True)
        )
        axes.plot(control, silenced, ".", color=colour, ms=2, alpha=0.5, mew=0)
        axes.plot(control.mean(), silenced.mean(), "k+", ms=9, label="mean")
        top = max(control.max(), silenced.max())
        axes.plot([0, top], [0, top], "k", lw=0.5)
        axes.set(xlabel=f"without ({unit})", ylabel=f"f_halo = {fraction:g} ({unit})")
        axes.set_title(f"{label}: {control.mean():.3g} → {silenced.mean():.3g}", loc="left")
    return figure


def _by_neuron(spikes: pd.DataFrame, point: pd.Series, population: str, size: int) -> np.ndarray:
    """Return the rate of every neuron of a population, or at touch its response."""
    here = spikes[spikes["population"] == population]
    cycle_s, begin_s = point["T_w"] / 1000, point["transient"]
    n_cycles = int(point["duration"] / cycle_s + 1e-9)
    trains = Spikes(here["t_s"].to_numpy(), here["neuron"].to_numpy(), size)
    trains = between(trains, begin_s, begin_s + n_cycles * cycle_s)
    if point["C_T"] > 0:
        responses, _ = neuron_responses(trains, cycle_s, point["t_c"] / 1000, n_cycles)
        return np.full(size, np.nan) if responses is None else responses
    rates: np.ndarray = spike_counts(trains) / (n_cycles * cycle_s)
    return rates


def traces(table: pd.DataFrame, point: pd.Series) -> Figure:
    """Return membrane potentials, one above another: `table` has population, neuron, t_s, v in mV."""
    table = table.assign(t_ms=1000 * (table["t_s"] - point["transient"]))
    shown = list(table.groupby(["population", "neuron"], sort=False))
    figure = Figure(figsize=SIZE, layout="constrained")
    begin, end = table["t_ms"].min(), table["t_ms"].max()
    rows = figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
    for axes, ((population, _), trace) in zip(rows, shown, strict=True):
        axes.plot(trace["t_ms"], trace["v"], color=COLOURS[population], lw=0.6)
        _shade(axes, point, begin, end)
        axes.set(ylim=(-95, 60), xlim=(begin, end), yticks=(-80, 0))
        axes.set_ylabel(population, rotation=0, va="center")
    axes.set_xlabel("time (ms)")
    figure.supylabel("potential (mV)", fontsize=8)
    figure.axes[0].set_title(f"A_T = {point['A_T']:g} spikes/s, C_T = {point['C_T']:g}", loc="left")
    return figure


def _style(feature: str) -> tuple[str, str]:
    """Return colour and line style: populations and pairs of them by colour, the silenced half of I dashed."""
    return (COLOURS | PAIR_COLOURS)[feature.split("_")[1]], "--" if feature.endswith("_halo") else "-"


def _symbol(feature: str) -> str:
    measure, _, of_whom = feature.partition("_")
    return f"{'ν' if measure == 'rate' else measure}$_{{{of_whom.replace('_', ',')}}}$"


def _networks(ours: pd.DataFrame) -> str:
    few, many = int(ours["points"].min()), int(ours["points"].max())
    return f"mean ± s.e.m. over {many if few == many else f'{few} to {many}'} network{'s' if many > 1 else ''}"
