"""`make gallery`: how often the doctor is right about networks whose fault is known: docs/doctor.md."""

import sys
from pathlib import Path

from pipeline.config.tables import write_text
from pipeline.doctor import gallery

GALLERY = Path("tests/gallery")
PAGE = Path("docs/doctor.md")


def main(only: list[str]) -> None:
    """Look at all scripts of the gallery, or at those named; write the table if at all."""
    paths = [path for path in gallery.scripts(GALLERY) if not only or path.stem in only]
    outcomes = []
    for path in paths:  # no threads: a fork would inherit their locks
        outcome = gallery.look(path)
        outcomes.append(outcome)
        said = ", ".join([*outcome.errors, *outcome.warnings]) or "nothing"
        verdict = "right" if outcome.right else "WRONG"
        print(f"{verdict}  {outcome.name}: {said} ({outcome.seconds:.0f} s)", flush=True)
    made = gallery.table(outcomes)
    if not only:
        write_text(PAGE, gallery.into(PAGE.read_text(encoding="utf-8"), made))
    print(made.splitlines()[0])


if __name__ == "__main__":
    main(sys.argv[1:])
