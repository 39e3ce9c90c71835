"""The files that a script reads: data, and modules that do not lie beside it. Their content decides what it is, too."""

import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipeline.config.provenance import sha256
from pipeline.config.reader import ConfigError
from pipeline.network.adopted import beside
from pipeline.network.imported import INSTALLED

_SYSTEM = tuple(Path(path) for path in ("/proc", "/sys", "/dev", "/etc", "/usr", "/lib"))
_PYTHON = tuple(Path(path).resolve() for path in (sys.prefix, sys.base_prefix))
HIDDEN = "."
"""With which folders of the user begin that hold caches and settings of programs, such as ~/.config."""


def digests(read: Iterable[str], script: Path) -> dict[str, str]:
    """Return, of the files that a script has opened, those of the user, each with the SHA-256 of its content.

    By the path from the script's folder where they lie below it. Left out are the script, modules beside it (which
    `adopted.digest` has), what is installed, and what is no file any more.
    """
    home = script.resolve().parent
    known = {script.resolve(), *(path.resolve() for path in beside(script))}
    found = {}
    for path in sorted({_source(Path(one)) for one in read} - known):
        if path.is_file() and of_the_user(path, script):
            name = path.relative_to(home) if path.is_relative_to(home) else path
            found[name.as_posix()] = sha256(path)
    return found


def of_the_user(path: Path, script: Path) -> bool:
    """Return whether a file is the user's own, as all are below the folder of a script but what is installed there.

    It is no part of the system, and no program's cache or setting.
    """
    home = script.resolve().parent
    return not _installed(path, home) and (path.is_relative_to(home) or _elsewhere(path))


def changed(data: Mapping[str, str], script: Path) -> str | None:
    """Return the first of these files that is not what it was, None where all are."""
    home = script.resolve().parent
    return next((name for name, was in data.items() if not _same(home / name, was)), None)


def refuse_changed(data: Mapping[str, str], script: Path, folder: Path) -> None:
    """Raise ConfigError where a file that the script read is not what it was when the script was adopted."""
    if name := changed(data, script):
        raise ConfigError(
            f"{name}: {script.name} reads it, and it has changed since that was adopted, or is gone; run: "
            f"python -m pipeline adopt {script} --out {folder} (which keeps what you edited)."
        )


def _same(path: Path, was: str) -> bool:
    try:
        return sha256(path) == was
    except OSError:
        return False


def _source(path: Path) -> Path:
    """Return the Python of a compiled module, any other file as it is."""
    if path.suffix == ".pyc" and path.parent.name == "__pycache__":
        return path.parent.parent / f"{path.name.partition('.')[0]}.py"
    return path


def _installed(path: Path, home: Path) -> bool:
    """Return whether a file is of an installed package or of the system, seen from the folder of a script.

    An environment may lie beside a script, and a script within one, or below /usr.
    """
    around = [folder for folder in (*_SYSTEM, *_PYTHON) if not home.is_relative_to(folder)]
    return any(path.is_relative_to(folder) for folder in (*INSTALLED, *around))


def _elsewhere(path: Path) -> bool:
    """Return whether a file elsewhere is the user's own, and no program's cache or setting."""
    home = Path(os.path.expanduser("~"))
    hidden = path.is_relative_to(home) and path.relative_to(home).parts[0].startswith(HIDDEN)
    return not hidden and not path.is_relative_to(Path(tempfile.gettempdir()).resolve())
