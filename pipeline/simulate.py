"""A program and the knobs of a point to a recording: spikes, sums of potentials, and a status.

Nothing of Brian2 is imported here: a point is one call of the compiled program.
"""

import math
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.build import Program
from pipeline.equations import POTENTIALS, STATES
from pipeline.parameters import POPULATIONS


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
    with tempfile.TemporaryDirectory(prefix="circuit-") as folder:
        scratch = Path(folder)
        command = [str(program.executable.resolve()), "--results_dir", f"{folder}/", *_arguments(program, values)]
        begin = time.perf_counter()
        with open(scratch / "output.txt", "w+b") as output:
            process = subprocess.Popen(command, cwd=program.directory, stdout=output, stderr=subprocess.STDOUT)
            try:
                _, exit_status, usage = os.wait4(process.pid, 0)
            except BaseException:
                process.kill()
                raise
            process.returncode = os.waitstatus_to_exitcode(exit_status)
            wall_s = time.perf_counter() - begin
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
        if process.returncode != 0:
            raise SimulationError(f"{program.executable} ended with code {process.returncode}: {said or 'no message'}")
        arrays = _Arrays(program, scratch)
        divergence = _divergence(arrays)
        traced = program.manifest["specification"]["traced"]
        expected = round(values["duration"] * 1000 / program.manifest["specification"]["dt_ms"])
        if divergence is None and abs(arrays["observer.steps"][0] - expected) > 1:
            raise SimulationError(f"{program.executable} made {arrays['observer.steps'][0]:.0f} of {expected} steps.")
        return Recording(
            spikes={name: _spikes(arrays, name, program) for name in POPULATIONS},
            chi={name: _chi(arrays, name) for name in POTENTIALS},
            traces_mv={name: 1000 * arrays[f"trace_{name}.v"].reshape(-1, traced) for name in POTENTIALS if traced},
            divergence=divergence,
            wall_s=wall_s,
            cpu_s=usage.ru_utime + usage.ru_stime,
            memory_mb=float(arrays["observer.memory_kb"][0]) / 1024,
        )


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


class _Arrays:
    """The arrays that the program wrote, by group and variable."""

    def __init__(self, program: Program, folder: Path) -> None:
        self._files = program.manifest["arrays"]
        self._folder = folder

    def __getitem__(self, name: str) -> np.ndarray:
        return np.fromfile(self._folder / self._files[name]["file"], dtype=self._files[name]["dtype"])


def _divergence(arrays: _Arrays) -> Divergence | None:
    t_s, population, variable, neuron = (
        float(arrays[f"observer.diverged_{part}"][0]) for part in ("t", "population", "variable", "neuron")
    )
    if t_s < 0:
        return None
    return Divergence(POTENTIALS[int(population)], STATES[int(variable)], int(neuron), t_s)


def _spikes(arrays: _Arrays, name: str, program: Program) -> Spikes:
    size = program.manifest["specification"]["populations"][name]
    return Spikes(arrays[f"spikes_{name}.t"], arrays[f"spikes_{name}.i"], size)


def _chi(arrays: _Arrays, name: str) -> float | None:
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
