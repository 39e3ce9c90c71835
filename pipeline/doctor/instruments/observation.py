"""What a run showed: where and when the first value left its bounds, spikes, ranges, samples, traces."""

from dataclasses import dataclass, field

import numpy as np

from pipeline.doctor.instruments.failing import Failure
from pipeline.doctor.instruments.hearing import Logged
from pipeline.doctor.instruments.origin import Origin

Bounds = dict[str, dict[str, tuple[float, float]]]
Span = tuple[float, float, float]
"""Lowest, mean, highest."""


@dataclass
class Sighting:
    """The first value out of bounds, or not finite."""

    t_s: float
    slot: str
    group: str
    variables: list[str]
    neuron: int
    value: float
    how_many: int


@dataclass
class Spiking:
    """What a group sent."""

    n: int = 0
    first_s: float | None = None
    last_s: float | None = None
    repeats: int = 0
    """Spikes of a neuron that had spiked in the step before."""
    action_potentials: int = 0
    crossings: int = 0
    """Upward crossings of the threshold itself."""
    crossings_refractory: int = 0
    """How often a neuron was beyond the threshold and refractory, and was not in the step before."""
    neurons: int = 0


@dataclass
class Observation:
    """What a run showed. Arrays by group, then variable."""

    start_s: float
    end_s: float
    dt_s: float
    cpu_s: float = 0.0
    not_finite: Sighting | None = None
    beyond: Sighting | None = None
    origin: Origin | None = None
    """The operation that made the first value that is not finite."""
    logged: list[Logged] = field(default_factory=list)
    """What Brian2 warned of."""
    history: dict[str, np.ndarray] = field(default_factory=dict)
    """Of the neuron of `not_finite`, or else of `beyond`: 't' and each variable, the last steps before."""
    nan_neurons: dict[str, int] = field(default_factory=dict)
    nan_at_start: dict[str, dict[str, int]] = field(default_factory=dict)
    spiking: dict[str, Spiking] = field(default_factory=dict)
    ranges: dict[str, dict[str, tuple[float, float]]] = field(default_factory=dict)
    samples: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    """States one step before spikes, and now and then."""
    weights: dict[str, dict[str, tuple[Span, Span]]] = field(default_factory=dict)
    """By synapses and variable: lowest, mean and highest before and after, where that changed."""
    final: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    trace: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    """The potential of the first neuron that spiked, or of neuron 0, over the whole run: 't' and 'v'."""
    stopped: str | None = None
    failure: Failure | None = None
    """The exception of the script's own code that ended it."""

    @property
    def trouble(self) -> Sighting | None:
        """What went wrong first, if anything did."""
        found = [seen for seen in (self.beyond, self.not_finite) if seen]
        return min(found, key=lambda seen: seen.t_s) if found else None
