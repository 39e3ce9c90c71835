"""What a job asks of a scheduler, from what it does: minutes and MB, more in each attempt. A local run ignores both.

Generous on purpose: a job that is stopped goes on from its journal, but queues again. docs/scaling.md has the
measurements.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.network.model import Model
from pipeline.plan.cost import trial_s
from pipeline.plan.run import Plan
from pipeline.sweep import grid
from pipeline.sweep.design import Sweep

CPU_S = 0.25
"""CPU s of a biological second where that was not measured."""

MARGIN = 4
"""A slow processor, and points that run away, which cost up to nine times as much."""

BASE_MINUTES = 15
"""Start of Python on a busy file system, and a program that a node of another processor must build for itself."""

BASE_MB = 1500
"""Python with all libraries, or the compiler."""

MB_A_SIMULATION = 100
"""A program while it runs; those of 20,000 neurons and their synapses take more, which the next attempt has."""

KB_A_POINT = 30
"""Tables of a sweep in memory, with copies."""


@dataclass(frozen=True)
class Demand:
    """What the jobs of a run with these sweeps ask for."""

    plan: Plan
    sweeps: Mapping[str, Sweep]

    def compiler_mb(self, threads: int, attempt: int) -> int:
        """Return the MB of a build with so many compilers at a time."""
        return attempt * (BASE_MB + 500 * threads)

    def table_mb(self, sweep: str, attempt: int) -> int:
        """Return the MB of a job that holds the table of all points of a sweep."""
        return attempt * (BASE_MB + math.ceil(self.sweeps[sweep].size * KB_A_POINT / 1000))

    def chunk_minutes(self, sweep: str, attempt: int) -> int:
        """Return the minutes of one chunk of a sweep, should all of its places need all of their networks."""
        return _minutes(self.plan.run.chunk_s * self.sweeps[sweep].spread, cost_s(self.plan.model), attempt)

    def fit_s(self) -> float:
        """Return the biological seconds of the fit, those of its best trials on fresh networks included."""
        fit = self.plan.fit
        if fit is None:
            raise ValueError("this run has no fit")
        trials = fit.trials + (fit.leaders.best if fit.leaders else 1) * 10  # the best are simulated again, and longer
        return trials * trial_s(self.plan)[0]

    def fit_mb(self, threads: int, attempt: int) -> int:
        """Return the MB of a worker of the fit, which has so many simulations at a time."""
        return attempt * (BASE_MB + MB_A_SIMULATION * threads)

    def fit_minutes(self, threads: int, attempt: int) -> int:
        """Return the minutes of each of the workers of the fit, which has so many simulations at a time."""
        return _minutes(self.fit_s() / threads / self.plan.run.workers, cost_s(self.plan.model), attempt)


def cost_s(model: Model) -> float:
    """Return the CPU seconds of a biological second: measured when the script was adopted."""
    return model.adopted.cost_s or CPU_S


def compiling(model: Model, names: Iterable[str]) -> list[str]:
    """Return those of the knobs `names` whose values are compiled, so that each value needs a program."""
    if model.adopted.target == "runtime":
        return []
    return [name for name in names if name in model.adopted.settings and model.adopted.settings[name].acts == "program"]


def programs(model: Model, sweeps: Iterable[Sweep]) -> int:
    """Return how many programs the sweeps of a network need: one, and one for each value that is compiled into it."""
    if model.adopted.target == "runtime":
        return 0
    found = {frozenset[tuple[str, float]]()}
    for sweep in sweeps:
        compiled = compiling(model, sweep.axes)
        for sample in grid.samples(sweep, model) if compiled else ():
            found.add(frozenset((name, sample[name]) for name in compiled))
    return len(found)


def _minutes(biological_s: float, cost: float, attempt: int) -> int:
    return attempt * (BASE_MINUTES + math.ceil(MARGIN * cost * biological_s / 60))
