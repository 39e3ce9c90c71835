"""A compiled program run once: what it writes to its standard output, what it costs, and a limit of time."""

import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LONGEST_WAIT_S = 3600.0
"""Seconds that are waited at a time: poll counts milliseconds in 32 bits, 25 days."""


class SimulationError(RuntimeError):
    """The program failed or stopped early without a divergence to explain it."""


@dataclass(frozen=True)
class Done:
    """What a program wrote, and what it cost."""

    content: bytes
    wall_s: float
    cpu_s: float


def run(command: Sequence[str], folder: Path, most_s: float) -> Done:
    """Run a program in `folder`; SimulationError where it cannot be run, fails, or does not end within `most_s`."""
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=said, bufsize=0)
        except OSError as error:
            raise SimulationError(f"{command[0]} cannot be run ({error.strerror}).") from None
        assert process.stdout is not None  # it is a pipe
        try:
            content = _handed_over(process.stdout, most_s, command[0])
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            process.stdout.close()
        _, exit_status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(exit_status)
        wall_s = time.perf_counter() - begin
        if process.returncode != 0:
            said.seek(0)
            message = said.read().decode(errors="replace").strip() or "no message"
            raise SimulationError(f"{command[0]} ended {_how(process.returncode)}: {message}")
    return Done(content, wall_s, usage.ru_utime + usage.ru_stime)


def _how(code: int) -> str:
    if code == -signal.SIGFPE:
        return "with SIGFPE, in most cases a whole number divided by zero (or % 0)"
    return f"by the signal {signal.Signals(-code).name}" if code < 0 else f"with code {code}"


def _handed_over(output: IO[bytes], most_s: float, program: str) -> bytes:
    """Return all that a program writes to its standard output; SimulationError where it does not end in time."""
    end = time.monotonic() + most_s
    waiting = select.poll()
    waiting.register(output, select.POLLIN)
    parts: list[bytes] = []
    while (left_s := end - time.monotonic()) > 0:
        if not waiting.poll(1000 * min(left_s, LONGEST_WAIT_S)):
            continue
        part = os.read(output.fileno(), 1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)
    raise SimulationError(f"{program} was stopped: it had not ended after {most_s:.0f} s.")
