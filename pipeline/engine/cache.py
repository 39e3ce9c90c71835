"""Compiled programs that all results folders of a user share: copies of them in the user's cache.

A results folder is whole without it: what it takes from here it copies. Nothing here is needed, so what cannot be read
or written is as if it were not there. THALAMOCORTICAL_CACHE names another folder, or is `off`.
"""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

NAME = "thalamocortical-fit"
"""Name of this software's folder in the user's cache."""

VARIABLE, OFF = "THALAMOCORTICAL_CACHE", "off"

LARGEST = 2 * 10**9
"""Bytes above which the entries that were not used for longest are removed."""

ABANDONED_S = 24 * 3600.0
"""Age of a part of an entry whose process was killed."""


def home() -> Path:
    """Return the folder of this software in the user's cache: in XDG_CACHE_HOME, else in ~/.cache."""
    named = os.environ.get(VARIABLE, "")
    if named and named != OFF:
        return Path(named).expanduser().absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / NAME


def programs() -> Path | None:
    """Return the folder of the shared programs, which need not be there; None where they are switched off."""
    return None if os.environ.get(VARIABLE) == OFF else home() / "programs"


def place(name: str) -> Path | None:
    """Return the entry of that name; None where there is none."""
    folder = programs()
    return folder / name if folder is not None and (folder / name).exists() else None


def take(name: str, into: Path) -> bool:
    """Copy an entry to `into`, where nothing is; return whether there is one that could be copied."""
    entry = place(name)
    if entry is None:
        return False
    part = into.with_name(f".{into.name}.part-{os.getpid()}-{time.monotonic_ns()}")
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        _copy(entry, part)
        part.rename(into)  # at once: nobody finds a half
        os.utime(entry)  # when it was used
    except OSError:
        drop_path(part)
        return into.exists()  # another process may have been faster
    return True


def keep(path: Path) -> None:
    """Copy a folder or a file here under its own name, unless it is here; remove what was not used for longest."""
    folder = programs()
    if folder is None or (folder / path.name).exists():
        return
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=folder))
        try:
            _copy(path, part / path.name)
            os.utime(part / path.name)
            (part / path.name).rename(folder / path.name)  # fails where another process was faster
        finally:
            drop_path(part)
        _limit(folder)


def drop(name: str) -> None:
    """Remove an entry."""
    entry = place(name)
    if entry is None:
        return
    gone = entry.with_name(f".{name}.gone-{os.getpid()}-{time.monotonic_ns()}")
    with contextlib.suppress(OSError):
        entry.rename(gone)  # at once: a process that copies it meanwhile finds it whole or not at all
    drop_path(gone)


def size() -> tuple[int, int]:
    """Return the number of programs here and the bytes of all entries."""
    entries = list(_entries(programs()))
    return sum(entry.is_dir() for entry in entries), sum(map(_bytes, entries))


def clear() -> None:
    """Remove all entries, and what killed processes left."""
    folder = programs()
    for entry in _entries(folder):
        drop(entry.name)
    for left in folder.iterdir() if folder is not None and folder.is_dir() else ():
        drop_path(left)


def drop_path(path: Path) -> None:
    """Remove a file or a folder, if it is there and can be."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _copy(path: Path, to: Path) -> None:
    if path.is_dir():
        shutil.copytree(path, to)
    else:
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)


def _entries(folder: Path | None) -> Iterator[Path]:
    if folder is not None and folder.is_dir():
        yield from (path for path in sorted(folder.iterdir()) if not path.name.startswith("."))


def _bytes(path: Path) -> int:
    found = 0
    for one in [path, *path.rglob("*")]:
        with contextlib.suppress(OSError):
            found += one.stat().st_size if one.is_file() else 0
    return found


def _limit(folder: Path) -> None:
    for left in folder.glob(".*"):
        if time.time() - left.stat().st_mtime > ABANDONED_S:
            drop_path(left)
    used = sorted(((entry.stat().st_mtime, entry) for entry in _entries(folder)), reverse=True)
    total = 0
    for _, entry in used:
        total += _bytes(entry)
        if total > LARGEST:
            drop(entry.name)
