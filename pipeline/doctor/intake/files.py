"""Files of a script: what it writes goes to a folder that is thrown away, and what it wrote it can read again."""

import builtins
import contextlib
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from numpy.lib.npyio import DataSource

CHANGING = ("mkdir", "makedirs", "remove", "unlink", "rmdir", "removedirs", "rename", "replace", "chmod", "utime")
"""Functions of os that change files or folders."""

MOST_COPIED, LEAST = 20 * 10**6, 50_000
"""Bytes of the files beside a script that are copied, and what the smallest of them counts as."""

os_chmod, os_utime = os.chmod, os.utime


class _Files:
    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._open = builtins.open
        self._elsewhere: dict[str, Path] = {}
        """Files outside of the scratch folder that the script wrote, by their real paths."""

    def open(self, file: Any, mode: Any = "r", *arguments: Any, **keywords: Any) -> Any:
        """Open a file; one that is written is in the scratch folder, with what it held if that stays."""
        if not isinstance(file, (str, os.PathLike)) or not isinstance(mode, str):
            return self._open(file, mode, *arguments, **keywords)
        path = Path(os.path.abspath(os.fspath(file)))
        real = os.path.realpath(path)
        if any(c in mode for c in "wax+") and not self._harmless(path):
            self._divert(path, real, keeps="w" not in mode)
        target = self._elsewhere.get(real)
        return self._open(file if target is None else target, mode, *arguments, **keywords)

    def _harmless(self, path: Path) -> bool:
        """Tell whether a path may be written to: it is in the scratch folder itself, or a device."""
        if path.is_symlink():
            return False
        real = Path(os.path.realpath(path))
        return real.is_relative_to(self._scratch) or real.is_relative_to("/dev")

    def _divert(self, path: Path, real: str, keeps: bool) -> None:
        if real in self._elsewhere:
            return
        target = self._scratch / "elsewhere" / str(len(self._elsewhere)) / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if keeps and os.path.isfile(real):
            shutil.copyfile(real, target)
        self._elsewhere[real] = target

    def of_numpy(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return how numpy opens a text: it has kept Python's own `open`."""

        def call(source: Any, path: Any, mode: str = "r", encoding: Any = None, newline: Any = None) -> Any:
            if isinstance(path, str | os.PathLike) and os.path.realpath(path) in self._elsewhere:
                return self.open(path, mode, encoding=encoding, newline=newline)
            return original(source, path, mode, encoding, newline)

        return call

    def changing(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function of os that changes only what is in the scratch folder; elsewhere it does nothing."""

        def call(*arguments: Any, **keywords: Any) -> Any:
            paths = [a for a in arguments[:2] if isinstance(a, (str, os.PathLike))]
            through = original in (os_chmod, os_utime) and any(os.path.islink(path) for path in paths)
            if all(self._inside(path) for path in paths) and not through:
                return original(*arguments, **keywords)
            return None

        return call

    def _inside(self, path: Any) -> bool:
        folder = Path(os.path.realpath(os.path.dirname(os.path.abspath(os.fspath(path)))))
        return folder.is_relative_to(self._scratch)

    def remove_tree(self, path: Any, *_: Any, **__: Any) -> None:
        """Remove a folder of the scratch folder; of a folder elsewhere, only the link to it."""
        if os.path.islink(path):
            os.unlink(path)
        elif self._inside(path) and os.path.isdir(path):
            _remove_tree(path, ignore_errors=True)


_remove_tree = shutil.rmtree


def _look_alike(home: Path, here: Path) -> None:
    """Fill a folder with copies of what lies in another, of which even code in C may write to any.

    Python files, which are found again by their places, folders that are hidden and what is beyond MOST_COPIED are
    links.
    """
    left = MOST_COPIED
    for entry in sorted(home.iterdir()):
        size = left + 1 if entry.suffix == ".py" or entry.name.startswith(".") else _size(entry, left)
        if size > left:
            (here / entry.name).symlink_to(entry)
            continue
        left -= size
        copy = shutil.copytree if entry.is_dir() else shutil.copy2
        try:
            copy(entry, here / entry.name)
        except (OSError, shutil.Error):  # a socket, say, or one that may not be read
            _remove_tree(here / entry.name, ignore_errors=True)
            (here / entry.name).unlink(missing_ok=True)
            (here / entry.name).symlink_to(entry)


def _size(entry: Path, most: int) -> int:
    """Return the bytes of a file or of all in a folder, each as LEAST at least; no more is counted than `most`."""
    if not entry.is_dir():
        return max(LEAST, entry.stat().st_size) if entry.is_file() else most + 1
    size = 0
    for folder, _, names in os.walk(entry):
        for name in names:
            path = os.path.join(folder, name)
            size += max(LEAST, os.path.getsize(path) if os.path.isfile(path) else 0)
            if size > most:
                return size
    return size


@contextlib.contextmanager
def diverted(home: Path) -> Iterator[Path]:
    """While open, the working folder is one that looks like `home`; yields its path. What is written is gone after."""
    saved = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="doctor") as folder, contextlib.ExitStack() as stack:
        scratch = Path(folder).resolve()
        here = scratch / "here"
        here.mkdir()
        _look_alike(home, here)
        (scratch / "temporary").mkdir()
        files = _Files(scratch)
        replaced: list[tuple[Any, str, Any]] = [
            (builtins, "open", files.open),
            (io, "open", files.open),
            (shutil, "rmtree", files.remove_tree),
            (DataSource, "open", files.of_numpy(DataSource.open)),
            (tempfile, "tempdir", str(scratch / "temporary")),
            *((os, name, files.changing(getattr(os, name))) for name in CHANGING),
        ]
        for owner, name, value in replaced:
            stack.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, value)
        os.chdir(here)
        stack.callback(os.chdir, saved)
        yield here
