"""The verbs of sweeps: points, programs, rows, scripts of points, and pages."""

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from pipeline.cli.commands import (
    MODEL,
    RESULTS,
    ModelFile,
    OwnResults,
    Results,
    app,
    knob_settings,
    point_settings,
    protocol_of,
    results_of,
)
from pipeline.cli.outputs import as_folder, ending, refuse_foreign, refuse_same
from pipeline.config.reader import ConfigError, fingerprint, parse
from pipeline.config.tables import alone, described, write_table, write_text
from pipeline.engine.scripts import ScriptEngine
from pipeline.fit.reading import refuse_neurons
from pipeline.measure.angles import ANGLE
from pipeline.measure.network import feature_table, refuse_unknown, units
from pipeline.measure.own import read_own
from pipeline.measure.sampled import said
from pipeline.measure.table import page
from pipeline.network.model import Model
from pipeline.network.reading import read_model
from pipeline.network.steps import remarks
from pipeline.plan.given import features_of, measured, refuse_others
from pipeline.plan.points import points_of
from pipeline.records import record
from pipeline.sweep import cases
from pipeline.sweep import grid as grids
from pipeline.sweep.budget import Budget
from pipeline.sweep.design import read_sweep, said_of
from pipeline.sweep.enough import missing, rule_of, with_rule
from pipeline.sweep.rows import Measurements, Progress, measure, run_chunk

WRITTEN = "Written by `python -m pipeline script`"
"""How the first line of a script that the verb writes begins, behind #."""


@app.command()
def grid(
    sweep: Annotated[Path, typer.Argument(help="A sweep, such as networks/cuba/sweep.yaml.")],
    out: Annotated[Path, typer.Option(help="Parquet file to write.", callback=ending("--out", ".parquet"))],
    values: Annotated[int | None, typer.Option(help="At most so many values of an axis of equal steps.")] = None,
    networks: Annotated[int | None, typer.Option(help="At most so many networks.")] = None,
    duration: Annotated[float | None, typer.Option(help="At most so many measured seconds.")] = None,
    model: ModelFile = MODEL,
) -> None:
    """Write the points of a sweep: number, protocol, network, and the value of every knob."""
    network = read_model(model)
    budget = parse(Budget, {"values": values, "networks": networks, "duration": duration}, "grid")
    wanted = read_sweep(sweep, network, budget.thin)
    grids.check(wanted, network, f"{sweep}")
    table = grids.points(wanted, network)
    config = {
        "sweep": record.described(sweep, wanted.model_dump(mode="json", exclude={"about"}, exclude_defaults=True)),
        "model": record.described(network.files[0]),
    }
    if wanted.until is not None:
        refuse_unknown(wanted.until.features, network, f"{sweep}: until: features")
        if angles := [name for name in wanted.until.features if units(network)[name] == ANGLE]:
            raise ConfigError(f"{sweep}: until: features: {angles[0]} is an angle, which has no such standard error.")
    write_table(out, with_rule(table.replace_schema_metadata({"config": json.dumps(config)}), wanted.until))
    for remark in said_of(wanted, network):
        typer.echo(f"{sweep}: {remark}", err=True)
    typer.echo(f"{out}: {len(table)} points")


@app.command()
def build(
    model: ModelFile = MODEL,
    results: Results = RESULTS,
    points: Annotated[Path | None, typer.Option(help="Every program that this table needs.")] = None,
) -> None:
    """Compile the network, unless it is there already, and say where."""
    network = read_model(model)
    places = _compiled(network, points) if points is not None else []
    engine = ScriptEngine(network, results)
    made = engine.prepare()
    for place in places:
        typer.echo(f"{engine.prepare(place)}")
    typer.echo(f"{made}" if made else "Brian2's runtime target compiles for itself, when a point runs")


