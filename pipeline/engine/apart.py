"""Experiments in forked processes: whatever one does to the network, the user's own objects never change."""

import atexit
import contextlib
import ctypes
import os
import pickle
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

Found = TypeVar("Found")

WALL = 2
"""How much longer than its CPU time an experiment may take by the clock: the machine may be busy."""
DEPTH = 2
"""An experiment may start experiments of its own, but these none: a mistake must not fork without end."""
_running: set[int] = set()
_depth = 0


@atexit.register
def _end_all() -> None:
    for pid in _running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


_until = float("inf")


class ExperimentError(Exception):
    """An experiment raised, died, or took too long; the message says which."""


class LateError(ExperimentError):
    """An experiment that was not done in the time that it had: `seconds`."""

    def __init__(self, seconds: float) -> None:
        said = f"it was not done within {seconds:.0f} s" if seconds >= 0.5 else "there was no time left for it"
        super().__init__(said)
        self.seconds = seconds


@contextlib.contextmanager
def ended_by(moment_s: float) -> Iterator[None]:
    """While open, every experiment, also one within another, ends at `moment_s` of time.monotonic() at the latest."""
    global _until
    before = _until
    _until = min(before, moment_s)
    try:
        yield
    finally:
        _until = before


class Experiment(Generic[Found]):
    """A function that runs in a fork of this process, beside it; `result` waits for what it returns."""

    def __init__(self, function: Callable[..., Found], *arguments: Any, cpu_s: float) -> None:
        """Start `function(*arguments)`; what it returns must be picklable. It is ended after `cpu_s` of CPU time."""
        if _depth >= DEPTH:
            raise ExperimentError("an experiment within an experiment within an experiment")
        self._cpu_s = cpu_s
        self._begin = time.monotonic()
        reader, writer = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(reader)
            _begin_child()
            used = resource.getrusage(resource.RUSAGE_SELF)
            resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + cpu_s) + 1,) * 2)
            _answer(writer, function, arguments)
        _running.add(self._pid)
        os.close(writer)
        self._reader = reader

    def result(self) -> Found:
        """Return what the function returned; ExperimentError where it failed or took too long."""
        end = min(time.monotonic() + WALL * self._cpu_s, _until)
        chunks = []
        answered = False
        try:
            while True:
                ready, _, _ = select.select([self._reader], [], [], max(end - time.monotonic(), 0))
                if not ready:
                    raise LateError(time.monotonic() - self._begin)
                chunk = os.read(self._reader, 1 << 20)
                if not chunk:
                    answered = True  # it has closed its end, and ends by itself
                    break
                chunks.append(chunk)
        finally:
            os.close(self._reader)
            if not answered:
                os.kill(self._pid, signal.SIGKILL)
            used = os.wait4(self._pid, 0)[2]
            _running.discard(self._pid)
        if not chunks and used.ru_utime + used.ru_stime > self._cpu_s - 0.1:
            raise LateError(time.monotonic() - self._begin)
        if not chunks:
            raise ExperimentError("its process died")
        answer: tuple[bool, Any] = pickle.loads(b"".join(chunks))  # noqa: S301 (our own child wrote it)
        good, value = answer
        if not good:
            raise ExperimentError(value)
        found: Found = value
        return found


def apart(function: Callable[..., Found], *arguments: Any, cpu_s: float) -> Found:
    """Return `function(*arguments)`, computed in a fork of this process; ExperimentError as `Experiment.result`."""
    return Experiment(function, *arguments, cpu_s=cpu_s).result()


def _begin_child() -> None:
    """Forget the parent's children; end with the parent (Linux; elsewhere the limit of CPU time has to do)."""
    global _depth
    _depth += 1
    _running.clear()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _answer(writer: int, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Call, send the pickled answer, and end this process without any of the parent's clean-up."""
    for timer in (signal.ITIMER_REAL, signal.ITIMER_PROF):
        signal.setitimer(timer, 0)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    try:
        answer = pickle.dumps((True, function(*arguments)))
    except BaseException as error:
        cause = error.__cause__ or error
        answer = pickle.dumps((False, f"{type(cause).__name__}: {cause}"))
    with os.fdopen(writer, "wb") as pipe, contextlib.suppress(BrokenPipeError):
        pipe.write(answer)
    os._exit(0)
