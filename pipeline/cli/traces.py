"""The verb that records membrane potentials of a point."""

from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import typer

from pipeline.cli.commands import MODEL, RESULTS, ModelFile, OwnResults, app, point_settings, protocol_of, results_of
from pipeline.cli.outputs import ending
from pipeline.config.reader import ConfigError, nearest
from pipeline.config.tables import described, write_table
from pipeline.engine.recording import NetworkRecording
from pipeline.engine.scripts import ScriptEngine
from pipeline.network.model import Model
from pipeline.network.reading import read_model

AMONG = 100
"""The first neurons of a population, among which those that spike most are sought."""

MOST_NEURONS = 1000
"""Of more neurons the potentials of a second take 100 MB."""


@app.command()
def trace(
    out: Annotated[
        Path,
        typer.Option(help="Parquet file to write: population, neuron, t_s, v.", callback=ending("--out", ".parquet")),
    ],
    settings: Annotated[list[str] | None, typer.Option("--set", help="KNOB=VALUE; may be repeated.")] = None,
    protocol: Annotated[str | None, typer.Option(help="Set of values with a name. Default: the first.")] = None,
    duration: Annotated[float | None, typer.Option(help="Seconds to record. Default: the network's own.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the network and of its input.")] = None,
    populations: Annotated[
        list[str] | None,
        typer.Option("--population", help="A population; may be repeated. Default: all that have a potential."),
    ] = None,
    neurons: Annotated[int, typer.Option(help="So many neurons of each population.")] = 5,
    most_active: Annotated[
        bool, typer.Option("--most-active", help=f"Those of the first {AMONG} that spike most, not the first ones.")
    ] = False,
    model: ModelFile = MODEL,
    results: OwnResults = RESULTS,
) -> None:
    """Write the membrane potentials of some neurons of a point, after each step, without its transient."""
    network = read_model(model)
    given = point_settings(settings, network, duration, seed)
    if not 1 <= neurons <= MOST_NEURONS:
        raise ConfigError(f"trace: --neurons = {neurons} must be from 1 to {MOST_NEURONS}.")
    known = [p.name for p in network.adopted.populations if p.potential is not None and p.size]
    for name in populations or []:
        if name not in known:
            raise ConfigError(
                f"trace: --population {name}: has no potential, or is no population{nearest(name, known)}."
            )
    values = network.point(protocol_of(network, protocol), given, "trace")
    engine = ScriptEngine(network, results_of(network, results))
    if "duration" not in given:
        values = engine.lasting(values)
    recording, _ = engine.simulate(values, traced=max(neurons, AMONG) if most_active else neurons)
    engine.close()
    if recording.divergence is not None:
        raise ConfigError(f"trace: {recording.divergence}; nothing was written.")
    table = traces(recording, network, populations or known, values["transient"], neurons, most_active)
    write_table(out, table)
    typer.echo(f"{out}: {', '.join(populations or known)}, {values['duration']:g} s of {neurons} neurons each")


def traces(
    recording: NetworkRecording, network: Model, populations: list[str], begin_s: float, neurons: int, most_active: bool
) -> pa.Table:
    """Return the potentials of a recording from `begin_s` on: population, neuron, t_s (of the run), v (mV for volts).

    Of each population the first neurons, or those that spike most from then on, the most active first.
    """
    units = {p.name: p.potential_unit for p in network.adopted.populations}
    parts = []
    for name in populations:
        times, values = recording.traces[name]
        late = times > begin_s * (1 + 1e-9)
        chosen = np.arange(values.shape[1])
        spikes = recording.spikes.get(name)
        if most_active and spikes is not None:
            counts = np.bincount(spikes.neurons[spikes.times_s >= begin_s], minlength=len(chosen))[: len(chosen)]
            chosen = np.argsort(-counts, kind="stable")
        scale = 1000.0 if units[name] == "mV" else 1.0
        for neuron in chosen[:neurons]:
            columns = {
                "population": pa.array([name] * int(late.sum()), pa.string()),
                "neuron": pa.array(np.full(late.sum(), neuron), pa.int32()),
                "t_s": pa.array(times[late]),
                "v": pa.array(scale * values[late, neuron]),
            }
            parts.append(pa.table(columns))
    shown = sorted({units[name] for name in populations})
    about = {"t_s": ("s", "time since the run began"), "v": (" or ".join(shown), "membrane potential after each step")}
    return described(pa.concat_tables(parts), about)
