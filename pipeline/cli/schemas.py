"""The verb on what editors know of the files that a user writes."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.commands import app
from pipeline.cli.outputs import as_folder
from pipeline.config.tables import write_text
from pipeline.plan import schemas


@app.command()
def schema(
    out: Annotated[
        Path, typer.Option("--out", help="Folder to write them to.", callback=as_folder("--out"))
    ] = schemas.FOLDER,
) -> None:
    """Write JSON schemas of all files that a user writes, by which editors help to write them.

    An editor with YAML support takes the one that the first line of a file names:
    # yaml-language-server: $schema=PATH.
    """
    for name, text in schemas.schemas().items():
        write_text(out / name, text)
        typer.echo(f"{out / name}")
