"""Files that verbs write: what these may be called, and what they must not take the place of."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from pipeline.config.reader import ConfigError

Given = TypeVar("Given", Path | None, list[Path])


def ending(option: str, *allowed: str) -> Callable[[Given], Given]:
    """Return what refuses, before anything is read, a file of `option` with another ending: it is written as that."""

    def refuse(given: Given) -> Given:
        for path in given if isinstance(given, list) else [given] if given is not None else []:
            if path.suffix not in allowed:
                raise ConfigError(f"{option} {path}: must end in {' or '.join(allowed)}.")
            _refuse_below_a_file(option, path)
            if path.is_dir():
                raise ConfigError(f"{option} {path}: is a folder; name a file that ends in {' or '.join(allowed)}.")
        return given

    return refuse


def as_folder(option: str) -> Callable[[Path | None], Path | None]:
    """Return what refuses a file as the folder of `option`."""

    def refuse(path: Path | None) -> Path | None:
        if path is None:
            return path
        _refuse_below_a_file(option, path)
        if path.exists() and not path.is_dir():
            raise ConfigError(f"{option} {path}: is a file; name a folder, or one that can be made.")
        return path

    return refuse


def _refuse_below_a_file(option: str, path: Path) -> None:
    """Raise ConfigError for a path that no file or folder can be made at: below a file, or of too long a name."""
    try:
        path.stat()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ConfigError(f"{option} {path}: cannot be made ({error.strerror}).") from None


def refuse_same(written: Mapping[str, Path | None], read: Mapping[str, Path | None]) -> None:
    """Raise ConfigError where a file to be written is also read, or written twice; keys are options."""
    taken = {os.path.realpath(path): name for name, path in read.items() if path is not None}
    for name, path in written.items():
        if path is None:
            continue
        if (other := taken.get(os.path.realpath(path))) is not None:
            raise ConfigError(f"{name} {path}: is the same file as {other}; name another.")
        taken[os.path.realpath(path)] = name


def refuse_foreign(option: str, path: Path, begins: str) -> None:
    """Raise ConfigError where a file is there that is not of this verb, whose files all begin with `begins`."""
    try:
        with open(path, "rb") as file:
            head = file.read(len(begins.encode()))
    except FileNotFoundError:
        return
    if head != begins.encode():
        raise ConfigError(f"{option} {path}: there is a file of that name that this verb did not write; name another.")
