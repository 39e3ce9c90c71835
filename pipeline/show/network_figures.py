"""The figures of a script's network from its tables: what the generic figures need is taken from the network."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.measure.network import feature_table
from pipeline.network.model import Model
from pipeline.show.captions import of_raster
from pipeline.show.network_raster import raster
from pipeline.show.network_traces import potentials
from pipeline.show.suite import SweepFigure, of_sweep


def parts(model: Model) -> Mapping[str, str]:
    """Return the whole of each population that is a part of another."""
    return {p.name: p.part_of for p in model.adopted.populations if p.part_of is not None}


def given(model: Model) -> frozenset[str]:
    """Return the populations that are given input, which figures show last: they spike as they are told.

    Such a population has no membrane variable, and no projection reaches it, its whole or a part of it.
    """
    whole = parts(model)
    reached = {projection.target for projection in model.adopted.projections}
    reached |= {part for part in whole if whole[part] in reached} | {whole[part] for part in whole if part in reached}
    return frozenset(p.name for p in model.adopted.populations if p.potential is None and p.name not in reached)


def network_raster(spikes: pd.DataFrame, point: pd.Series, model: Model) -> Figure:
    """Return the raster of a point: spikes, population rates, and the distribution of rates over neurons."""
    start_s = float(point["transient"])
    title = f"{point['protocol']}, seed {point['seed_network']:.0f}"
    return raster(spikes, model.populations, point, start_s, start_s + float(point["duration"]), title, parts(model))


def raster_caption(spikes: pd.DataFrame, point: pd.Series, model: Model) -> str:
    """Return what there is to see in the raster of a point, and what its parts are."""
    start_s = float(point["transient"])
    stop_s = start_s + float(point["duration"])
    said = of_raster(spikes, model.populations, point, start_s, stop_s, f"{point['protocol']}", parts(model))
    return f"{said} Below it the rates of the populations in the same time, right how the rates of neurons are spread."


def network_traces(table: pd.DataFrame, model: Model) -> Figure:
    """Return the potentials of some neurons, as `trace` writes them, one above another."""
    units = {p.name: p.potential_unit for p in model.adopted.populations}
    return potentials(table, [p.name for p in model.adopted.populations], units)


def sweep_figures(
    rows: pd.DataFrame, axes: list[str], model: Model, chosen: Sequence[str] | None = None
) -> dict[str, SweepFigure]:
    """Return the figures of a sweep by name, as `suite.of_sweep`."""
    return of_sweep(
        rows, axes, feature_table(model), model.settable, model.populations, parts(model), chosen, given(model)
    )
