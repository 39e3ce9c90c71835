"""The verb that says what the step and the integrator do to a network's features."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.adoption import as_table
from pipeline.cli.commands import MODEL, RESULTS, ModelFile, Results, app, point_settings, protocol_of
from pipeline.cli.outputs import ending
from pipeline.config.reader import ConfigError
from pipeline.measure.angles import ANGLE
from pipeline.measure.network import refuse_unknown, units
from pipeline.network.reading import read_model

if TYPE_CHECKING:
    from pipeline.sweep.accuracy import Way

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
    out: Annotated[
        list[Path] | None,
        typer.Option(
            help="PNG or SVG file of features against dt; may be repeated.", callback=ending("--out", ".png", ".svg")
        ),
    ] = None,
    model: ModelFile = MODEL,
    results: Results = RESULTS,
) -> None:
    """Say whether the step is short enough: features at dt, dt/2, dt/4, and at ever finer steps.

    The same networks as written and by the integrator staggered_midpoint, where this takes the equations. Deviations
    are from the limit, with standard errors over networks; a verdict says which step would do.
    """
    from pipeline.engine.machine import cores
    from pipeline.sweep.accuracy import compare

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
    refuse_unknown(wanted, network, "accuracy: --features")
    if angles := [name for name in wanted if known[name] == ANGLE]:
        raise ConfigError(
            f"accuracy: --features: {angles[0]} is an angle, which has no limit and no deviation on a line."
        )
    given = point_settings(settings, network, duration)
    if seeds := sorted({"seed_network", "seed_input"} & given.keys()):
        raise ConfigError(f"accuracy: --set {seeds[0]}: networks have the seeds 1, 2, ...; --networks says how many.")
    named = protocol_of(network, protocol)
    points = [
        network.point(named, given | {"seed_network": seed, "seed_input": seed}, "accuracy")
        for seed in range(1, networks + 1)
    ]
    found = compare(network, results, points, cores(), lambda text: typer.echo(f"accuracy: {text}", err=True))
    shown = [name for name in wanted if not any(math.isnan(way.limit(name)[0]) for way in found)]
    if not shown:
        raise ConfigError(
            "accuracy: no feature is defined at all of these points, so nothing can be compared; measure longer, or "
            "name others by --features."
        )
    typer.echo(f"{network.path}: {networks} networks of {points[0]['duration']:g} s")
    for way in found:
        rows = []
        for name in shown:
            value, error = way.limit(name)
            cells = [_cell(*deviation, value, error) for deviation in way.deviations(name)]
            rows.append((name, f"{value:.4g} +- {error:.2g} {known[name]}".removesuffix(" 1"), *cells))
        rows.append(("CPU s a biological second", "", *(f"{cpu_s:.3g}" for cpu_s in way.cpu_s)))
        typer.echo(way.name)
        typer.echo("\n".join(as_table(("feature", "dt -> 0", *(f"{dt_ms:g} ms" for dt_ms in way.dt_ms)), rows)))
        typer.echo(f"  {_verdict(way, shown)}")
    if left := [name for name in wanted if name not in shown]:
        typer.echo(f"Not compared, since undefined at some step in all networks: {', '.join(left)}.")
    typer.echo(
        "Deviations are from the limit dt -> 0, in % of it, or ( ) in its unit, with standard errors over networks."
    )
    if out:
        from pipeline.show import figures
        from pipeline.show.step_figure import steps

        figures.save(steps(found, shown, known), out)


def _verdict(way: "Way", features: list[str]) -> str:
    """Return in words whether the script's step is short enough."""
    needed = {name: step for name in features if (step := way.needed_ms(name)) is not None}
    order = "first" if way.order == 1 else "second"
    if alone := [name for name in features if math.isnan(way.deviations(name)[0][1])]:
        return (
            f"{way.dt_ms[0]:g} ms may be short enough or not: {alone[0]} is defined in one network alone, and has no "
            "standard error."
        )
    if not needed:
        return (
            f"{way.dt_ms[0]:g} ms is short enough: no feature deviates by more than 1 % and 3 standard errors "
            f"(taken as of {order} order)."
        )
    worst = min(needed, key=lambda name: needed[name])
    deviation = _cell(*way.deviations(worst)[0], *way.limit(worst))
    return (
        f"{way.dt_ms[0]:g} ms is too long: {worst} deviates by {deviation}"
        f"{f' and {len(needed) - 1} more do' if len(needed) > 1 else ''}. As of {order} order, "
        f"{_rounded_down(needed[worst]):g} ms would do."
    )


def _rounded_down(step_ms: float) -> float:
    """Return a step with one digit, no longer."""
    digit = 10.0 ** math.floor(math.log10(step_ms))
    return math.floor(step_ms / digit + 1e-9) * digit


def _cell(deviation: float, error: float, limit: float, limit_error: float) -> str:
    """Return a deviation in % of the limit, or in its unit where the limit is near zero or negative."""
    if math.isnan(deviation):
        return "-"
    if limit > 10 * abs(limit_error):
        return f"{100 * deviation / limit:+.1f} +- {100 * error / limit:.1f} %"
    return f"({deviation:+.2g} +- {error:.1g})"
