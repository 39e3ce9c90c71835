"""The verbs on Brian2 scripts: a user's to its diagnosis, and against our network; ours as a script."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.commands import MODEL, RESULTS, ModelFile, Results, app, knob_settings
from pipeline.config.reader import ConfigError
from pipeline.config.tables import write_text
from pipeline.engine import build as programs
from pipeline.engine.machine import cores
from pipeline.network.reading import read_paper

if TYPE_CHECKING:
    from pipeline.doctor.diagnosis import Diagnosis
    from pipeline.network.knobs import PaperModel


@app.command()
def doctor(
    script: Annotated[Path, typer.Argument(help="A Brian2 script, as it is.")],
    html: Annotated[Path | None, typer.Option(help="Write the diagnosis as a page with figures, too.")] = None,
    compare: Annotated[
        str | None, typer.Option(help="'ours': where this network of the paper deviates from ours; or a model file.")
    ] = None,
    results: Results = RESULTS,
) -> None:
    """Say why the network of a Brian2 script diverges or does not do what it should; exit code 1 with errors."""
    from pipeline.doctor.page import page
    from pipeline.doctor.script import examine_script

    sys.excepthook = sys.__excepthook__  # Brian2's logs errors, and its log is not shown
    if not script.is_file():
        raise ConfigError(f"doctor: {script}: there is no such file.")
    ours = None if compare is None else read_paper(MODEL if compare == "ours" else Path(compare))
    diagnosis = examine_script(script, lambda text: typer.echo(text, err=True))
    typer.echo(f"{diagnosis}")
    compared = None if ours is None else _compared(diagnosis, ours, results)
    if html is not None:
        write_text(html, page(diagnosis, f"Diagnosis of {script.name}", compared or ""))
        typer.echo(f"{html}")
    raise typer.Exit(1 if diagnosis.errors else 0)


def _compared(diagnosis: "Diagnosis", ours: "PaperModel", results: Path) -> str:
    """Print where the network deviates from ours, and return that as a part of the page."""
    from pipeline.doctor import contrast
    from pipeline.doctor.comparison import NotComparableError
    from pipeline.doctor.comparison import compare as deviations_of
    from pipeline.doctor.effects import effects

    if diagnosis.material is None:
        return ""
    try:
        comparison = deviations_of(diagnosis.material, ours)
    except NotComparableError as error:
        typer.echo(f"\n{error}")
        return ""
    found = effects(comparison.deviations, ours, programs.ensure(ours, results), cores())
    typer.echo(f"\n{contrast.text(comparison, found)}")
    return contrast.section(comparison, found)


@app.command()
def script(
    out: Annotated[Path, typer.Option(help="Python file to write.")],
    settings: Annotated[list[str] | None, typer.Option("--set", help="KNOB=VALUE; may be repeated.")] = None,
    protocol: Annotated[str, typer.Option(help="Input: whisking, touch, non_whisking, ...")] = "whisking",
    model: ModelFile = MODEL,
) -> None:
    """Write the network at a point as one plain Brian2 script, to read, to change, to start from."""
    from pipeline.sweep.plain import script as written

    network = read_paper(model)
    values = network.point(protocol, knob_settings(settings or []), "script")
    title = ", ".join([f"Protocol {protocol}", *(settings or [])])
    write_text(out, written(values, network, title))
    typer.echo(f"{out}")
