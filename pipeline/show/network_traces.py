"""Membrane potentials of some neurons over time, one above another."""

from collections.abc import Iterable, Mapping

import pandas as pd
from matplotlib.figure import Figure

from pipeline.config.reader import ConfigError
from pipeline.show.style import WIDTH, looks

MOST = 40
"""Neurons in one figure, of more of which nothing could be seen."""


def potentials(table: pd.DataFrame, populations: Iterable[str], units: Mapping[str, str]) -> Figure:
    """Return potentials over time: `table` has population, neuron, t_s, v; `units` those of v by population.

    All neurons of a population have the same range of potentials. ConfigError for a table without rows, of more than
    MOST neurons, or with other populations than the network.
    """
    shown = list(table.groupby(["population", "neuron"], sort=False))
    known = looks(populations)
    if not 0 < len(shown) <= MOST:
        raise ConfigError(f"figure: traces: the table has {len(shown)} neurons; 1 to {MOST} can be drawn.")
    if other := sorted(set(table["population"]) - set(known)):
        raise ConfigError(f"figure: traces: {other[0]!r} is no population of this network: {', '.join(known)}.")
    figure = Figure(figsize=(WIDTH, 0.5 + 0.9 * len(shown)), layout="constrained")
    panels = figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
    for axes, ((population, neuron), trace) in zip(panels, shown, strict=True):
        inside = table.loc[table["population"] == population, "v"]
        edge = 0.05 * max(inside.max() - inside.min(), 1e-9)
        axes.plot(trace["t_s"], trace["v"], color=known[population].colour, lw=0.6)
        axes.set_title(f"{population}, neuron {neuron}", loc="left", pad=2)
        axes.set(ylabel="" if units[population] == "1" else units[population])
        axes.set(ylim=(inside.min() - edge, inside.max() + edge))
    panels[-1].set(xlabel="time (s)", xlim=(table["t_s"].min(), table["t_s"].max()))
    return figure
