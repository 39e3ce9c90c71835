"""What feeds a network from outside: rates of spike sources over time, and Poisson input that needs no synapses."""

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import brian2 as b2
import numpy as np

from pipeline.doctor.instruments.dynamics import Dynamics
from pipeline.doctor.instruments.events import Event, injected
from pipeline.doctor.instruments.subject import Subject

SAMPLES = 40
"""Times of the first second at which rates are looked up: four in each cycle of 10 Hz."""


@dataclass(frozen=True)
class Input:
    """A PoissonInput: `events_hz` of all its inputs together change `variable` of each neuron of `group`."""

    made: Any
    group: Any
    variable: str
    weight: float
    events_hz: float

    def event(self, about: Dynamics, neuron: int, rest_v: float) -> Event:
        """Return what one of its events does to a neuron."""
        return injected(about, neuron, self.variable, self.weight, rest_v, self.made.name)


def inputs(subject: Subject) -> Iterator[Input]:
    """Yield the Poisson inputs of a network."""
    known = {**vars(b2), **subject.namespace}
    for made in subject.all_objects:
        if isinstance(made, b2.PoissonInput):
            with contextlib.suppress(Exception):  # a weight that differs between neurons
                given = made.weight
                weight = float(eval(given, {"__builtins__": {}}, known) if isinstance(given, str) else given)  # noqa: S307
                yield Input(made, made._group, made.target_var, weight, float(made.N * made.rate))


def rate(source: Any, namespace: Mapping[str, Any]) -> np.ndarray | None:
    """Return the mean rate (1/s) of a source's neurons at SAMPLES times; None where only a run would tell.

    It moves the clock: only for a process that ends afterwards.
    """
    times_s = (np.arange(SAMPLES) + 0.5) / SAMPLES
    if isinstance(source, b2.SpikeGeneratorGroup):
        spikes, _ = np.histogram(source._spike_time, np.linspace(0, 1, SAMPLES + 1))
        return spikes * SAMPLES / len(source)
    if isinstance(source, b2.PoissonGroup):
        return np.array([_at(source, "rates", t_s, namespace) for t_s in times_s])
    expected = re.fullmatch(r"(\w+) > next_arrival", getattr(source, "events", {}).get("spike", ""))
    if expected is None:
        return None
    about, dt_s = (
        Dynamics(source, namespace),
        1e-3,
    )  # poisson_neurons of pipeline.library give the integral of their rate
    values = about.now(range(len(source)))

    def until(t_s: float) -> float:
        about.constants["t"] = t_s
        return float(np.mean(about.evaluate(expected[1], dict(values))))

    return np.array([(until(t_s + dt_s / 2) - until(t_s - dt_s / 2)) / dt_s for t_s in times_s])


def _at(source: Any, variable: str, t_s: float, namespace: Mapping[str, Any]) -> float:
    source.clock.variables["t"].get_value()[...] = t_s
    view = source.state(variable, use_units=False)
    return float(np.mean(view.get_item(slice(None), namespace=dict(namespace))))
