"""Work that a script gives to other processes and threads is done in this one, one piece after the other."""

import concurrent.futures
import concurrent.futures.process
import concurrent.futures.thread
import contextlib
import multiprocessing.connection
import multiprocessing.pool
import multiprocessing.process
import multiprocessing.queues
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from pipeline.doctor.intake.pools import SerialExecutor, SerialPool

WAITING = (
    (multiprocessing.queues.Queue, "get"),
    (multiprocessing.queues.SimpleQueue, "get"),
    (multiprocessing.connection.Connection, "recv"),
    (multiprocessing.connection.Connection, "poll"),
)
"""Calls that wait for what a process sends."""


class _Processes:
    """Processes that a script has started: each runs, in turn, when something waits for one of them."""

    def __init__(self) -> None:
        self._waiting: list[Any] = []
        self._codes: dict[int, int] = {}
        self._base: Any = multiprocessing.process.BaseProcess
        self._start: Any = self._base.start
        self._exitcode: Any = self._base.exitcode

    def start(self, process: Any) -> None:
        if _of_python(getattr(process, "_target", None)):
            self._start(process)  # of a Manager, which serves until the end
        else:
            self._waiting.append(process)

    def run(self) -> None:
        """Run all that wait; what one raises is raised here, as whoever looks at the script wants to know it."""
        while self._waiting:
            process = self._waiting.pop(0)
            self._codes[id(process)] = 1
            try:
                process.run()
            except SystemExit as end:
                self._codes[id(process)] = end.code if isinstance(end.code, int) else int(end.code is not None)
            else:
                self._codes[id(process)] = 0

    def code(self, process: Any) -> int | None:
        """Return the exit code of a process, once it has run; None for one that was not started."""
        if self._real(process):
            code: int | None = self._exitcode.fget(process)
            return code
        self.run()
        return self._codes.get(id(process))

    def stand_ins(self) -> list[tuple[Any, str, Any]]:
        """Return what takes the place of methods of processes, and of calls that wait for what they send."""
        found: list[tuple[Any, str, Any]] = [
            (self._base, "start", lambda process: self.start(process)),
            (self._base, "exitcode", property(self.code)),
        ]
        for name, answer in (("join", None), ("terminate", None), ("kill", None), ("close", None), ("is_alive", False)):
            found.append((self._base, name, self._ended(getattr(self._base, name), answer)))
        return found + [(kind, name, self._before(getattr(kind, name))) for kind, name in WAITING]

    @staticmethod
    def _real(process: Any) -> bool:
        return getattr(process, "_popen", None) is not None

    def _ended(self, original: Any, answer: Any) -> Any:
        def call(process: Any, *arguments: Any, **keywords: Any) -> Any:
            if self._real(process):
                return original(process, *arguments, **keywords)
            self.run()
            return answer

        return call

    def _before(self, original: Any) -> Any:
        def call(*arguments: Any, **keywords: Any) -> Any:
            self.run()
            return original(*arguments, **keywords)

        return call


class _Threads:
    """Threads that a script has started: each runs to its end at once."""

    def __init__(self) -> None:
        self._begin, self._join, self._is_alive = (
            threading.Thread.start,
            threading.Thread.join,
            threading.Thread.is_alive,
        )
        self._done: weakref.WeakSet[threading.Thread] = weakref.WeakSet()

    def start(self, thread: threading.Thread) -> None:
        if thread.daemon or _of_python(getattr(thread, "_target", None)):
            self._begin(thread)
            return
        self._done.add(thread)
        with contextlib.suppress(SystemExit):
            thread.run()

    def join(self, thread: threading.Thread, timeout: float | None = None) -> None:
        if thread not in self._done:
            self._join(thread, timeout)

    def is_alive(self, thread: threading.Thread) -> bool:
        return thread not in self._done and self._is_alive(thread)


def _of_python(target: Any) -> bool:
    """Tell whether a thread or process serves a part of Python's own, and so may never end."""
    return (getattr(target, "__module__", None) or "").partition(".")[0] in sys.stdlib_module_names - {"__main__"}


@contextlib.contextmanager
def serially() -> Iterator[Callable[[], None]]:
    """While open, pools, executors, processes and threads of a script do their work in this process.

    Yields what runs the processes that wait; a script's end calls it.
    """
    processes, threads = _Processes(), _Threads()
    replaced: list[tuple[Any, str, Any]] = [
        (multiprocessing.pool, "Pool", SerialPool),
        (multiprocessing.pool, "ThreadPool", SerialPool),
        (concurrent.futures, "ProcessPoolExecutor", SerialExecutor),
        (concurrent.futures, "ThreadPoolExecutor", SerialExecutor),
        (concurrent.futures.process, "ProcessPoolExecutor", SerialExecutor),
        (concurrent.futures.thread, "ThreadPoolExecutor", SerialExecutor),
        (threading.Thread, "start", lambda thread: threads.start(thread)),
        (threading.Thread, "join", lambda thread, timeout=None: threads.join(thread, timeout)),
        (threading.Thread, "is_alive", lambda thread: threads.is_alive(thread)),
        *processes.stand_ins(),
    ]
    if "joblib.parallel" in sys.modules:
        replaced += [(sys.modules[name], "mp", None) for name in ("joblib.parallel", "joblib._parallel_backends")]
    with contextlib.ExitStack() as stack:
        for owner, name, value in replaced:
            stack.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, value)
        stack.enter_context(environment("JOBLIB_MULTIPROCESSING", "0"))  # joblib works in its process with this
        yield processes.run


@contextlib.contextmanager
def environment(name: str, value: str) -> Iterator[None]:
    """While open, a variable of the environment has this value."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = before
