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
from collections.abc import Callable, Iterable, Iterator
from typing import Any

WAITING = (
    (multiprocessing.queues.Queue, "get"),
    (multiprocessing.queues.SimpleQueue, "get"),
    (multiprocessing.connection.Connection, "recv"),
    (multiprocessing.connection.Connection, "poll"),
)
"""Calls that wait for what a process sends."""


class Answer:
    """What a pool returns at once for work that is to be done: here it is done."""

    def __init__(self, work: Callable[[], Any], callback: Any = None, error_callback: Any = None) -> None:
        self._value: Any = None
        self._error: Exception | None = None
        try:
            self._value = work()
        except Exception as error:  # whatever the script's function raises is raised by get()
            self._error = error
            if error_callback:
                error_callback(error)
        else:
            if callback:
                callback(self._value)

    def get(self, timeout: Any = None) -> Any:
        """Return the value, or raise what the work raised."""
        if self._error is not None:
            raise self._error
        return self._value

    def wait(self, timeout: Any = None) -> None:
        """Do nothing: it is done."""

    def ready(self) -> bool:
        """Return True."""
        return True

    def successful(self) -> bool:
        """Tell whether the work raised nothing."""
        return self._error is None


class Results:
    """An iterator over results that are made when they are asked for."""

    def __init__(self, made: Iterable[Any]) -> None:
        self._made = iter(made)

    def __iter__(self) -> "Results":
        return self

    def __next__(self) -> Any:
        return next(self._made)

    def next(self, timeout: Any = None) -> Any:
        """Return the next result."""
        return next(self._made)


class SerialPool:
    """A pool of multiprocessing that does all work in this process."""

    def __init__(self, processes: Any = None, initializer: Any = None, initargs: Any = (), *_: Any, **__: Any) -> None:
        self._processes = processes or os.cpu_count()
        if initializer is not None:
            initializer(*initargs)

    def __enter__(self) -> "SerialPool":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def apply(self, func: Any, args: Any = (), kwds: Any = None) -> Any:
        """Return func(*args, **kwds)."""
        return func(*args, **(kwds or {}))

    def apply_async(
        self, func: Any, args: Any = (), kwds: Any = None, callback: Any = None, error_callback: Any = None
    ) -> Answer:
        """Return the answer to func(*args, **kwds)."""
        return Answer(lambda: func(*args, **(kwds or {})), callback, error_callback)

    def map(self, func: Any, iterable: Any, chunksize: Any = None) -> list[Any]:
        """Return the list of results."""
        return [func(item) for item in iterable]

    def map_async(
        self, func: Any, iterable: Any, chunksize: Any = None, callback: Any = None, error_callback: Any = None
    ) -> Answer:
        """Return the answer that is the list of results."""
        return Answer(lambda: self.map(func, iterable), callback, error_callback)

    def starmap(self, func: Any, iterable: Any, chunksize: Any = None) -> list[Any]:
        """Return the list of results; each item is what the function is called with."""
        return [func(*item) for item in iterable]

    def starmap_async(
        self, func: Any, iterable: Any, chunksize: Any = None, callback: Any = None, error_callback: Any = None
    ) -> Answer:
        """Return the answer that is the list of results."""
        return Answer(lambda: self.starmap(func, iterable), callback, error_callback)

    def imap(self, func: Any, iterable: Any, chunksize: Any = 1) -> Results:
        """Return the results one by one."""
        return Results(func(item) for item in iterable)

    imap_unordered = imap

    def close(self) -> None:
        """Do nothing: there are no processes."""

    terminate = join = close


class SerialExecutor(concurrent.futures.Executor):
    """An executor of concurrent.futures that does all work in this process."""

    def __init__(
        self, max_workers: Any = None, *_: Any, initializer: Any = None, initargs: Any = (), **__: Any
    ) -> None:
        self._max_workers = max_workers or os.cpu_count()
        if initializer is not None:
            initializer(*initargs)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[Any]:
        """Return a future that is done."""
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # whatever the script's function raises is raised by result()
            future.set_exception(error)
        return future

    def map(self, fn: Any, *iterables: Any, timeout: Any = None, chunksize: Any = 1, **_: Any) -> Iterator[Any]:
        """Return the results one by one."""
        return map(fn, *iterables)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Do nothing: there are no processes."""


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
