"""The verb that says what the step and the integrator do to a network's features."""

import math
from typing import Annotated

import typer

from pipeline.cli.adoption import as_table
from pipeline.cli.commands import MODEL, RESULTS, ModelFile, Results, app, point_settings, protocol_of
from pipeline.config.reader import ConfigError, nearest
from pipeline.measure.network import units
from pipeline.network.reading import read_model

SHOWN = ("rate_", "cv_", "corr_", "chi_", "v_mean_")
"""Beginnings of the features that are shown where none are asked for, of a whole population each."""

MOST = 10_000
"""Networks at most."""


@app.command()
def accuracy(
    settings: Annotated[list[str] | None, typer.Option("--set", help="KNOB=VALUE; may be repeated.")] = None,
    protocol: Annotated[str | None, typer.Option(help="Set of values with a name; by default the first.")] = None,
    duration: Annotated[float | None, typer.Option(help="Seconds to measure; by default the network's own.")] = None,
    networks: Annotated[int, typer.Option(help="Networks to average over, with seeds 1, 2, ...")] = 8,
    features: Annotated[str | None, typer.Option(help="Features to show, separated by commas.")] = None,
    model: ModelFile = MODEL,
    results: Results = RESULTS,
) -> None:
    """Say what the step and the integrator do to a script's network: its features in steps a quarter as long.

    The same networks as written and by the integrator staggered_midpoint, where this takes the equations, each in the
    script's steps and in finer ones; deviations from the most accurate of these, with their standard errors.
    """
    from pipeline.engine.machine import cores
    from pipeline.sweep.accuracy import compare, mean_and_error

    network = read_model(model)
    if not 2 <= networks <= MOST:
        raise ConfigError(f"accuracy: --networks = {networks}: must be 2, for a standard error, to {MOST:,}.")
    known = units(network)
    populations = list(network.populations)
    wanted = (
        features.split(",")
        if features is not None
        else [f"{k}{p}" for k in SHOWN for p in populations if f"{k}{p}" in known]
    )
    if unknown := [name for name in wanted if name not in known]:
        raise ConfigError(f"accuracy: --features: there is no feature {unknown[0]!r}{nearest(unknown[0], known)}.")
    given = point_settings(settings, network, duration)
    named = protocol_of(network, protocol)
    points = [
        network.point(named, given | {"seed_network": seed, "seed_input": seed}, "accuracy")
        for seed in range(1, networks + 1)
    ]
    found = compare(network, results, points, cores(), lambda text: typer.echo(f"accuracy: {text}", err=True))
    best = found[-1]
    rows = []
    for name in wanted:
        reference, error = mean_and_error(best.features[name])
        if math.isnan(reference):
            continue
        cells = [_cell(*mean_and_error(way.features[name] - best.features[name]), reference) for way in found[:-1]]
        rows.append((name, f"{reference:.4g} +- {error:.2g} {known[name]}", *cells))
    rows.append(("CPU s a biological second", f"{best.cpu_s:.3g}", *(f"{way.cpu_s:.3g}" for way in found[:-1])))
    typer.echo(f"{network.path}: {networks} networks of {points[0]['duration']:g} s")
    typer.echo("\n".join(as_table(("feature", best.name, *(way.name for way in found[:-1])), rows)))
    typer.echo("  Deviations from the first column, with standard errors over networks: % of it, or ( ) in its unit.")


def _cell(deviation: float, error: float, reference: float) -> str:
    """Return a deviation in % of the reference, or in its unit where the reference is near zero or negative."""
    if math.isnan(deviation):
        return "-"
    if reference > 10 * abs(error):
        return f"{100 * deviation / reference:+.1f} +- {100 * error / reference:.1f} %"
    return f"({deviation:+.2g} +- {error:.1g})"
