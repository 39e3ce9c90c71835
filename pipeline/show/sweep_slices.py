"""Maps of features over two knobs, one at each value of a third. Never simulates."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pipeline.measure.patterns import Feature
from pipeline.show.chosen import panels
from pipeline.show.style import WIDTH, Knob, empty, feature_label, knob_label, note, numbers, text
from pipeline.show.sweep_data import drawn, key, means, nothing, one_protocol
from pipeline.show.sweep_maps import about_map, bar, draw, scale

MOST_SLICES = 5
"""Maps in a row; of more values, so many from the least to the largest."""


def slices(
    rows: pd.DataFrame,
    x: str,
    y: str,
    by: str,
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    names: Iterable[str] | None = None,
) -> Figure:
    """Return maps of features over two knobs: a row for each feature, in it a map at each value of the knob `by`.

    The maps of a row share their colours; marks are those of `maps`.
    """
    rows, others = one_protocol(rows)
    chosen = drawn(panels(rows, [x, y, by], features) if names is None else names, features)
    if why := nothing(rows, chosen):
        return empty(why)
    found = means(rows, [x, y, by], chosen, features)
    if found.empty:
        return empty(f"No point has a value of {x}, of {y} and of {by}.")
    steps, left_out = shown_of(np.sort(found[key(2)].unique()))
    figure = Figure(figsize=(WIDTH, 0.45 + 1.5 * len(chosen)), layout="constrained")
    cells = figure.subplots(len(chosen), len(steps), squeeze=False, sharex=True, sharey=True)
    for row, name in zip(cells, chosen, strict=True):
        of_feature = found[found["feature"] == name]
        norm, ends = scale(of_feature, features[name])
        for panel, step in zip(row, steps, strict=True):
            image = draw(panel, of_feature[of_feature[key(2)] == step], norm, features[name], 3)
            panel.tick_params(labelsize=6.5, length=2)
        bar(figure, image, list(row), ends).set_label(text(feature_label(features[name]), 24), fontsize=7)
        row[0].set_ylabel(text(knob_label(y, knobs), 22))
    unit = knobs[by].unit if by in knobs else "1"
    for panel, words in zip(cells[0], numbers(steps), strict=True):
        panel.set_title(text(f"{by} = {words}" + ("" if unit == "1" else f" {unit}"), 22))
    for panel in cells[-1]:
        panel.set_xlabel(text(knob_label(x, knobs), 18))
    hidden = f"not drawn: {by} = {', '.join(numbers(left_out))}" if left_out else ""
    note(figure, [others, hidden, *about_map(rows, found)])
    return figure


def shown_of(steps: np.ndarray) -> tuple[list[float], list[float]]:
    """Return the values at which there are maps, from the least to the largest, and the others."""
    kept = np.unique(np.linspace(0, len(steps) - 1, min(MOST_SLICES, len(steps))).round().astype(int))
    return [float(steps[k]) for k in kept], [float(step) for k, step in enumerate(steps) if k not in kept]
