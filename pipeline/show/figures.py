"""Tables to figures: never simulates.

E is red, I blue, T grey throughout; error bars are standard errors over networks.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.config.tables import written_whole
from pipeline.engine.recording import Spikes
from pipeline.measure.features import UNITS, between, psth
from pipeline.measure.summary import over_networks
from pipeline.network.model import Model

matplotlib.rcParams.update(
    {
        "font.size": 8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 8,
        "legend.frameon": False,
        "figure.dpi": 200,
        "svg.hashsalt": "circuit",
        "svg.fonttype": "none",
    }
)

COLOURS = {"T": "#6b6b6b", "E": "#c0392b", "I": "#1f5fa8"}


def save(figure: Figure, paths: Iterable[Path | str]) -> None:
    """Write a figure to every path, in the format of its ending, the same bytes for the same tables."""
    for path in map(Path, paths):
        with written_whole(path) as part:
            # without dates and versions, so that an unchanged figure is an unchanged file
            metadata = {"Date": None, "Creator": None} if path.suffix == ".svg" else {"Software": None}
            figure.savefig(part, format=path.suffix[1:], metadata=metadata)


def note_diverged(axes: Axes, n: int) -> None:
    """Say on the axes how many points diverged, if any."""
    if n:
        axes.text(0.99, 0.02, f"{n} diverged, left out", transform=axes.transAxes, ha="right", color="#b00")


def raster(spikes: pd.DataFrame, point: pd.Series, model: Model) -> Figure:
    """Return the raster of the last half second of a point and its PSTH over the whisking cycle."""
    figure = Figure(figsize=(6.8, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[2, 1])
    cycle_s, begin_s = point["T_w"] / 1000, point["transient"]
    n_cycles = int(point["duration"] / cycle_s + 1e-9)
    stop_s = begin_s + n_cycles * cycle_s
    first_s, shown, offset = max(begin_s, stop_s - 0.5), {"T": 60, "I": 60, "E": 240}, 0
    for population, n in shown.items():
        of_population = spikes[spikes["population"] == population]
        trains = Spikes(
            of_population["t_s"].to_numpy(), of_population["neuron"].to_numpy(), model.populations[population]
        )
        late = between(trains, first_s, stop_s)
        some = late.neurons < n
        times_ms = 1000 * (late.times_s[some] - first_s)
        left.plot(times_ms, offset + late.neurons[some], "|", color=COLOURS[population], ms=2.5, mew=0.6)
        left.text(-12, offset + n / 2, population, color=COLOURS[population], ha="right", va="center")
        offset += n + 8
        rates = psth(between(trains, begin_s, stop_s), cycle_s, n_cycles)
        right.stairs(
            rates,
            np.linspace(0, 1000 * cycle_s, len(rates) + 1),
            baseline=None,
            color=COLOURS[population],
            label=population,
            lw=1,
        )
    if point["C_T"] > 0:
        for axes, contacts in ((left, np.arange(0, 1000 * (stop_s - first_s), point["T_w"])), (right, [0])):
            for start in contacts:
                axes.axvspan(
                    start + point["t_c"], start + point["t_c"] + point["tau_c"], color="#f0d9a8", zorder=0, lw=0
                )
    left.set(xlabel="time (ms)", yticks=[], xlim=(0, 1000 * (stop_s - first_s)), ylim=(-4, offset))
    left.spines["left"].set_visible(False)
    left.set_title(f"{point['protocol']}: A_T = {point['A_T']:g} spikes/s, C_T = {point['C_T']:g}", loc="left")
    right.set(xlabel="time in whisking cycle (ms)", ylabel="rate (spikes/s)", ylim=(0, None))
    right.set_title(f"PSTH, 1 ms bins, {n_cycles} cycles", loc="left")
    right.legend(fontsize=7)
    return figure


def sweep_map(rows: pd.DataFrame, x: str, y: str, names: Sequence[str] | None = None) -> Figure:
    """Return maps of features, if not said of the main ones, over the knobs `x` and `y`: cells or sampled points."""
    protocols = rows["protocol"].unique()
    panels = [("whisking", "rate_E"), ("whisking", "rate_I"), ("touch", "R_E"), ("touch", "R_I")]
    panels = [panel for panel in panels if panel[0] in protocols] or [(p, "rate_E") for p in protocols]
    if names is not None:
        panels = [(protocol, name) for protocol in protocols for name in names]
    figure = Figure(figsize=(1 + 2.3 * len(panels), 2.4), layout="constrained")
    grids = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (protocol, feature) in zip(grids, panels, strict=True):
        here = over_networks(rows[rows["protocol"] == protocol], [x, y])
        here = here[here["feature"] == feature]
        table = here.pivot(index=y, columns=x, values="mean")
        if table.size == len(here):
            image = axes.pcolormesh(
                range(table.shape[1] + 1), range(table.shape[0] + 1), table.to_numpy(float), cmap="viridis"
            )
            axes.set_xticks(np.arange(table.shape[1]) + 0.5, [f"{v:.3g}" for v in table.columns])
            axes.set_yticks(np.arange(table.shape[0]) + 0.5, [f"{v:.3g}" for v in table.index])
        else:
            image = axes.scatter(here[x], here[y], c=here["mean"].astype(float), cmap="viridis", s=14)
        axes.set(xlabel=x, ylabel=y)
        axes.set_title(f"{feature} ({UNITS[feature]}), {protocol}", loc="left")
        figure.colorbar(image, ax=axes)
        note_diverged(axes, int(here["diverged"].sum()))
    return figure
