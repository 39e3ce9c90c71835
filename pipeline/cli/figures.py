"""The verb of the figures of sweeps."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.commands import MODEL, ModelFile, Pictures, app
from pipeline.config.reader import ConfigError
from pipeline.config.tables import write_text
from pipeline.measure.network import refuse_unknown
from pipeline.network.model import Model
from pipeline.network.reading import read_model
from pipeline.plan.given import SPIKES, features_of, of_protocol, table_of
from pipeline.sweep import grid as grids

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@app.command()
def figure(
    name: Annotated[
        str,
        typer.Argument(
            help="raster; of a sweep over one knob curves, over two map or family, over more, or a hypercube, pairs or "
            "dependence, each with _PROTOCOL behind it where there are several."
        ),
    ],
    table: Annotated[Path, typer.Option(help="Features of a sweep.")],
    out: Pictures,
    features: Annotated[
        str | None,
        typer.Option(
            help="What is drawn, such as rate_P,cv_P (pairs: the first). Default: a network's own features, rates and "
            "what else tells most.",
            show_default=False,
        ),
    ] = None,
    protocol: Annotated[
        str | None, typer.Option(help="Protocol, for raster. Default: the first in the table.", show_default=False)
    ] = None,
    spikes: Annotated[list[Path] | None, typer.Option(help="Spikes of a sweep, for raster; may be repeated.")] = None,
    model: ModelFile = MODEL,
) -> None:
    """Draw one figure of a sweep from its tables; never simulates."""
    said = draw(name, table, out, read_model(model), features, protocol, spikes)
    if said:
        typer.echo(said)


def draw(
    name: str,
    table: Path,
    out: list[Path],
    network: Model,
    features: str | None = None,
    protocol: str | None = None,
    spikes: list[Path] | None = None,
) -> str:
    """Draw a figure to files; return what there is to see in it, '' of a raster."""
    from pipeline.show import figures

    names = None if features is None else [one.strip() for one in features.split(",")]
    if names is not None:
        if name == "raster":
            raise ConfigError("figure: --features goes with figures of features, which raster is not.")
        refuse_unknown(names, network, "figure: --features")
    if name == "raster" and spikes:
        figures.save(_raster(table, protocol, spikes, network), out)
        return ""
    if name == "raster":
        raise ConfigError("figure: raster lacks --spikes.")
    drawn, said = _of_sweep(name, table, names, network, out)
    figures.save(drawn, out)
    return said


def _raster(table: Path, protocol: str | None, spikes: list[Path], network: Model) -> "Figure":
    """Draw the first point of a protocol, by default that of the first point of all."""
    import pandas as pd

    from pipeline.show import network_figures

    data = features_of(table, network)
    point = (data if protocol is None else of_protocol(data, protocol, table)).iloc[0]
    trains = pd.concat([table_of(path, SPIKES) for path in spikes])
    trains = trains[trains["point"] == point["point"]]
    return network_figures.network_raster(trains, point, network)


def _of_sweep(
    name: str, table: Path, names: Sequence[str] | None, network: Model, out: list[Path]
) -> "tuple[Figure, str]":
    """Draw a figure of a sweep, leave its data beside it as CSV, and return what there is to see."""
    from pipeline.show import network_figures

    data = features_of(table, network)
    axes = grids.axes_of(data, [knob for knob in network.settable if knob in data])
    found = network_figures.sweep_figures(data, axes, network, names)
    if name not in found:
        known = ", ".join(found) or "none, for no knob varies"
        raise ConfigError(f"figure: {name!r} is none of the figures of {table}: {known} (or raster, with --spikes).")
    shown = found[name].table()
    for path in out:
        write_text(path.with_suffix(".csv"), shown.to_csv(index=False))
    return found[name].draw(), found[name].caption()
