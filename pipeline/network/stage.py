"""Where a user's script runs: nothing is shown, asked or kept, and files that it writes go to a folder thrown away."""

import builtins
import contextlib
import io
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl

from pipeline.network.chance import Chance

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = frozenset(
    {
        *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod"),
        *("os.chown", "os.utime", "shutil.rmtree", "shutil.move", "shutil.copyfile", "shutil.copytree"),
    }
)
"""Audit events of Python that change files; their first arguments are paths."""
STARTS = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "pty.spawn"}
)
"""Audit events that start other programs."""


class NotAllowedError(PermissionError):
    """The script does what it may not do here."""


class TooLongError(BaseException):
    """The script took too long outside its runs; no `except Exception` of the script catches it."""


class Stage:
    """One process's restrictions while a script runs; `trusted` code, such as a compiler for Brian2, is left alone."""

    def __init__(self) -> None:
        self._scratch: Path | None = None
        self._trusted = 0
        self._watching = False
        self._chance = Chance()
        self.read: set[str] = set()
        """The files that were opened to be read, in their real places."""

    @property
    def drawn(self) -> bool:
        """Whether the script's Python drew random numbers."""
        return self._chance.drawn

    @contextlib.contextmanager
    def trusted(self) -> Iterator[None]:
        """While open, files and processes are free: what runs is Brian2's or ours."""
        self._trusted += 1
        try:
            yield
        finally:
            self._trusted -= 1

    @contextlib.contextmanager
    def playing(self, path: Path, seed: int, cpu_s: float) -> Iterator[None]:
        """While open, the script at `path` may run: in a folder that looks like its own, random numbers from `seed`.

        TooLongError is raised in it after `cpu_s` of CPU time, or three times that by the clock. It changes this
        process for good (hooks of audit cannot be taken back): call it in a process that ends afterwards.
        """
        mpl.use("Agg", force=True)
        home = path.resolve().parent
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
            self._scratch = Path(folder).resolve()
            here = self._scratch / "here"
            here.mkdir()
            for entry in home.iterdir():
                (here / entry.name).symlink_to(entry)
            saved = os.getcwd()
            stack.callback(os.chdir, saved)
            os.chdir(here)
            self._replace(stack, sys, "argv", [str(path)])
            self._replace(stack, sys, "stdin", stack.enter_context(open(os.devnull, encoding="utf-8")))
            nothing = stack.enter_context(open(os.devnull, "w", encoding="utf-8"))
            self._replace(stack, sys, "path", [str(home), *sys.path])
            self._replace(stack, sys, "dont_write_bytecode", True)
            self._replace(stack, tempfile, "tempdir", str(self._scratch))
            self._replace(stack, builtins, "open", self._opening(builtins.open))
            self._replace(stack, io, "open", builtins.open)
            for owner, name in _pictures():
                self._replace(stack, owner, name, lambda *_, **__: None)
            self._chance.begin(stack, seed, lambda owner, name, value: self._replace(stack, owner, name, value))
            for stream in (contextlib.redirect_stdout, contextlib.redirect_stderr):
                stack.enter_context(stream(nothing))
            if not self._watching:
                sys.addaudithook(self._audit)
                self._watching = True
            countdown(cpu_s)
            try:
                yield
            finally:
                pause()
                self._scratch = None

    @staticmethod
    def _replace(stack: contextlib.ExitStack, owner: Any, name: str, value: Any) -> None:
        stack.callback(setattr, owner, name, getattr(owner, name))
        setattr(owner, name, value)

    def _opening(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return an `open` that writes to the scratch folder instead of any other."""

        def opening(file: Any, mode: str = "r", *arguments: Any, **keywords: Any) -> Any:
            scratch = self._scratch
            if scratch is None or self._trusted or not isinstance(file, str | os.PathLike):
                return original(file, mode, *arguments, **keywords)
            if any(c in mode for c in "wax+"):
                target = Path(os.path.abspath(os.fspath(file)))
                if not Path(os.path.realpath(target.parent)).is_relative_to(scratch):
                    target = scratch / "elsewhere" / target.name
                    target.parent.mkdir(exist_ok=True)
                if target.is_symlink():  # a file of the script's folder: write to a copy
                    real = target.resolve()
                    target.unlink()
                    if real.is_file() and "w" not in mode:
                        with self.trusted():
                            shutil.copyfile(real, target)
                file = target
            return original(file, mode, *arguments, **keywords)

        return opening

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        scratch = self._scratch
        if scratch is None or self._trusted:
            return
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str | bytes | os.PathLike) and isinstance(flags, int):
                real = os.path.realpath(os.fsdecode(path))
                if flags & WRITING:
                    self._refuse_outside(scratch, real, "writes to")
                elif not Path(real).is_relative_to(scratch):
                    self.read.add(real)
        elif event in CHANGES:
            for path in arguments[:2]:
                if isinstance(path, str | bytes | os.PathLike):
                    through = event in ("os.truncate", "os.chmod", "os.chown", "os.utime")  # of what a link points to
                    self._refuse_outside(scratch, os.path.realpath(path) if through else path, "changes")
        elif event in STARTS:
            raise NotAllowedError("it starts another program, which is not done here")

    @staticmethod
    def _refuse_outside(scratch: Path, path: Any, does: str) -> None:
        target = Path(os.path.realpath(os.path.dirname(os.path.abspath(os.fsdecode(path)))))
        if not target.is_relative_to(scratch) and not os.fsdecode(path).startswith("/dev/"):
            raise NotAllowedError(f"it {does} {os.fsdecode(path)}, outside its folder, which is not done here")


def _pictures() -> list[tuple[Any, str]]:
    import brian2 as b2
    from matplotlib import figure, pyplot

    return [
        (pyplot, "show"),
        (pyplot, "savefig"),
        (figure.Figure, "savefig"),
        (figure.Figure, "show"),
        (pyplot, "pause"),
        (b2, "show"),
    ]


def countdown(cpu_s: float) -> None:
    """Raise TooLongError in this process after so much CPU time, or three times as much by the clock."""

    def ring(*_: Any) -> None:
        raise TooLongError

    signal.signal(signal.SIGALRM, ring)
    signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, cpu_s, 1.0)
    signal.setitimer(signal.ITIMER_REAL, 3 * cpu_s, 1.0)


def pause() -> float:
    """Stop the countdown; return the seconds of CPU time that were left."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    return signal.setitimer(signal.ITIMER_PROF, 0)[0]
