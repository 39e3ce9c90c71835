"""`python -m pipeline VERB`, once installed `thalamocortical-fit VERB`: by hand what each rule of the workflow runs."""

import os
import re
import sys

try:
    import typer
except ModuleNotFoundError as missing:
    print(
        f"error: this Python has no {missing.name}, which is in the environment that `make setup` makes: type "
        "`. .venv/bin/activate` first, or .venv/bin/python for python.",
        file=sys.stderr,
    )
    sys.exit(2)
from typer.exceptions import TyperException

import pipeline.cli.sweeps  # first, as --help names the verbs in the order of their import

# isort: split
import pipeline.cli.accuracy
import pipeline.cli.adoption
import pipeline.cli.cache
import pipeline.cli.checks
import pipeline.cli.doctors
import pipeline.cli.figures
import pipeline.cli.fits
import pipeline.cli.overview
import pipeline.cli.posteriors
import pipeline.cli.recordings
import pipeline.cli.records
import pipeline.cli.runs
import pipeline.cli.schemas
import pipeline.cli.traces  # noqa: F401, their verbs
from pipeline.cli.commands import app
from pipeline.cli.usage import sentence
from pipeline.config.reader import ConfigError
from pipeline.engine.process import SimulationError
from pipeline.engine.project import BuildError


def main() -> None:
    """Run the verb that the command line names."""
    run(app, "python -m pipeline")


def run(verbs: typer.Typer, name: str) -> None:
    """Run the verb that the command line names; bad input ends in one sentence and exit code 2, a failure in 1."""
    # the shell leaves ~ as it is behind =
    words = [
        re.sub(r"^(--[\w-]+=)(~.*)", lambda found: found[1] + os.path.expanduser(found[2]), word)
        for word in sys.argv[1:]
    ]
    try:
        sys.exit(verbs(words, prog_name=name, standalone_mode=False))
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # no mistake: whoever gives no word is told all
            print(error.format_message(), file=sys.stderr)
        else:
            print(f"error: {ConfigError(sentence(error, words, name))}", file=sys.stderr)
        sys.exit(2)
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
