"""The figures of a script's network from its tables: what the generic figures need is taken from the network."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.measure.network import feature_table
from pipeline.network.model import Model
from pipeline.show.network_raster import raster
from pipeline.show.suite import SweepFigure, of_sweep


def parts(model: Model) -> Mapping[str, str]:
    """Return the whole of each population that is a part of another."""
    return {p.name: p.part_of for p in model.adopted.populations if p.part_of is not None}


def network_raster(spikes: pd.DataFrame, point: pd.Series, model: Model) -> Figure:
    """Return the raster of a point: spikes, population rates, and the distribution of rates over neurons."""
    start_s = float(point["transient"])
    title = f"{point['protocol']}, seed {point['seed_network']:.0f}"
    return raster(spikes, model.populations, point, start_s, start_s + float(point["duration"]), title, parts(model))


def sweep_figures(
    rows: pd.DataFrame, axes: list[str], model: Model, chosen: Sequence[str] | None = None
) -> dict[str, SweepFigure]:
    """Return the figures of a sweep by name, as `suite.of_sweep`."""
    return of_sweep(rows, axes, feature_table(model), model.settable, model.populations, parts(model), chosen)
