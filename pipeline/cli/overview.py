"""The verbs of the results page: written once, or again and again beside a run, with a line of its progress."""

import select
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.commands import RESULTS, app
from pipeline.config.tables import write_text
from pipeline.overview.beside import PAGE

LOOK_S, SAY_S, WRITE_S = 2.0, 10.0, 20.0
"""Seconds between two looks at a run, and at least between two lines and two pages."""

SHARE = 50
"""A run is looked at, and its page written, after so many times what that took: 2 % of a core each at most."""


@app.command()
def page(
    results: Annotated[Path, typer.Argument(help="The folder of a run's results.")] = RESULTS,
    stopped: Annotated[
        bool, typer.Option("--stopped", help="The run did not come to its end: tables of others before do not count.")
    ] = False,
) -> None:
    """Write the page that one reads first, index.html, from what a run has left, and say what matters most.

    Never simulates.
    """
    from pipeline.overview.asked import read_asked
    from pipeline.overview.found import Reader
    from pipeline.overview.index import Index
    from pipeline.overview.progress import progress
    from pipeline.overview.verdict import of_run

    asked = read_asked(results)
    found = Reader(asked, asked.begun_s if stopped else None).found()
    far = progress(asked, found)
    verdicts = of_run(asked, found, far, "ended" if found.whole and not stopped else "stopped")
    write_text(results / PAGE, Index(asked).html(found, far, verdicts))
    for one in verdicts:
        typer.echo(f"{one.title}: {one.says}")


@app.command()
def follow(
    results: Annotated[Path, typer.Argument(help="The folder of a run's results.")],
) -> None:
    """Beside a run: write its page again and again, and say on one line how far it is, until standard input ends.

    A run holds the other end of that, which the system closes when the run ends, however that may be.
    """
    from pipeline.overview.asked import read_asked
    from pipeline.overview.found import Reader
    from pipeline.overview.index import Index
    from pipeline.overview.progress import Progress, left_s, progress, spoken
    from pipeline.overview.verdict import of_run

    asked = read_asked(results)
    reader, index = Reader(asked, asked.begun_s), Index(asked)
    first: Progress | None = None
    said, speak_s, due_s, began = "", 0.0, 0.0, time.monotonic()
    while True:
        look = time.monotonic()
        found = reader.found()
        now = progress(asked, found)
        wait_s = max(LOOK_S, SHARE * (time.monotonic() - look))
        if first is None or now.done_s == first.done_s:  # compiling, say, tells nothing of the pace
            first, began = now, time.monotonic()
        left = left_s(first, now, time.monotonic() - began)
        words = spoken(left) if left is not None else ""
        line = f"{now.counts()}, {100 * now.part:.0f} % of the work" + (f", about {words} left" if words else "")
        if line != said and not found.whole and time.monotonic() >= speak_s:
            print(f"overall: {line}", file=sys.stderr, flush=True)
            said, speak_s = line, time.monotonic() + SAY_S
        if time.monotonic() >= due_s:
            begin = time.monotonic()
            verdicts = of_run(asked, found, now, "running", words)
            write_text(results / PAGE, index.html(found, now, verdicts, running=True))
            due_s = time.monotonic() + max(WRITE_S, SHARE * (time.monotonic() - begin))
        if select.select([sys.stdin], [], [], wait_s)[0] and not sys.stdin.read(1):
            return
