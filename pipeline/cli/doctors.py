"""The verbs on Brian2 scripts: a user's to its diagnosis, and against a network of the collection."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.commands import RESULTS, Results, app
from pipeline.cli.outputs import ending, refuse_foreign, refuse_same
from pipeline.config.reader import ConfigError
from pipeline.config.tables import write_text
from pipeline.engine.machine import cores
from pipeline.network.model import Model
from pipeline.network.reading import read_model

if TYPE_CHECKING:
    from pipeline.doctor.diagnosis import Diagnosis


STDOUT = Path("-")


def _data_file(path: Path | None) -> Path | None:
    """Refuse what cannot be the file of --json."""
    return path if path == STDOUT else ending("--json", ".json")(path)


@app.command()
def doctor(
    script: Annotated[Path, typer.Argument(help="A Brian2 script or a Jupyter notebook, as it is.")],
    arguments: Annotated[
        list[str] | None, typer.Argument(help="After --: what the script is to find on its command line.")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            help="Write the diagnosis as a page with figures, too.", callback=ending("--html", ".html", ".htm")
        ),
    ] = None,
    json: Annotated[
        Path | None,
        typer.Option(
            "--json",
            help="Write the diagnosis as data; with - to standard output, which then has nothing else.",
            callback=_data_file,
        ),
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="A network's folder, as networks/cobahh: where the script deviates from it.")
    ] = None,
    results: Results = RESULTS,
) -> None:
    """Say why the network of a Brian2 script diverges or does not do what it should.

    Exit code 0: no errors; 1: errors; 2: it could not be examined.
    """
    from pipeline.doctor.script import examine_script
    from pipeline.doctor.show.page import page
    from pipeline.doctor.show.record import BEGIN as DATA
    from pipeline.doctor.show.record import text
    from pipeline.pages.shell import BEGIN

    sys.excepthook = sys.__excepthook__  # Brian2's logs errors, and its log is not shown
    if not script.is_file():
        raise ConfigError(f"doctor: {script}: there is no such file.")
    if html is not None:
        refuse_foreign("--html", html, BEGIN)
    if json is not None and json != STDOUT:
        refuse_foreign("--json", json, DATA)
    refuse_same({"--html": html, "--json": None if json == STDOUT else json}, {"SCRIPT": script})
    ours = None if compare is None else read_model(compare)
    beside = sys.stderr  # while the script runs, sys.stderr is its own
    try:
        diagnosis = examine_script(script, lambda text: print(text, file=beside, flush=True), arguments or ())
    except KeyboardInterrupt:
        print("doctor: interrupted; nothing is written.", file=beside)
        raise typer.Exit(130) from None
    aside = json == STDOUT
    if not aside:
        typer.echo(f"{diagnosis}")
    compared = None if ours is None else _compared(diagnosis, ours, results, aside)
    if html is not None:
        write_text(html, page(diagnosis, f"Diagnosis of {script.name}", compared or ""))
        typer.echo(f"{html}", err=aside)
    if json is not None:
        data = text(diagnosis, script)
        if aside:
            typer.echo(data, nl=False)
        else:
            write_text(json, data)
            typer.echo(f"{json}")
    raise typer.Exit(diagnosis.exit_code)


def _compared(diagnosis: "Diagnosis", ours: Model, results: Path, aside: bool) -> str:
    """Print where the network deviates from the reference, or say it `aside`; return it as a part of the page."""
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
        typer.echo(f"\nNot compared: {error}", err=aside)
        return ""
    found = effects(comparison.deviations, ours, results, cores()) if comparison.deviations else []
    typer.echo(f"\n{contrast.text(comparison, found)}", err=aside)
    return contrast.section(comparison, found)
