"""Is an archive sound: every file as it was, and figures that follow from their tables."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

CHECKSUMS = "manifest-sha256.txt"
"""Every file of an archive with its SHA-256, a line each, as `sha256sum --check` reads it."""


def checksums(folder: Path, places: Iterable[str]) -> str:
    """Return the lines of CHECKSUMS for files of a folder."""
    return "".join(f"{_sha256(folder / place)}  {place}\n" for place in sorted(places))


def damaged(folder: Path) -> tuple[int, list[str]]:
    """Return how many files CHECKSUMS names, and what is wrong with them, a line each; files beside do not count."""
    lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    wrong = []
    for line in lines:
        before, _, place = line.partition("  ")
        if not (folder / place).is_file():
            wrong.append(f"{place}: is missing")
        elif _sha256(folder / place) != before:
            wrong.append(f"{place}: is not as it was archived")
    return len(lines), wrong


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pixels_apart(one: Path, other: Path) -> tuple[int, int]:
    """Return how many pixels of two PNG files differ, and how many there are: all differ where the sizes do."""
    import numpy as np
    from matplotlib.image import imread

    a, b = imread(one), imread(other)
    n = a.shape[0] * a.shape[1]
    return (n, n) if a.shape != b.shape else (int(np.any(a != b, axis=-1).sum()), n)
