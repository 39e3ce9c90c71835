"""What the verbs share, each of them the name of the rule that calls it: the application, options, usual places."""

import math
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.outputs import as_folder, ending
from pipeline.config import provenance
from pipeline.config.reader import ConfigError, nearest
from pipeline.network.model import Model
from pipeline.network.numbers import in_unit

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Sweep, fit and diagnose networks of Brian2, each of them a script.",
)


def _version(asked: bool) -> None:
    """Say the version, and end."""
    if asked:
        typer.echo(f"{provenance.NAME} {provenance.release()}")
        raise typer.Exit


@app.callback()
def _of_all(
    version: Annotated[
        bool, typer.Option("--version", help="Say the version, and end.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Take the options that stand before a verb."""


MODEL = Path("networks/gutnisky2017")
"""The network of verbs that name none."""

RESULTS = Path("results")


def named(path: Path) -> Path:
    """Return the network of a verb; ConfigError where none is named, and this is no clone, which has the usual one."""
    if path == MODEL and not path.exists():
        raise ConfigError(
            f"no network is named, and the usual one, {MODEL}, is not here but in a clone of this software: name yours "
            "by --network FOLDER, the folder that `adopt` made."
        )
    return path


ModelFile = Annotated[
    Path,
    typer.Option(
        "--network",
        "--model",
        help="A network: the folder that `adopt` made, or its knob table.",
        callback=named,
    ),
]
Results = Annotated[Path, typer.Option("--results", help="The folder of all results.", callback=as_folder("--results"))]
OwnResults = Annotated[
    Path,
    typer.Option(
        "--results",
        help="The folder of all results. Default: results; of a point of another network results/NETWORK.",
        show_default=False,
        callback=as_folder("--results"),
    ),
]
Pictures = Annotated[
    list[Path],
    typer.Option("--out", help="PNG or SVG file; may be repeated.", callback=ending("--out", ".png", ".svg")),
]


def results_of(network: Model, results: Path) -> Path:
    """Return where the programs of a network are: where its own workflow keeps them, if not said."""
    folder = Path(network.folder)
    return RESULTS / folder.resolve().name if results == RESULTS and folder != MODEL else results


def protocol_of(network: Model, given: str | None) -> str:
    """Return the protocol that was asked for, by default the first of a network."""
    return next(iter(network.protocols)) if given is None else given


def knob_settings(pairs: list[str], model: Model | None = None) -> dict[str, float]:
    """Return the values of KNOB=NUMBER texts, of a network KNOB=NUMBER*UNIT, too, in the knobs' units.

    ConfigError for one that is none, or names a knob again.
    """
    given: dict[str, float] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        try:
            value = float(text)
        except ValueError:
            value = _with_unit(name.strip(), text, model, pair) if model is not None and equals else math.nan
        if not equals or not math.isfinite(value):
            raise ConfigError(f"--set {pair}: must be KNOB=NUMBER, such as --set {_example(model)}.")
        if name.strip() in given:
            raise ConfigError(f"--set {pair}: {name.strip()} is set twice.")
        given[name.strip()] = value
    return given


def point_settings(
    pairs: list[str] | None, model: Model, duration: float | None, seed: int | None = None
) -> dict[str, float]:
    """Return the values of KNOB=NUMBER texts with those of --duration and --seed; ConfigError where they say two."""
    given = knob_settings(pairs or [], model)
    if duration is not None:
        if "duration" in given:
            raise ConfigError(f"--set duration={given['duration']:g}: duration is set twice, by --duration, too.")
        given["duration"] = duration
    return given if seed is None else {"seed_network": seed, "seed_input": seed} | given


def _example(model: Model | None) -> str:
    if model is None:
        return "KNOB=1"
    name, knob = next(
        ((name, knob) for name, knob in model.settable.items() if name in model.adopted.settings), ("", None)
    )
    return f"{name}={knob.value:g}" if knob is not None else "KNOB=1"


def _with_unit(name: str, text: str, model: Model, pair: str) -> float:
    """Return NUMBER*UNIT in the unit of a knob; ConfigError where it has other dimensions, or is none."""
    if name not in model.settable:
        raise ConfigError(f"--set {pair}: unknown knob {name!r}{nearest(name, model.settable)}.")
    unit = model.settable[name].unit
    written = in_unit(text)
    if written is None:
        raise ConfigError(f"--set {pair}: must be KNOB=NUMBER or KNOB=NUMBER*UNIT, such as --set {name}=1*{unit}.")
    if written[2] == unit:
        return written[0]
    from brian2.units import allunits, stdunits
    from brian2.units.fundamentalunits import DIMENSIONLESS, Quantity, get_dimensions

    known = {**vars(allunits), **vars(stdunits)}
    try:
        value, one = (eval(word, {"__builtins__": {}}, known) for word in (text, "1" if unit == "1" else unit))  # noqa: S307
    except Exception:
        raise ConfigError(f"--set {pair}: {text!r} is no number with a unit of Brian2.") from None
    if get_dimensions(value) != get_dimensions(one):
        has = "no unit" if get_dimensions(value) is DIMENSIONLESS else f"the dimensions of {Quantity(value)!r}"
        raise ConfigError(f"--set {pair}: has {has}, but {name} is in {unit}.")
    return float(value) / float(one)
