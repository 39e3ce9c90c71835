"""What a run left: spikes, potentials over time, what was not finite, what it cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Spikes:
    """Spikes of a population, in any order: spike k at times_s[k] is that of neuron neurons[k], numbered from 0.

    `joins_s`: where times were put one behind the other that do not follow one another, in order.
    """

    times_s: np.ndarray
    neurons: np.ndarray
    size: int
    joins_s: np.ndarray = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        object.__setattr__(self, "times_s", np.asarray(self.times_s, dtype=np.float64))
        object.__setattr__(self, "neurons", np.asarray(self.neurons, dtype=np.int64))  # int32 overflows in `binned`
        if self.times_s.shape != self.neurons.shape or self.times_s.ndim != 1:
            raise ValueError(f"{self.times_s.shape} spike times, but {self.neurons.shape} neurons: one each is needed")
        if len(self.neurons) and not 0 <= self.neurons.min() <= self.neurons.max() < self.size:
            low, high = self.neurons.min(), self.neurons.max()
            raise ValueError(f"spikes of the neurons {low} to {high}, but the population has {self.size}")


def spikes_of(times_s: np.ndarray, neurons: np.ndarray, lags_s: np.ndarray | None, start: int, stop: int) -> Spikes:
    """Return the spikes of the neurons from `start` to before `stop` of those of a group.

    `times_s` are those of steps, after which spikes were by `lags_s` where that is known; none is before 0.
    """
    times_s = np.asarray(times_s, float)
    if lags_s is not None:
        times_s = np.maximum(times_s + lags_s, 0)
    inside = (neurons >= start) & (neurons < stop)
    return Spikes(times_s[inside], neurons[inside].astype(np.int64) - start, stop - start)


@dataclass(frozen=True)
class Potential:
    """The potential of a population over the measured time, from every step, in `unit`.

    `mean` and `var` over time of each neuron, `population_var` over time of the mean of all neurons.
    """

    mean: np.ndarray
    var: np.ndarray
    population_var: float
    unit: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", np.atleast_1d(np.asarray(self.mean, dtype=np.float64)))
        object.__setattr__(self, "var", np.atleast_1d(np.asarray(self.var, dtype=np.float64)))


@dataclass(frozen=True)
class Divergence:
    """The first value that was not finite: in the variable of an object of the script, at an index, when."""

    population: str
    variable: str
    neuron: int
    t_s: float

    def __str__(self) -> str:
        return f"{self.variable} of {self.population}[{self.neuron}] is not finite at t = {1000 * self.t_s:.2f} ms"


@dataclass(frozen=True)
class NetworkRecording:
    """What a run of any network left; spikes since t = 0, by population.

    `states`: variables of all objects at the end and what monitors of the script recorded, by 'object.variable' with
    Brian2's names, in SI; `traces`: (times in s, potentials in SI, steps x neurons) by population, after each
    step; both where asked.
    """

    spikes: dict[str, Spikes]
    potentials: dict[str, Potential]
    divergence: Divergence | None
    wall_s: float
    cpu_s: float
    memory_mb: float
    states: Mapping[str, np.ndarray] = field(default_factory=dict)
    traces: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """What the script calls its objects, by Brian2's names."""

    @property
    def status(self) -> str:
        """'ok', or 'diverged' where a value was not finite."""
        return "ok" if self.divergence is None else "diverged"

    def state(self, name: str, variable: str) -> np.ndarray:
        """Return a variable of an object that the script calls `name`, at the end of the run, in SI.

        KeyError, with what there is, for one that is not there or was not kept.
        """
        for own, said in self.names.items():
            for key in (
                f"{own}.{variable}",
                f"{own}_pre.{variable}",
                f"{own}._pre_{variable}",
            ):  # delays are the pathway's
                if said == name and key in self.states:
                    return self.states[key]
        if not self.states:
            raise KeyError(f"{name}.{variable} is not kept: declare the feature with @feature(..., states=True)")
        known = sorted(f"{self.names.get(key.split('.')[0], '')}.{key.split('.')[1]}" for key in self.states)
        raise KeyError(f"{name}.{variable} is not kept; there are {', '.join(known)}")
