"""What is left of a run and what it takes: arithmetic on points, trials and costs; nothing is simulated here.

A cost is CPU seconds of the program for a biological second, which is a second of a simulated network's own time.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.measure.network import feature_table
from pipeline.network.model import Model
from pipeline.plan.run import Plan
from pipeline.sweep.design import Sweep

DIRECT_S, PYTHON_S = 0.007, 0.15
"""CPU seconds of a point beside its program: with knobs that the program takes, and where the script runs again."""

JOB_S = 3.0
"""CPU seconds of a job of the workflow beside what it simulates: Python and its libraries are loaded."""

COMPILE_S = 20.0
"""Seconds in which a program is compiled, on all cores."""

COLUMN_BYTES = 75
"""Of a point on disk, for each column of its row: in the journal and in tables."""

SPIKE_BYTES = 6
"""Of a spike on disk, where all are kept."""

USUAL_RATE = 10.0
"""Spikes/s of a neuron, where no rate of the network is known."""

PROGRAM_BYTES, FIGURE_BYTES, REPORT_BYTES = 1_500_000, 120_000, 6_000_000


@dataclass(frozen=True)
class Part:
    """A sweep, or the trials of a fit: `total` points or trials, `done` of them, and what each of the others takes.

    `each_s`: its biological seconds; `cost_s`: CPU seconds of one of these; `beside_s`: CPU seconds of each beside;
    `at_the_end_s`: biological seconds that come once, such as the check of a fit.
    """

    total: int
    done: int
    each_s: float
    cost_s: float
    beside_s: float = 0.0
    at_the_end_s: float = 0.0
    trials: bool = False

    @property
    def left(self) -> int:
        """Points or trials that are to be done."""
        return max(self.total - self.done, 0)

    @property
    def biological_s(self) -> float:
        """Biological seconds that are to be simulated."""
        return self.left * self.each_s + self.at_the_end_s

    @property
    def cpu_s(self) -> float:
        """CPU seconds that are left."""
        return self.biological_s * self.cost_s + self.left * self.beside_s


@dataclass(frozen=True)
class Left:
    """Points and trials of a run, all of them and those that are done, and what the others take.

    `cpu_s_left`: CPU seconds of simulation; `wall_s_left`: seconds until the end of the run on its cores, with
    compiling and the jobs that simulate nothing.
    """

    points_done: int
    points: int
    trials_done: int
    trials: int
    biological_s_left: float
    cpu_s_left: float
    wall_s_left: float


def left(parts: Sequence[Part], cores: int, jobs: int = 0, programs: int = 0) -> Left:
    """Return what is left of a run of these parts, with so many jobs of the workflow and programs to be compiled."""
    cpu_s = sum(part.cpu_s for part in parts)

    def count(trials: bool, what: str) -> int:
        return sum(getattr(part, what) for part in parts if part.trials == trials)

    return Left(
        points_done=min(count(False, "done"), count(False, "total")),
        points=count(False, "total"),
        trials_done=min(count(True, "done"), count(True, "total")),
        trials=count(True, "total"),
        biological_s_left=sum(part.biological_s for part in parts),
        cpu_s_left=cpu_s,
        wall_s_left=(cpu_s + jobs * JOB_S) / cores + programs * COMPILE_S,
    )


def cost_of(spent: Iterable[tuple[float, float]]) -> float | None:
    """Return the CPU seconds of a biological second, of pairs of both; None of none.

    Of all together: points that run away cost several times as much, and weigh so.
    """
    pairs = list(spent)
    biological_s = math.fsum(pair[1] for pair in pairs)
    return math.fsum(pair[0] for pair in pairs) / biological_s if biological_s > 0 else None


def point_s(sweep: Sweep, model: Model) -> float:
    """Return the biological seconds of a point of a sweep, its transient included."""
    return sweep.duration + sweep.set.get("transient", model.knobs["transient"].value)


def beside_s(names: Iterable[str], model: Model) -> float:
    """Return the CPU seconds that a point takes beside its program, where these knobs differ between points."""
    settings = model.adopted.settings
    through_python = any(not settings[name].direct for name in names if name in settings)
    return PYTHON_S if through_python and model.adopted.target == "standalone" else DIRECT_S


def trial_s(plan: Plan) -> tuple[float, float]:
    """Return the biological seconds of a trial of the fit, and those of its check; ValueError without a fit."""
    fit = plan.fit
    if fit is None:
        raise ValueError("this run has no fit")
    transient_s = fit.set.get("transient", plan.model.knobs["transient"].value)
    efforts = [fit.effort_of(protocol) for protocol in plan.fit_protocols]
    check_s = [fit.variant(protocol).duration or fit.check.duration for protocol in plan.fit_protocols]
    return (
        sum(effort.networks * (effort.duration + transient_s) for effort in efforts),
        sum(fit.check.networks * (seconds + transient_s) for seconds in check_s),
    )


def row_bytes(model: Model) -> int:
    """Return the bytes on disk of a point: by the columns of its row, which are knobs and features."""
    return (len(model.knobs) + len(feature_table(model))) * COLUMN_BYTES


def spike_bytes(sweep: Sweep, model: Model, rates: dict[str, float]) -> float:
    """Return the bytes on disk of all spikes of a sweep; rates of populations in spikes/s, USUAL_RATE where unknown."""
    if not sweep.keep_spikes:
        return 0.0
    each_s = sum(size * rates.get(name, USUAL_RATE) for name, size in model.populations.items())
    return sweep.size * point_s(sweep, model) * each_s * SPIKE_BYTES
