"""The verb that runs a configuration: the workflow, wherever this is called and however it was installed."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.checks import check
from pipeline.cli.commands import app
from pipeline.config.provenance import SNAKEFILE, beside


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(
    context: typer.Context,
    config: Annotated[Path, typer.Argument(help="A configuration, such as config/config.yaml.")],
) -> None:
    """Check a configuration, say what it takes, and run it; words that follow are for Snakemake, such as --dry-run."""
    check(config)
    sys.stdout.flush()
    # in place of this process, so that Snakemake alone answers to Ctrl-C
    command = ["-m", "snakemake", "--snakefile", f"{beside() / SNAKEFILE}", *context.args]
    os.execv(sys.executable, [sys.executable, *command, "--configfile", f"{config}"])  # noqa: S606, no shell is wanted
