"""A program and the knobs of a point to a recording: spikes, sums of potentials, and a status.

Nothing of Brian2 is imported here: a point is one call of the compiled program.
"""

import math
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

import numpy as np

from pipeline.engine.build import Program
from pipeline.engine.outlet import arrays_of
from pipeline.network.equations import POTENTIALS, STATES
from pipeline.network.knobs import POPULATIONS

Arrays = Mapping[str, np.ndarray]
"""What the program handed over, by group and variable."""

USUAL_SIZE = 1950 / 0.1
"""Neurons, and steps in a ms, of the network of the paper, which takes about 0.2 s for a biological second."""

PATIENCE_S, PATIENCE = 60.0, 100.0
"""Seconds that a program of that size may take, and more of them for each biological second; runaways take 1.5."""


class SimulationError(RuntimeError):
    """The program failed or stopped early without a divergence to explain it."""


@dataclass(frozen=True)
class Spikes:
    """Spikes of one population: `times_s` and `neurons` in parallel, `size` neurons in all."""

    times_s: np.ndarray
    neurons: np.ndarray
    size: int


@dataclass(frozen=True)
class Divergence:
    """The first value that was not finite."""

    population: str
    variable: str
    neuron: int
    t_s: float

    def __str__(self) -> str:
        return (
            f"{self.variable} of {self.population} neuron {self.neuron} is not finite at t = {1000 * self.t_s:.2f} ms"
        )


@dataclass(frozen=True)
class Recording:
    """What a run left: spikes since t = 0 by population; chi by population, None where undefined; cost.

    `traces_mv`: potentials by population, steps x neurons, of a program that records them.
    """

    spikes: dict[str, Spikes]
    chi: dict[str, float | None]
    traces_mv: dict[str, np.ndarray]
    divergence: Divergence | None
    wall_s: float
    cpu_s: float
    memory_mb: float

    @property
    def status(self) -> str:
        """'ok', or 'diverged' where a value was not finite."""
        return "ok" if self.divergence is None else "diverged"


def simulate(program: Program, values: Mapping[str, float]) -> Recording:
    """Run the program with the values of all its knobs, in the units of the knob table.

    Raises SimulationError where the program fails or does not reach its end.
    """
    command = [str(program.executable.resolve()), *_arguments(program, values)]
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(command, cwd=program.directory, stdout=subprocess.PIPE, stderr=said, bufsize=0)
        except OSError as error:
            raise SimulationError(f"{program.executable} cannot be run ({error.strerror}).") from None
        assert process.stdout is not None  # it is a pipe
        try:
            content = _handed_over(process.stdout, limit_s(program, values), command[0])
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
            raise SimulationError(f"{program.executable} ended with code {process.returncode}: {message}")
    specified = program.manifest["specification"]
    try:
        arrays = arrays_of(content, program.manifest["arrays"])
    except ValueError as error:
        raise SimulationError(f"{program.executable} handed over something else than its arrays ({error}).") from None
    divergence = _divergence(arrays)
    expected = round(values["duration"] * 1000 / specified["dt_ms"])
    if divergence is None and abs(arrays["observer.steps"][0] - expected) > 1:
        raise SimulationError(f"{program.executable} made {arrays['observer.steps'][0]:.0f} of {expected} steps.")
    traced = specified["traced"]
    return Recording(
        spikes={name: _spikes(arrays, name, program) for name in POPULATIONS},
        chi={name: _chi(arrays, name) for name in POTENTIALS},
        traces_mv={name: 1000 * arrays[f"trace_{name}.v"].reshape(-1, traced) for name in POTENTIALS if traced},
        divergence=divergence,
        wall_s=wall_s,
        cpu_s=usage.ru_utime + usage.ru_stime,
        memory_mb=float(arrays["observer.memory_kb"][0]) / 1024,
    )


def limit_s(program: Program, values: Mapping[str, float]) -> float:
    """Return the seconds of wall time after which a program is taken to hang: hundreds of times what it needs."""
    specified = program.manifest["specification"]
    size = sum(specified["populations"].values()) / specified["dt_ms"] / USUAL_SIZE
    return float(PATIENCE_S + PATIENCE * max(1.0, size) * (values["transient"] + values["duration"]))


def _handed_over(output: IO[bytes], most_s: float, program: str) -> bytes:
    """Return all that a program writes to its standard output; SimulationError where it does not end in time."""
    end = time.monotonic() + most_s
    waiting = select.poll()
    waiting.register(output, select.POLLIN)
    parts: list[bytes] = []
    while waiting.poll(1000 * max(0.0, end - time.monotonic())):
        part = os.read(output.fileno(), 1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)
    raise SimulationError(f"{program} was stopped: it had not ended after {most_s:.0f} s.")


def _arguments(program: Program, values: Mapping[str, float]) -> list[str]:
    for name, value in values.items():
        if not math.isfinite(value):  # the program would take the word for the name of a file
            raise SimulationError(f"{name} = {value} is not finite.")
    return [
        f"{target}={int(value) if knob['si'] == 1 and float(value).is_integer() else repr(float(value * knob['si']))}"
        for name, value in values.items()
        for knob in [program.manifest["knobs"][name]]
        for target in knob["sets"]
    ]


def _divergence(arrays: Arrays) -> Divergence | None:
    t_s, population, variable, neuron = (
        float(arrays[f"observer.diverged_{part}"][0]) for part in ("t", "population", "variable", "neuron")
    )
    if t_s < 0:
        return None
    return Divergence(POTENTIALS[int(population)], STATES[int(variable)], int(neuron), t_s)


def _spikes(arrays: Arrays, name: str, program: Program) -> Spikes:
    size = program.manifest["specification"]["populations"][name]
    return Spikes(arrays[f"spikes_{name}.t"], arrays[f"spikes_{name}.i"], size)


def _chi(arrays: Arrays, name: str) -> float | None:
    """Synchrony sqrt(var_t(mean_i V_i) / mean_i(var_t V_i)) (Golomb, Hansel & Mato 2001), from every step.

    None where the potentials hardly move (standard deviation below 1 uV): a ratio of rounding errors.
    """
    steps = arrays["observer.steps"][0]
    if steps == 0:
        return None
    mean = arrays[f"{name}.v_sum"] / steps
    single = float(np.mean(arrays[f"{name}.v_square"] / steps - mean**2))
    population_mean = arrays[f"observer.mean_sum_{name}"][0] / steps
    together = float(arrays[f"observer.mean_square_{name}"][0] / steps - population_mean**2)
    return float(np.sqrt(max(together, 0) / single)) if single > 1e-12 else None
