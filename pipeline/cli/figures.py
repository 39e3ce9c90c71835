"""The verb of the figures of sweeps."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.commands import MODEL, ModelFile, Pictures, app
from pipeline.cli.outputs import refuse_same
from pipeline.config.reader import ConfigError
from pipeline.config.tables import write_text
from pipeline.measure.network import refuse_unknown
from pipeline.network.model import Model
from pipeline.network.reading import read_model
from pipeline.plan.columns import TRACES
from pipeline.plan.given import features_of, of_protocol, table_of
from pipeline.plan.trains import trains_of
from pipeline.sweep import grid as grids

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DATA = "points,diverged,problems"
"""How the head of a CSV file with the data of a figure ends."""


@app.command()
def figure(
    name: Annotated[
        str,
        typer.Argument(
            help="Of a sweep: curves (one knob varies), map (two), family (two, of few values), slices (three, one of "
            "few values), pairs and dependence (more than two, or a hypercube), sobol (a design for Sobol indices), "
            "distributions (any); with _PROTOCOL behind it where there are several. raster of spikes; traces of what "
            "`trace` wrote."
        ),
    ],
    table: Annotated[Path, typer.Option(help="Features of a sweep, or potentials for traces.")],
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
    """Draw a figure to files; return what there is to see in it, '' of traces."""
    from pipeline.show import figures
    from pipeline.show.calls import call

    for option, value in (("--protocol", protocol), ("--spikes", spikes)):
        if value not in (None, []) and name != "raster":
            raise ConfigError(f"figure: {option} goes with raster, which {name} is not.")
    names = None if features is None else [one.strip() for one in features.split(",")]
    if names is not None:
        if name in ("raster", "traces"):
            raise ConfigError(f"figure: --features goes with figures of features, which {name} is not.")
        refuse_unknown(names, network, "figure: --features")
    if name == "traces":
        from pipeline.show.network_figures import network_traces

        potentials = table_of(table, TRACES)
        if not len(potentials):
            raise ConfigError(f"{table}: has no rows.")
        figures.save(network_traces(potentials, network), out)
        return ""
    if name == "raster" and spikes:
        drawn, said = _raster(table, protocol, spikes, network)
        figures.save(drawn, out, call(name, table, network.table, protocol=protocol, spikes=spikes), said)
        return said
    if name == "raster":
        raise ConfigError("figure: raster lacks --spikes.")
    drawn, said = _of_sweep(name, table, names, network, out)
    figures.save(drawn, out, call(name, table, network.table, features), said)
    return said


def _raster(table: Path, protocol: str | None, spikes: list[Path], network: Model) -> "tuple[Figure, str]":
    """Draw the first point of a protocol, by default that of the first point of all; return what there is to see."""
    from pipeline.show import network_figures

    data = features_of(table, network)
    point = (data if protocol is None else of_protocol(data, protocol, table)).iloc[0]
    trains = trains_of(spikes, data[data["point"] == point["point"]], network)
    return network_figures.network_raster(trains, point, network), network_figures.raster_caption(
        trains, point, network
    )


def _of_sweep(
    name: str, table: Path, names: Sequence[str] | None, network: Model, out: list[Path]
) -> "tuple[Figure, str]":
    """Draw a figure of a sweep, leave its data beside it as CSV, and return what there is to see."""
    from pipeline.show import network_figures

    data = features_of(table, network)
    axes = grids.axes_of(data, [knob for knob in network.settable if knob in data])
    found = network_figures.sweep_figures(data, axes, network, names)
    beside = {path: path.with_suffix(".csv") for path in out}
    for path, csv in beside.items():
        refuse_same({f"--out {path}: the CSV of its data,": csv}, {"--table": table})
        if csv.exists() and not csv.read_text(encoding="utf-8", errors="replace").partition("\n")[0].endswith(DATA):
            raise ConfigError(
                f"--out {path}: {csv}, where its data would go, is there and is no figure's; name another."
            )
    if name not in found:
        known = ", ".join(found) or "none, for no knob varies"
        raise ConfigError(
            f"figure: {name!r} is none of the figures of {table}: {known} (or raster, with --spikes, or traces)."
        )
    shown = found[name].table()
    for csv in beside.values():
        write_text(csv, shown.to_csv(index=False))
    return found[name].draw(), found[name].caption()
