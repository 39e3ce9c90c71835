"""The verb of the figures of sweeps."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.commands import MODEL, REFERENCE, ModelFile, Pictures, app
from pipeline.config.reader import ConfigError
from pipeline.config.tables import write_text
from pipeline.measure.network import refuse_unknown
from pipeline.network.model import Model
from pipeline.network.reading import read_model
from pipeline.network.script import ScriptModel
from pipeline.plan.given import SPIKES, curve_of, features_of, of_protocol, table_of
from pipeline.plan.run import CURVES
from pipeline.sweep import grid as grids

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DRAWN = {"rates": ("rate_E", "rate_I"), "response": ("R_T", "R_E", "R_I")}
"""Features of the curves of the paper's network, if none are asked for."""


@app.command()
def figure(
    name: Annotated[
        str,
        typer.Argument(
            help="raster; of a sweep over one knob curves, over two map or family, over more, or a hypercube, pairs or "
            "dependence, each with _PROTOCOL behind it where there are several. Of the paper's network: rates, "
            "response, raster or map."
        ),
    ],
    table: Annotated[Path, typer.Option(help="Features of a sweep.")],
    out: Pictures,
    features: Annotated[
        str | None,
        typer.Option(
            help="What is drawn, such as rate_E,cv_E (pairs: the first). Default: a script's own features, rates and "
            "what else tells most; rates or responses of the paper's network.",
            show_default=False,
        ),
    ] = None,
    protocol: Annotated[
        str | None, typer.Option(help="Protocol, for raster. Default: the first in the table.", show_default=False)
    ] = None,
    spikes: Annotated[list[Path] | None, typer.Option(help="Spikes of a sweep, for raster; may be repeated.")] = None,
    reference: Annotated[
        Path, typer.Option(help="Folder of the authors' values, for rates and response of the paper's network.")
    ] = REFERENCE,
    model: ModelFile = MODEL,
) -> None:
    """Draw one figure of a sweep from its tables; never simulates."""
    from pipeline.show import figures, panels, validation

    network = read_model(model)
    names = None if features is None else [one.strip() for one in features.split(",")]
    if names is not None:
        if name == "raster":
            raise ConfigError("figure: --features goes with figures of features, which raster is not.")
        refuse_unknown(names, network, "figure: --features")
    if name == "raster" and spikes:
        drawn = _raster(table, protocol, spikes, network)
    elif isinstance(network, ScriptModel):
        drawn = _of_script(name, table, names, network, out)
    elif name in CURVES:
        data = curve_of(table, name, network)
        drawn = panels.curve(data, *CURVES[name], names or DRAWN[name], validation.reference(reference, *CURVES[name]))
    elif name == "map":
        data = features_of(table, network)
        axes = grids.axes_of(data, network.knobs)
        if len(axes) != 2:
            raise ConfigError(f"{table}: a map needs two knobs that vary, not {axes}.")
        drawn = figures.sweep_map(data, axes[0], axes[1], names)
    else:
        raise ConfigError(f"figure: {name!r} is unknown, or is raster and lacks --spikes.")
    figures.save(drawn, out)


def _raster(table: Path, protocol: str | None, spikes: list[Path], network: Model) -> "Figure":
    """Draw the first point of a protocol, by default that of the first point of all."""
    import pandas as pd

    from pipeline.show import figures, network_figures

    data = features_of(table, network)
    point = (data if protocol is None else of_protocol(data, protocol, table)).iloc[0]
    trains = pd.concat([table_of(path, SPIKES) for path in spikes])
    trains = trains[trains["point"] == point["point"]]
    if isinstance(network, ScriptModel):
        return network_figures.network_raster(trains, point, network)
    return figures.raster(trains, point, network)


def _of_script(name: str, table: Path, names: Sequence[str] | None, network: ScriptModel, out: list[Path]) -> "Figure":
    """Draw a figure of a sweep of a script's network, leave its data beside it as CSV, and say what there is to see."""
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
    typer.echo(found[name].caption())
    return found[name].draw()
