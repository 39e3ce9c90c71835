"""Is an archive sound: every file as it was, no file more, and figures that follow from their tables."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.config.provenance import sha256

CHECKSUMS = "manifest-sha256.txt"
"""Every file of an archive with its SHA-256, a line each, as `sha256sum --check` reads it, and a last line on these."""

BUILT = re.compile(r"results/(?:[^/]+/)?build(?:\.lock)?")
"""The programs that commands of `explain` compile in an archive, and the lock of these."""

Wrong = dict[str, str]
"""What is wrong with a file, by its place in the archive."""


def checksums(folder: Path, places: Iterable[str]) -> str:
    """Return the lines of CHECKSUMS for files of a folder."""
    lines = [f"{sha256(folder / place)}  {place}" for place in sorted(places)]
    return "".join(f"{line}\n" for line in [*lines, _last(lines)])


def _last(lines: list[str]) -> str:
    """Return the line, to others a comment, that tells lines of CHECKSUMS from a part of them."""
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return f"# {len(lines)} files; SHA-256 of the lines above: {digest}"


def damaged(folder: Path) -> tuple[int, Wrong]:
    """Return how many files CHECKSUMS names, and what is wrong with it and them, and with files that it does not name.

    Nothing is raised, however damaged a file is.
    """
    try:
        lines = (folder / CHECKSUMS).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, ValueError):
        lines = []
    named = [match for line in lines if (match := re.fullmatch(r"([0-9a-f]{64})  ([^\x00]+)", line))]
    if not named:
        return 0, {CHECKSUMS: "cannot be read as a list of checksums, so no file was compared with its own"}
    known = {match[2]: match[1] for match in named}
    wrong = {} if lines[-1] == _last(lines[:-1]) else {CHECKSUMS: "is not as it was written: lines are lost or changed"}
    for place, digest in known.items():
        if said := _damage(folder / place, digest):
            wrong[place] = said
    wrong |= {place: f"is not in {CHECKSUMS}" for place in _present(folder) if place not in known}
    return len(known), wrong


def _damage(path: Path, digest: str) -> str | None:
    try:
        if not path.is_file():
            return "is missing"
        return None if sha256(path) == digest else "is not as it was archived"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def _present(folder: Path) -> Iterator[str]:
    """Give the files of a folder but CHECKSUMS and what use leaves: hidden folders, compiled Python and programs."""
    for path, inside, names in os.walk(folder):
        here = Path(path).relative_to(folder)
        kept = [name for name in inside if name[0] != "." and name != "__pycache__"]
        inside[:] = sorted(name for name in kept if not BUILT.fullmatch((here / name).as_posix()))
        places = [(here / name).as_posix() for name in sorted(names)]
        yield from (place for place in places if place != CHECKSUMS and not BUILT.fullmatch(place))


def pixels_apart(one: Path, other: Path) -> tuple[int, int]:
    """Return how many pixels of two PNG files differ, and how many there are: all differ where the sizes do.

    Raises what the decoder does where a file is no picture.
    """
    import numpy as np
    from matplotlib.image import imread

    a, b = imread(one), imread(other)
    n = a.shape[0] * a.shape[1]
    return (n, n) if a.shape != b.shape else (int(np.any(a != b, axis=-1).sum()), n)
