"""`make examples EXAMPLES=folder`: what the doctor says of scripts that are known to be healthy, as Brian2's are.

Each is examined in a process of its own. A finding of level error is false there, unless the example means to show it.
"""

import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.engine.machine import cores

LIMIT_S = 180.0
FINDING = re.compile(r"^\d+\. (ERROR|WARNING) \((\w+)\)", re.MULTILINE)


@dataclass(frozen=True)
class Said:
    """What was said of a script."""

    path: str
    code: int
    """0 healthy, 1 errors found, 2 could not be examined; -1: it did not end in time."""
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    seconds: float
    last: str
    """The verdict, or what was said in its place."""


def look(path: Path, root: Path) -> Said:
    """Return what the doctor says of one script."""
    begin = time.monotonic()
    command = [sys.executable, "-m", "pipeline", "doctor", str(path)]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        code, text = ran.returncode, ran.stdout or ran.stderr
    except subprocess.TimeoutExpired:
        code, text = -1, "it did not end in time"
    found = FINDING.findall(text)
    errors, warnings = (tuple(kind for level, kind in found if level == which) for which in ("ERROR", "WARNING"))
    first = (text.strip() or "nothing").splitlines()[0]
    return Said(str(path.relative_to(root)), code, errors, warnings, time.monotonic() - begin, first)


def main(folder: str, *only: str) -> None:
    """Look at all scripts of a folder, two levels deep or more, or at those whose path has one of `only`."""
    root = Path(folder)
    paths = [p for p in sorted(root.rglob("*.py")) if not only or any(word in str(p) for word in only)]
    with ThreadPoolExecutor(cores()) as pool:
        rows = []
        for said in pool.map(lambda path: look(path, root), paths):
            rows.append(said)
            words = ", ".join([*(f"ERROR {kind}" for kind in said.errors), *said.warnings]) or "-"
            print(f"{said.code:2d}  {said.seconds:5.1f} s  {said.path}: {words}  [{said.last[:90]}]", flush=True)
    seconds = np.array([row.seconds for row in rows])
    examined = [row for row in rows if row.code in (0, 1)]
    print(
        f"{len(rows)} scripts, {len(examined)} examined: {sum(bool(row.errors) for row in examined)} with an error, "
        f"{sum(bool(row.warnings) for row in examined)} with a warning; "
        f"{sum(row.code == -1 for row in rows)} did not end in {LIMIT_S:.0f} s; median {np.median(seconds):.0f} s, "
        f"at most {seconds.max():.0f} s"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