@app.command()
def simulate(
    context: typer.Context,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="KNOB=VALUE; may be repeated. Default: the network's own values."),
    ] = None,
    protocol: Annotated[
        str | None, typer.Option(help="Set of values with a name. Default: the network's own, the first of them.")
    ] = None,
    duration: Annotated[
        float | None, typer.Option(help="Seconds to measure, after the transient. Default: the network's own.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of the network and of its input. Default: the network's own.")
    ] = None,
    neurons: Annotated[
        list[str] | None,
        typer.Option(help="POPULATION=N: measure so many of its neurons only, drawn by the seeds; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    points: Annotated[Path | None, typer.Option(help="Simulate points of this table instead.")] = None,
    chunk: Annotated[
        int | None, typer.Option(help="With --points: which chunk, from 0. Default: 0.", show_default=False)
    ] = None,
    of: Annotated[
        int | None, typer.Option(help="With --points: number of chunks. Default: 1.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="With --points: Parquet file of rows to write.", callback=ending("--out", ".parquet")),
    ] = None,
    spikes: Annotated[
        Path | None,
        typer.Option(
            help="With --points: Parquet file of all spikes to write.", callback=ending("--spikes", ".parquet")
        ),
    ] = None,
    model: ModelFile = MODEL,
    results: OwnResults = RESULTS,
) -> None:
    """Simulate one point and print its features, or a chunk of a table of points and write its rows."""
    network = read_model(model)
    if points is not None:
        if out is None or settings or neurons or as_json or {protocol, duration, seed} != {None}:
            raise ConfigError(
                "simulate: --points goes with --out, and without --set, --protocol, --duration, --seed, --neurons and "
                "--json."
            )
        chunk, of = 0 if chunk is None else chunk, 1 if of is None else of
        refuse_same({"--out": out, "--spikes": spikes}, {"--points": points})
        if not 0 <= chunk < of:
            raise ConfigError(f"simulate: --chunk = {chunk} must be at least 0 and below --of = {of}.")
        table = points_of(points, network)
        if of > len(table):
            raise ConfigError(f"simulate: --of = {of} must be at most {len(table)}, the points of {points}.")
        until = rule_of(table, f"{points}")
        here = grids.chunk(table, chunk, of, whole=until is not None)
        tag = fingerprint(points.read_bytes().hex())
        program = ScriptEngine(network, results)
        journal, name = points.parent / "journal", f"{chunk}-of-{of}"
        context.with_resource(alone(journal / f"{name}.jsonl"))
        config = json.loads((table.schema.metadata or {}).get(b"config", b"{}"))
        computes = record.keep(results, program, config)
        measurements = Measurements(
            program, network, computes, journal, name, tag, [point for place in here for point in place]
        )
        progress = Progress(f"sweep {points.parent.name}", len(table), measurements.done())
        run_chunk(measurements, here, out, spikes, lambda: progress.show(measurements.done), until)
        progress.end(measurements.done())
        return
    if any(given is not None for given in (out, spikes, chunk, of)):
        raise ConfigError("simulate: --out, --spikes, --chunk and --of go with --points.")
    given = point_settings(settings, network, duration, seed)
    named = protocol_of(network, protocol)
    values = network.point(named, given, "simulate")
    few = _few(neurons or [], network)
    for name in given:
        if network.without_effect(name):
            typer.echo(f"simulate: {name} acted on nothing when `adopt` changed it a little", err=True)
    for remark in remarks(network, {name: (value,) for name, value in given.items()}, given):
        typer.echo(f"simulate: {remark}", err=True)
    program = ScriptEngine(network, results_of(network, results))
    if "duration" not in given:
        values = program.lasting(values)
    row, _ = measure(program, {"protocol": named, **few, **values}, network)
    knobs = {name: row.pop(name) for name in values}
    answer: dict[str, Any] = {**row, "seed": int(values["seed_network"]), "knobs": knobs}
    if as_json:
        typer.echo(json.dumps(answer, allow_nan=False))
        return
    for name, value in answer.items():
        if name != "knobs":
            typer.echo(f"{name:14} {'-' if value is None else f'{value:.4g}' if isinstance(value, float) else value}")


def _few(neurons: list[str], network: Model) -> dict[str, str]:
    """Return what a row says of how many neurons are measured; nothing where all are."""
    found: dict[str, int] = {}
    for word in neurons:
        name, _, n = word.rpartition("=")
        if not name or not n.isdigit() or not int(n):
            raise ConfigError(f"simulate: --neurons {word!r} is not POPULATION=N, with N of at least 1.")
        found[name] = int(n)
    refuse_neurons(found, network, "simulate: --neurons")
    return {"neurons": said(found)} if found else {}


@app.command()
def features(
    chunks: Annotated[list[Path], typer.Argument(help="Parquet files of all chunks of a sweep.")],
    points: Annotated[Path, typer.Option(help="The sweep's table of points.")],
    out: Annotated[
        Path, typer.Option(help="Parquet file to write: all rows in order.", callback=ending("--out", ".parquet"))
    ],
    summary: Annotated[
        Path, typer.Option(help="CSV file to write: statistics over networks.", callback=ending("--summary", ".csv"))
    ],
    model: ModelFile = MODEL,
) -> None:
    """Join the chunks of a sweep, check that no point is missing, and average over networks."""
    import pyarrow as pa

    from pipeline.measure.summary import over_networks

    read = {"--points": points, **{f"the chunk {path}": path for path in chunks}}
    refuse_same({"--out": out, "--summary": summary}, read)
    network = read_model(model)
    knobs = network.settable
    given = points_of(points, network)
    parts = [measured(path, network, given.column_names) for path in chunks]
    table = pa.concat_tables(parts, promote_options="permissive").sort_by("point")
    expected, found, until = given["point"].to_pylist(), table["point"].to_pylist(), rule_of(given, f"{points}")
    lacks = len(set(expected) - set(found))
    if until is not None:
        lacks = missing(given.to_pylist(), {row["point"]: row for row in table.to_pylist()}, until)
        given = given.filter(np.isin(expected, found))
    if lacks or found != given["point"].to_pylist():
        raise ConfigError(f"{points}: {len(found)} rows for {len(expected)} points, {lacks} missing; run again.")
    refuse_others(table, given, points)
    about = {name: (knob.unit, knob.about) for name, knob in knobs.items()}
    about |= {name: (one.unit, one.definition) for name, one in feature_table(network).items()}
    write_table(out, described(table, about))
    frame = table.to_pandas()
    places = ["protocol", *grids.axes_of(frame, [name for name in knobs if name in frame])]
    write_text(summary, over_networks(frame, places, units(network)).to_csv(index=False))
    typer.echo(f"{out}: {len(table)} points, {(frame['status'] != 'ok').sum()} diverged")


@app.command()
def definitions(
    networks: Annotated[list[Path] | None, typer.Argument(help="Networks whose own features are named, too.")] = None,
) -> None:
    """Print what every feature is, with its unit: docs/features.md."""
    own = {}
    for folder in networks or []:
        path = read_model(folder).own_features
        own[f"{folder}"] = [feature for one in read_own(path) for feature in one.features] if path else []
    typer.echo(page(own), nl=False)


@app.command()
def script(
    out: Annotated[Path, typer.Option(help="Python file to write.", callback=ending("--out", ".py"))],
    settings: Annotated[list[str] | None, typer.Option("--set", help="KNOB=VALUE; may be repeated.")] = None,
    protocol: Annotated[str | None, typer.Option(help="Set of values with a name. Default: the first.")] = None,
    model: ModelFile = MODEL,
) -> None:
    """Write the script of a network with the numbers of a point in it, to read, to change, to start from."""
    network = read_model(model)
    named = protocol_of(network, protocol)
    values = network.point(named, knob_settings(settings or [], network), "script")
    refuse_foreign("--out", out, f"# {WRITTEN}")
    modules = out.with_suffix("")
    if modules.exists() and not out.exists():
        raise ConfigError(
            f"--out {out}: {modules}, where modules of the script would go, is there already; name another."
        )
    title = f"{WRITTEN}: {', '.join([f'protocol {named}', *(settings or [])])}"
    write_text(out, cases.script(values, network, title, modules))
    typer.echo(f"{out}")


@app.command()
def pages(
    tables: Annotated[list[Path], typer.Argument(help="Features of all sweeps, one folder a sweep.")],
    out: Annotated[Path, typer.Option(help="Folder for points.html.", callback=as_folder("--out"))],
    model: ModelFile = MODEL,
) -> None:
    """Write the page that says what was simulated; the first point of each sweep that diverged is diagnosed."""
    from pipeline.show import report

    network = read_model(model)
    rows = {path.parent.name: features_of(path, network) for path in tables}
    found = []
    for sweep, table in rows.items():
        diverged = table[table["status"] != "ok"]
        for n, point in enumerate(diverged.to_dict("records")):
            case = cases.of(point, network, out / "diagnoses", f"{sweep}-{point['point']}") if n == 0 else None
            found.append(report.Diverged(sweep, "point", int(point["point"]), point["problem"], case))
    write_text(out / "points.html", report.points_page(rows, network, found))
    typer.echo(f"{out}")


def _compiled(network: Model, points: Path) -> list[dict[str, float]]:
    """Return the settings of a table of points that are compiled, each set of them once."""
    settings = network.adopted.settings
    table = points_of(points, network).to_pandas()
    names = [name for name in table if name in settings and settings[name].acts == "program"]
    places = table[names].drop_duplicates() if names else table[:0]
    return [{f"{name}": float(value) for name, value in place.items()} for place in places.to_dict("records")]
