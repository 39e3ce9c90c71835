"""The verb that checks a configuration before anything else reads it."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.commands import app
from pipeline.config.reader import read_yaml
from pipeline.plan.survey import read_run


@app.command()
def check(
    config: Annotated[Path, typer.Argument(help="A configuration, such as config/config.yaml.")],
) -> None:
    """Read a configuration and all files that it names, and say what it asks for, or what is wrong."""
    plan, survey = read_run(read_yaml(config), config)
    said = [f"sweep {name} of {sweep.size:,} points" for name, sweep in plan.sweeps.items()]
    if plan.fit is not None:
        said.append(f"fit {plan.run.fit} of {plan.fit.trials:,} trials")
    if survey is not None:
        said.append(f"{len(survey.figures)} figures of {survey.path} at the budget {survey.budget}, when asked for")
    typer.echo(f"{config}: {', '.join(said)}")
