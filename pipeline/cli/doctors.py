"""The verbs on Brian2 scripts: a user's to its diagnosis, and against a network of the collection."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.commands import RESULTS, Results, app
from pipeline.cli.outputs import ending, refuse_foreign
from pipeline.config.reader import ConfigError
from pipeline.config.tables import write_text
from pipeline.engine.machine import cores
from pipeline.network.model import Model
from pipeline.network.reading import read_model

if TYPE_CHECKING:
    from pipeline.doctor.diagnosis import Diagnosis


@app.command()
def doctor(
    script: Annotated[Path, typer.Argument(help="A Brian2 script, as it is.")],
    html: Annotated[
        Path | None,
        typer.Option(
            help="Write the diagnosis as a page with figures, too.", callback=ending("--html", ".html", ".htm")
        ),
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="A network's folder, as networks/cobahh: where the script deviates from it.")
    ] = None,
    results: Results = RESULTS,
) -> None:
    """Say why the network of a Brian2 script diverges or does not do what it should; exit code 1 with errors."""
    from pipeline.doctor.script import examine_script
    from pipeline.doctor.show.page import page
    from pipeline.pages.shell import BEGIN

    sys.excepthook = sys.__excepthook__  # Brian2's logs errors, and its log is not shown
    if not script.is_file():
        raise ConfigError(f"doctor: {script}: there is no such file.")
    if html is not None:
        refuse_foreign("--html", html, BEGIN)
    ours = None if compare is None else read_model(compare)
    diagnosis = examine_script(script, lambda text: typer.echo(text, err=True))
    typer.echo(f"{diagnosis}")
    compared = None if ours is None else _compared(diagnosis, ours, results)
    if html is not None:
        write_text(html, page(diagnosis, f"Diagnosis of {script.name}", compared or ""))
        typer.echo(f"{html}")
    raise typer.Exit(1 if diagnosis.errors else 0)


def _compared(diagnosis: "Diagnosis", ours: Model, results: Path) -> str:
    """Print where the network deviates from the reference, and return that as a part of the page."""
    from pipeline.doctor.compare import contrast
    from pipeline.doctor.compare.counterparts import NotComparableError
    from pipeline.doctor.compare.effects import effects
    from pipeline.doctor.compare.reference import portrait
    from pipeline.engine.apart import ExperimentError

    if diagnosis.material is None:
        return ""
    try:
        comparison = contrast.compare(portrait(diagnosis.material.subject), ours)
    except (NotComparableError, ExperimentError) as error:
        typer.echo(f"\nNot compared: {error}")
        return ""
    found = effects(comparison.deviations, ours, results, cores()) if comparison.deviations else []
    typer.echo(f"\n{contrast.text(comparison, found)}")
    return contrast.section(comparison, found)
