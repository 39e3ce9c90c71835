"""Pools and executors that do all work in this process, when they are given it."""

import concurrent.futures
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any


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
