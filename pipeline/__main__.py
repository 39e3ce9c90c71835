"""`python -m pipeline VERB`, once installed `thalamocortical-fit VERB`: by hand what each rule of the workflow runs."""

import sys

import typer

import pipeline.cli.sweeps  # first, as --help names the verbs in the order of their import

# isort: split
import pipeline.cli.accuracy
import pipeline.cli.adoption
import pipeline.cli.checks
import pipeline.cli.doctors
import pipeline.cli.figures
import pipeline.cli.fits
import pipeline.cli.records  # noqa: F401, their verbs
from pipeline.cli.commands import app
from pipeline.config.reader import ConfigError
from pipeline.engine.process import SimulationError
from pipeline.engine.project import BuildError


def main() -> None:
    """Run the verb that the command line names."""
    run(app, "python -m pipeline")


def run(verbs: typer.Typer, name: str) -> None:
    """Run the verb that the command line names; bad input ends in one sentence and exit code 2, a failure in 1."""
    try:
        verbs(prog_name=name)
    except ConfigError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except (BuildError, SimulationError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:  # a full disk, a folder that cannot be written: what is finished is kept
        place = f"{error.filename}: " if error.filename else ""
        print(f"error: {place}{error.strerror or error}; what is finished is kept, run again.", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
