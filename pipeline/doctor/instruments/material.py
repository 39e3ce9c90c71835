"""What is known of one network: all that was measured, on which the findings rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.doctor.instruments.census import Census
from pipeline.doctor.instruments.constants import Change
from pipeline.doctor.instruments.dynamics import Dynamics, Values
from pipeline.doctor.instruments.envelope import currents
from pipeline.doctor.instruments.events import Event
from pipeline.doctor.instruments.experiments import Outcome
from pipeline.doctor.instruments.halving import Drift
from pipeline.doctor.instruments.observation import Bounds, Observation
from pipeline.doctor.instruments.pairs import Plasticity
from pipeline.doctor.instruments.rest import Rest
from pipeline.doctor.instruments.stability import Stability
from pipeline.doctor.instruments.subject import Subject


@dataclass(frozen=True)
class Check:
    """Whether a check was made, and if not, why it does not apply."""

    name: str
    outcome: str


@dataclass
class Material:
    """What the experiments gave."""

    subject: Subject
    checks: list[Check] = field(default_factory=list)
    dynamics: dict[str, Dynamics] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)
    bounds: Bounds = field(default_factory=dict)
    written: dict[str, set[str]] = field(default_factory=dict)
    """By group: variables that synapses write."""
    starts_v: dict[str, tuple[float, float]] = field(default_factory=dict)
    """By group: lowest and highest potential before the run."""
    rests: dict[str, Rest] = field(default_factory=dict)
    seen: Observation | None = None
    runs: dict[int, Observation | str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    waiting: set[tuple[str, str]] = field(default_factory=set)
    """Names of synapses and of the parameter or state that is 0 and without which they do nothing."""
    plasticity: list[Plasticity] = field(default_factory=list)
    spikes: dict[str, tuple[np.ndarray, Values]] = field(default_factory=dict)
    """By conductance-based group: times and states of a free neuron's spike, finely resolved."""
    stability: dict[str, Stability] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    census: Census = field(default_factory=Census)
    drifts: list[Drift] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    """Of experiments, where the run was in trouble."""
    declared: Mapping[str, float] = field(default_factory=dict)

    def check(self, name: str, outcome: str) -> None:
        """Note that a check was made, or why not."""
        self.checks.append(Check(name, outcome))

    def group(self, name: str) -> Any:
        """Return the object of this name."""
        return next(made for made in self.subject.all_objects if made.name == name)

    @property
    def quiet(self) -> list[str]:
        """Groups with equations that sent no spike in the observed run."""
        spiking = self.seen.spiking if self.seen else {}
        return [name for name, count in spiking.items() if not count.n and name in self.dynamics]

    @property
    def all_quiet(self) -> bool:
        """No group with equations sent a spike."""
        spiking = self.seen.spiking if self.seen else {}
        return not any(count.n for name, count in spiking.items() if name in self.dynamics)

    def states(self, name: str) -> Values | None:
        """Return the values of a group's variables at each state that the run kept, None where it kept none."""
        samples = self.seen.samples.get(name) if self.seen else None
        if not samples:
            return None
        count = min(len(column) for column in samples.values())
        kept = {n: column[:count] for n, column in samples.items()}
        return self.dynamics[name].now(np.zeros(count, int)) | kept

    def label(self, name: str) -> str:
        """Return the script's variable for the object of this name."""
        return self.subject.label(self.group(name))


def reached_far(found: Material, seen: Observation) -> bool:
    """Tell whether a value went so far out of its bounds that no input explains it."""
    beyond = seen.beyond
    assert beyond is not None
    low, high = found.bounds[beyond.group][beyond.variables[0]]
    reached = seen.ranges[beyond.group][beyond.variables[0]]
    about = found.dynamics[beyond.group]
    slack = 0.06 * about.frame.per_volt if beyond.variables[0] == about.v else 0.2
    return reached[0] < low - slack or reached[1] > high + slack


def grave(found: Material) -> bool:
    """Tell whether the observed run was in trouble: not finite, or far out of bounds."""
    seen = found.seen
    return seen is not None and (seen.not_finite is not None or (seen.beyond is not None and reached_far(found, seen)))


def sizes(found: Material, name: str, variable: str) -> tuple[np.ndarray, float]:
    """Return how large a variable of a group was, now and then in the run (none if not seen), and at most."""
    if found.seen is None:
        return np.zeros(0), 0.0
    samples = np.abs(found.seen.samples.get(name, {}).get(variable, np.zeros(0)))
    return samples, float(np.abs(found.seen.ranges.get(name, {}).get(variable, (0.0, 0.0))).max())


def reversal_list(about: Dynamics) -> str:
    """Return the reversal potentials of a group's currents as text."""
    return ", ".join(f"{c.reversal} = {c.reversal_v * 1e3:.4g} mV" for c in currents(about))
