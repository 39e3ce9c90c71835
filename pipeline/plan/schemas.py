"""JSON schemas of the files that a user writes, for editors that complete keys and underline what is wrong.

They are made from the models that read these files, so they say what a run takes. What depends on a network, such as
the names of its knobs, and what keys must be together, is checked by `check` alone.
"""

import json
import os
from pathlib import Path

from pipeline.config import provenance
from pipeline.config.reader import Frozen
from pipeline.fit.problem import Fit
from pipeline.network.script import KnobTable
from pipeline.plan.run import Run
from pipeline.recordings.described import Described
from pipeline.sweep.design import Sweep

FOLDER = Path("config", "schemas")
"""Where they are in a clone."""

KINDS: dict[str, type[Frozen]] = {"config": Run, "sweep": Sweep, "fit": Fit, "knobs": KnobTable, "recording": Described}
"""What reads a file, by the name of its schema."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, str]:
    """Return the texts of all schemas, by the names of their files."""
    return {
        f"{name}.json": json.dumps({"$schema": DIALECT, **kind.model_json_schema()}, indent=1) + "\n"
        for name, kind in KINDS.items()
    }


def line(name: str, folder: Path) -> str:
    """Return the comment by which an editor finds the schema of a file in `folder`; '' for one outside of a clone."""
    root = provenance.ROOT.resolve()
    where = root / FOLDER / f"{name}.json"
    if not (where.is_file() and folder.resolve().is_relative_to(root)):
        return ""
    return f"# yaml-language-server: $schema={os.path.relpath(where, folder.resolve())}\n"
