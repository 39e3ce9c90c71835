"""What the results of a run were made for: files in its folder that a rule has among its input files."""

import os
from typing import Any

from pipeline.config.reader import fingerprint

FOLDER = "made_for"


class Marks:
    """A file for each thing that a run makes, named by a fingerprint of what is asked of it.

    It is there where the thing was made for just that. Snakemake remembers parameters of rules by working directory and
    by the text of a path, so it would take the results of another configuration for those of this one where a run is
    started elsewhere, the path is spelt in another way or `.snakemake` is gone. A file that is newer than what is made
    from it, it sees wherever it is started. Nothing is written where the workflow is only read: a job makes the files
    that lack, and takes away those of the same things that were asked for before.
    """

    def __init__(self, results: str) -> None:
        """Keep the files in the folder `results`."""
        self._results = results
        self._paths: list[str] = []

    def of(self, name: str, *asked: Any) -> str:
        """Return the file that says that the thing `name` was made for `asked`, which is JSON-like."""
        path = f"{self._results}/{FOLDER}/{name}/{fingerprint(*asked)}"
        self._paths.append(path)
        return path

    def lacking(self) -> list[str]:
        """Return those of the files that are not there."""
        return [path for path in self._paths if not os.path.isfile(path)]
