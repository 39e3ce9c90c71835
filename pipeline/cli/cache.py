"""The verb on what this software keeps in the user's cache."""

from typing import Annotated

import typer

from pipeline.cli.commands import app
from pipeline.engine import cache as shared


@app.command()
def cache(
    clear: Annotated[bool, typer.Option("--clear", help="Remove all programs from it.")] = False,
) -> None:
    """Say where the compiled programs are that all results folders share, and how large they are together.

    What results folders hold are copies, so nothing is lost by --clear but the time to compile again.
    """
    folder = shared.programs()
    if folder is None:
        typer.echo(f"no programs are shared, since {shared.VARIABLE}={shared.OFF}")
        return
    n, size = shared.size()
    if clear:
        shared.clear()
    typer.echo(f"{folder}: {n} program{'' if n == 1 else 's'}, {size / 1e6:.1f} MB{', removed' if clear else ''}")
    typer.echo(
        f"at most {shared.LARGEST / 1e9:g} GB are kept; {shared.VARIABLE} names another folder, or is {shared.OFF}"
    )
