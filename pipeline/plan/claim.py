"""One run at a time in a folder of results, which can be written, and no trace of one that was killed."""

import fcntl
import os
import socket
import tempfile
from datetime import datetime
from pathlib import Path

from pipeline.config.reader import ConfigError

FILE = "run.lock"
"""Who is at work in a folder of results, in that folder."""


def refuse_unwritable(results: Path | str) -> None:
    """Raise ConfigError where a folder of results can neither be written nor made; nothing is left of trying."""
    folder = Path(results).absolute()
    try:
        there = next(path for path in (folder, *folder.parents) if path.exists())
        with tempfile.TemporaryDirectory(prefix=".", dir=there):
            return
    except OSError as error:
        raise _unwritable(results, error) from None


def _unwritable(results: Path | str, error: OSError) -> ConfigError:
    return ConfigError(
        f"results = '{results}' can neither be made nor written ({error.strerror}); give a folder where you may write."
    )


def claim(results: Path | str) -> int:
    """Take a folder of results for this process, until it ends however it may; return what holds it, a file descriptor.

    The system takes the lock away from a process that was killed. ConfigError names the run that holds it already, or
    says that the folder cannot be written. On file systems without locks nobody is kept out.
    """
    path = Path(results, FILE)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise _unwritable(results, error) from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        other = os.read(held, 200).decode(errors="replace").strip()
        os.close(held)
        raise ConfigError(
            f"{results}: another run is at work there ({other or 'it does not say which'}); wait for its end, or "
            "give this one other results."
        ) from None
    except OSError:
        return held
    os.ftruncate(held, 0)
    os.write(held, f"process {os.getpid()} on {socket.gethostname()} since {datetime.now():%Y-%m-%d %H:%M}\n".encode())
    return held
