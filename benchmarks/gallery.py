"""`make gallery`: how often the doctor is right about networks whose fault is known: docs/doctor.md."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.doctor import gallery
from pipeline.tables import write_text

GALLERY = Path("tests/gallery")
PAGE = Path("docs/doctor.md")


def main(only: list[str]) -> None:
    """Look at all scripts of the gallery, or at those named, two at a time; write the table if at all."""
    paths = [path for path in gallery.scripts(GALLERY) if not only or path.stem in only]
    outcomes = []
    with ThreadPoolExecutor(1) as pool:
        for outcome in pool.map(gallery.look, paths):
            outcomes.append(outcome)
            said = ", ".join([*outcome.errors, *outcome.warnings]) or "nothing"
            print(
                f"{'right' if outcome.right else 'WRONG'}  {outcome.name}: {said} ({outcome.seconds:.0f} s)", flush=True
            )
    made = gallery.table(outcomes)
    if not only:
        write_text(PAGE, gallery.into(PAGE.read_text(encoding="utf-8"), made))
    print(made.splitlines()[0])


if __name__ == "__main__":
    main(sys.argv[1:])
