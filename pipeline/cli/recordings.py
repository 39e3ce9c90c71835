"""The verbs on recordings: targets of one, and the spikes of a point in the formats of recordings."""

import json
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.commands import MODEL, RESULTS, ModelFile, OwnResults, app, point_settings, protocol_of, results_of
from pipeline.cli.outputs import ending, refuse_foreign, refuse_same
from pipeline.config.reader import ConfigError
from pipeline.config.tables import write_text
from pipeline.fit.targets import COLUMNS, RECORDED
from pipeline.network.reading import read_model


@app.command()
def targets(
    recording: Annotated[Path, typer.Argument(help="What a recording shows of the network, a YAML file.")],
    out: Annotated[Path, typer.Option(help="CSV file of targets to write.", callback=ending("--out", ".csv"))],
    model: ModelFile = MODEL,
) -> None:
    """Make the table of targets of a fit from a recording: its features, with standard errors over neurons and time."""
    from pipeline.recordings import aims
    from pipeline.recordings.described import read_described

    network = read_model(model)
    refuse_same({"--out": out}, {"the recording": recording})
    refuse_foreign("--out", out, ",".join(COLUMNS + RECORDED))
    described = read_described(recording, network)
    found, said = aims.targets(recording, described, network)
    write_text(out, found.to_csv(index=False, float_format="%.6g"))
    for line in [*said, f"{out}: {len(found)} targets of {', '.join(described.protocols)}"]:
        typer.echo(line)


@app.command()
def export(
    out: Annotated[
        Path,
        typer.Option(
            help="File to write: .nwb (Neurodata Without Borders), .h5 (SONATA) or .csv (group, unit, t_s).",
            callback=ending("--out", ".nwb", ".h5", ".csv"),
        ),
    ],
    settings: Annotated[list[str] | None, typer.Option("--set", help="KNOB=VALUE; may be repeated.")] = None,
    protocol: Annotated[str | None, typer.Option(help="Set of values with a name. Default: the first.")] = None,
    duration: Annotated[float | None, typer.Option(help="Seconds to record. Default: the network's own.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the network and of its input.")] = None,
    neurons: Annotated[
        int | None,
        typer.Option(help="The first so many neurons of each population, as an experiment has few. Default: all."),
    ] = None,
    model: ModelFile = MODEL,
    results: OwnResults = RESULTS,
) -> None:
    """Simulate a point and write its spikes, without its transient, as a file that other software reads.

    Each neuron once: of parts of a population that make all of it the whole is not written, else the parts are not.
    """
    import numpy as np

    from pipeline.engine.scripts import ScriptEngine
    from pipeline.measure.trains import of
    from pipeline.recordings import formats
    from pipeline.recordings.recorded import cut

    formats.refuse_missing(out)
    if neurons is not None and neurons < 1:
        raise ConfigError(f"export: --neurons = {neurons} must be at least 1.")
    network = read_model(model)
    given = point_settings(settings, network, duration, seed)
    named = protocol_of(network, protocol)
    values = network.point(named, given, "export")
    program = ScriptEngine(network, results_of(network, results))
    if "duration" not in given:
        values = program.lasting(values)
    recording, _ = program.simulate(values)
    if recording.divergence is not None:
        raise ConfigError(f"export: {recording.divergence}; nothing was written.")
    begin_s, length_s = values["transient"], values["duration"]
    window = np.array([[begin_s, begin_s + length_s]])
    spikes = {
        name: of(cut(train, window), 0, min(neurons or train.size, train.size))
        for name, train in recording.spikes.items()
        if name in network.adopted.disjoint
    }
    about = f"{network.files[0]}, protocol {named}, simulated by Brian2: {json.dumps(values)}"
    formats.write(out, spikes, length_s, about)
    typer.echo(f"{out}: {sum(len(train.times_s) for train in spikes.values())} spikes of {', '.join(spikes)}")
