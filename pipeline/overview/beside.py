"""The process beside a run that writes its results page and says how far it is."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from pipeline.config.provenance import ROOT
from pipeline.config.reader import some
from pipeline.config.tables import write_text
from pipeline.overview.asked import FILE
from pipeline.pages.shell import RUNNING

PAGE = "index.html"

HEAD = 20_000
"""Characters of a page in which it says whether its run goes on."""

END_S = 60
"""Seconds that a process may take to end, or a page to be written for the last time."""

LISTED = 3
"""Files of a list that are named."""


class Beside:
    """Begins when the jobs of a run begin, and ends with them; a run never fails for its sake."""

    def __init__(self, results: str) -> None:
        """Look at the folder of a run's results; nothing is begun yet."""
        self._results = results
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = ""
        self.begun = False

    def begin(self, asked: str) -> None:
        """Leave what the run was asked in its folder, and begin."""
        self.begun, self._asked = True, asked
        try:
            write_text(Path(self._results, FILE), asked)
            self._process = self._run("follow")
        except OSError as error:  # a full disk, say
            print(f"the results page is not written while the run goes on: {error}", file=sys.stderr)

    def end(self, stopped: bool) -> str:
        """End, and write the page unless its rule did; return where it is.

        Of a run that is `stopped` tables of others before do not count.
        """
        if self._process is not None:
            if self._process.stdin is not None:
                self._process.stdin.close()  # it ends by itself, and leaves no half of a page
            self._wait(self._process)
        if not Path(self._results, FILE).is_file():  # Snakemake takes away what a rule that failed had to make
            write_text(Path(self._results, FILE), self._asked)
        page = Path(self._results, PAGE)
        if stopped or not page.is_file() or _goes_on(page):
            self._wait(self._run("page", *(["--stopped"] if stopped else [])))
        return f"{page.resolve()}"

    def _run(self, verb: str, *arguments: str) -> "subprocess.Popen[bytes]":
        path = os.pathsep.join(filter(None, [f"{ROOT}", os.environ.get("PYTHONPATH")]))
        return subprocess.Popen(
            [sys.executable, "-m", "pipeline", verb, self._results, *arguments],
            env=os.environ | {"PYTHONPATH": path},
            stdin=subprocess.PIPE,  # which ends with this process, however that may end
            stdout=sys.stderr,
            start_new_session=True,  # what interrupts a run is not for it
        )

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()


def listed(files: Iterable[str]) -> str:
    """Return the files that were asked for as a part of a sentence, pages first, all but the first few as a number."""
    ordered = sorted(map(str, files), key=lambda name: (Path(name).suffix != ".html", len(Path(name).parts), name))
    return some(ordered, LISTED)


def _goes_on(page: Path) -> bool:
    """Return whether a page says that its run goes on."""
    with page.open(encoding="utf-8") as file:
        return RUNNING in file.read(HEAD)
