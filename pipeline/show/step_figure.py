"""Features against the step: a panel each, a line for each way to integrate. Never simulates."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

import pipeline.show.figures  # noqa: F401, the look of all figures
from pipeline.sweep.accuracy import Way

COLOURS = ("#c0392b", "#1f5fa8")
COLUMNS = 4


def steps(ways: Sequence[Way], features: Sequence[str], units: Mapping[str, str]) -> Figure:
    """Return each feature against dt, mean and s.e.m. over networks; each way's limit of fine steps at 0, open."""
    rows = -(-len(features) // COLUMNS)
    columns = min(len(features), COLUMNS)
    figure = Figure(figsize=(2.3 * columns, 2.1 * rows + 0.3), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, feature in zip(panels, features, strict=False):
        for way, colour in zip(ways, COLOURS, strict=False):
            limit, error = way.limit(feature)
            deviations = np.array(way.deviations(feature))
            axes.errorbar(0, limit, error, fmt="o", mfc="none", color=colour, ms=4, capsize=2)
            x = np.linspace(0, max(way.dt_ms), 50)
            slope = deviations[0, 0] / max(way.dt_ms) ** way.order
            axes.plot(x, limit + slope * x**way.order, color=colour, lw=0.6, ls=":")
            axes.errorbar(
                way.dt_ms, limit + deviations[:, 0], deviations[:, 1], fmt="o", color=colour, ms=3, label=way.name
            )
        axes.set_title(feature, loc="left")
        axes.set(xlabel="dt (ms)", ylabel="" if units[feature] == "1" else units[feature], xlim=(0, None))
    for axes in panels[len(features) :]:
        axes.remove()
    panels[0].legend(fontsize=6)
    return figure
