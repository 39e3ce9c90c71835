"""The verbs on what was done: where a row comes from, an archive of a run, and whether an archive is sound."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline import build as programs
from pipeline import lineage, provenance
from pipeline.commands import MODEL, RESULTS, ModelFile, Results, app
from pipeline.parameters import read_model
from pipeline.record import libc, read


@app.command()
def explain(
    name: Annotated[str, typer.Argument(metavar="POINT_ID", help=f"{lineage.FORMS}.")],
    model: ModelFile = MODEL,
    results: Results = RESULTS,
) -> None:
    """Say where a row comes from, and the command that repeats it bit for bit (the last line)."""
    network = read_model(model)
    found = lineage.find(name, results, network)
    typer.echo("\n".join(lineage.story(found, results, network)))
    if found.runs or "trial" in found.row:
        return
    given = {"--model": (model, MODEL), "--results": (results, RESULTS)}
    places = {option: path for option, (path, usual) in given.items() if path != usual}
    repeat = lineage.command(found.row, network, places, sys.orig_argv[0])
    here = programs.specification(network), provenance.code(provenance.MEASURING), libc()
    different = lineage.elsewhere(read(results, found.row.get("record")), *here)
    typer.echo(
        f"\nThis repeats it, but perhaps not bit for bit, for here is different: {'; '.join(different)}."
        if different
        else "\nThis repeats it bit for bit:"
    )
    typer.echo(repeat)
