"""`python -m pipeline VERB`: by hand what each rule of the workflow runs."""

import sys

import pipeline.check_commands
import pipeline.doctor_commands
import pipeline.fit_commands
import pipeline.record_commands
import pipeline.survey_commands  # noqa: F401, their verbs
from pipeline.build import BuildError
from pipeline.commands import app
from pipeline.parameters import ConfigError
from pipeline.simulate import SimulationError

if __name__ == "__main__":
    try:
        app(prog_name="python -m pipeline")
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
