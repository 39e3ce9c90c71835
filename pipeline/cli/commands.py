"""What the verbs share, each of them the name of the rule that calls it: the application, options, usual places."""

import math
from pathlib import Path
from typing import Annotated

import typer

from pipeline.config.reader import ConfigError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Sweep and fit the thalamocortical network of Gutnisky et al. (2017).",
)

ModelFile = Annotated[Path, typer.Option("--model", help="The table of all parameters.")]
Results = Annotated[Path, typer.Option("--results", help="The folder of all results.")]
Reference = Annotated[Path, typer.Option(help="Folder of the authors' values.")]


def _pictures(paths: list[Path]) -> list[Path]:
    """Refuse, before anything is read, a file that is not drawn."""
    for path in paths:
        if path.suffix not in (".png", ".svg"):
            raise ConfigError(f"--out {path}: must end in .png or .svg.")
    return paths


Pictures = Annotated[list[Path], typer.Option("--out", help="PNG or SVG file; may be repeated.", callback=_pictures)]
MODEL = Path("config/model.yaml")
REFERENCE = Path("config/reference")
RESULTS = Path("results")


def knob_settings(pairs: list[str]) -> dict[str, float]:
    """Return the values of KNOB=NUMBER texts; ConfigError for one that is none, or names a knob again."""
    given: dict[str, float] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not equals or not math.isfinite(value):
            raise ConfigError(f"--set {pair}: must be KNOB=NUMBER, such as --set A_T=14.")
        if name.strip() in given:
            raise ConfigError(f"--set {pair}: {name.strip()} is set twice.")
        given[name.strip()] = value
    return given
