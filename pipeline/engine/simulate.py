"""A program and the knobs of a point to a recording: spikes, sums of potentials, and a status.

Nothing of Brian2 is imported here: a point is one call of the compiled program.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.engine import process
from pipeline.engine.build import Program
from pipeline.engine.outlet import arrays_of
from pipeline.engine.process import SimulationError
from pipeline.engine.recording import Spikes
from pipeline.network.equations import POTENTIALS, STATES
from pipeline.network.knobs import POPULATIONS

Arrays = Mapping[str, np.ndarray]
"""What the program handed over, by group and variable."""

USUAL_SIZE = 1950 / 0.1
"""Neurons, and steps in a ms, of the network of the paper, which takes about 0.2 s for a biological second."""

PATIENCE_S, PATIENCE = 60.0, 100.0
"""Seconds that a program of that size may take, and more of them for each biological second; runaways take 1.5."""


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
    done = process.run(command, program.directory, limit_s(program, values))
    specified = program.manifest["specification"]
    try:
        arrays = arrays_of(done.content, program.manifest["arrays"])
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
        wall_s=done.wall_s,
        cpu_s=done.cpu_s,
        memory_mb=float(arrays["observer.memory_kb"][0]) / 1024,
    )


def limit_s(program: Program, values: Mapping[str, float]) -> float:
    """Return the seconds of wall time after which a program is taken to hang: hundreds of times what it needs."""
    specified = program.manifest["specification"]
    size = sum(specified["populations"].values()) / specified["dt_ms"] / USUAL_SIZE
    return float(PATIENCE_S + PATIENCE * max(1.0, size) * (values["transient"] + values["duration"]))


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
