"""The time that the doctor has for a script, all of it in one place."""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

TOTAL_S = 60.0
"""Of clock time for a script, its runs and what is looked at in them; at its end every experiment ends."""
SCRIPT_S = 25.0
"""Of CPU time for the script's own code, outside its runs."""
RUN_CPU_S = 4.0
"""Of CPU time for one run that the script gets, so that its next lines have something to go on with."""
EXPERIMENTS = 0.85
"""The part of the time after which every experiment ends: what follows needs some, too."""
OBSERVE_S, AGAIN_S = 16.0, 8.0
"""Of CPU time for the run under observation: of the first run, and of a later one."""
RUN_S = 1.0
"""Of biological time that is looked at in each run."""
USUAL_S = 10.0
"""Of clock time that most scripts take."""


class TooLongError(BaseException):
    """The script took too long outside its runs; no `except Exception` of the script catches it."""


class Allowance:
    """What is left of the time for one script."""

    def __init__(self, total_s: float | None = None) -> None:
        """`total_s`: clock time (s) that all may take, TOTAL_S by default."""
        self.total_s = TOTAL_S if total_s is None else total_s
        self.begin_s = time.monotonic()
        self.end_s = self.begin_s + self.total_s
        self._cpu_s = SCRIPT_S

    @property
    def left_s(self) -> float:
        """Clock time that is left (s), never below 0."""
        return max(self.end_s - time.monotonic(), 0.0)

    @property
    def spent_s(self) -> float:
        """Clock time since the beginning (s)."""
        return time.monotonic() - self.begin_s

    @property
    def last_s(self) -> float:
        """The moment of time.monotonic() at which every experiment ends."""
        return self.begin_s + EXPERIMENTS * self.total_s

    def run_s(self) -> float:
        """Return the CPU time (s) that the script gets for its next run: less and less where there are many."""
        return min(RUN_CPU_S, self.left_s / 8)

    @contextlib.contextmanager
    def played(self) -> Iterator[None]:
        """While open, the script's own code runs: TooLongError in it where it takes too long."""
        self._count()
        try:
            yield
        finally:
            self._stop()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """While open, what runs is not the script's own code."""
        self._cpu_s = max(self._stop(), 1.0)
        try:
            yield
        finally:
            self._count()

    def _count(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return

        def ring(*_: Any) -> None:
            if self.left_s > 0:
                raise TooLongError(f"the script did not end within {SCRIPT_S:.0f} s outside its runs")
            raise TooLongError(f"the script did not end in the time that the doctor has ({self.total_s:.0f} s)")

        signal.signal(signal.SIGALRM, ring)
        signal.signal(signal.SIGPROF, ring)
        signal.setitimer(signal.ITIMER_PROF, self._cpu_s, 1.0)
        signal.setitimer(signal.ITIMER_REAL, max(min(3 * self._cpu_s, self.left_s), 0.1), 1.0)

    @staticmethod
    def _stop() -> float:
        """Stop the countdown; return the CPU time (s) that was left."""
        if threading.current_thread() is not threading.main_thread():
            return SCRIPT_S
        signal.setitimer(signal.ITIMER_REAL, 0)
        return signal.setitimer(signal.ITIMER_PROF, 0)[0]
