"""What makes one run of a script another than those before it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import brian2 as b2
import numpy as np
from brian2.core.variables import ArrayVariable

DRAWS = 5.0
"""Two means of random numbers are alike when they differ by less than so many standard errors."""


@dataclass(frozen=True)
class Kind:
    """What a run is of: its objects as text, and its numbers, each with its standard error."""

    text: str
    numbers: tuple[tuple[float, float], ...]

    def like(self, other: "Kind") -> bool:
        """Tell whether another run is of the same, drawn anew at most."""
        return (
            self.text == other.text
            and len(self.numbers) == len(other.numbers)
            and all(
                abs(a - b) <= DRAWS * math.hypot(s, t) + 1e-9 * abs(a)
                for (a, s), (b, t) in zip(self.numbers, other.numbers, strict=True)
            )
        )


def kind_of(objects: Iterable[Any], names: Mapping[str, Any], start_s: float, duration_s: float) -> Kind:
    """Return what a run of these objects with these names is of, from `start_s` of its network on."""
    parts = []
    for made in objects:
        if isinstance(made, b2.NeuronGroup | b2.Synapses | b2.PoissonInput | b2.PoissonGroup):
            parts.append((_text(made), _numbers(made)))
        elif isinstance(made, b2.SpikeGeneratorGroup):
            planned = _planned(made, start_s, duration_s)
            parts.append((f"{_text(made)} {'sends' if planned[0] else 'sends nothing'}", [planned]))
    parts.sort()
    texts = [text for text, _ in parts]
    numbers = [number for _, some in parts for number in some]
    for name, value in sorted(names.items()):  # those without a unit are counters and results as often as not
        if isinstance(value, b2.Quantity) and value.ndim == 0 and name not in vars(b2):
            texts.append(name)
            numbers.append((float(value), 0.0))
    return Kind("\n".join(texts), (*numbers, (duration_s, 0.0)))


def _planned(made: b2.SpikeGeneratorGroup, start_s: float, duration_s: float) -> tuple[float, float]:
    """Return how many spikes a generator will send in the run."""
    times = np.asarray(made.variables["spike_time"].get_value())
    sent = int(((times >= start_s) & (times < start_s + duration_s)).sum())
    return float(sent), math.sqrt(sent)


def _text(made: Any) -> str:
    texts = [type(made).__name__, *map(str, getattr(made, "equations", {}).values())]
    texts += [f"{key}: {code}" for key, code in sorted(getattr(made, "event_codes", {}).items())]
    texts += [path.code for path in getattr(made, "_pathways", [])]
    if not isinstance(made, b2.Synapses) and hasattr(made, "__len__"):
        texts.append(f"{len(made)}")
    return "\n".join(texts)


def _numbers(made: Any) -> list[tuple[float, float]]:
    found = [(float(made.clock.dt_), 0.0)]
    if isinstance(made, b2.Synapses):
        found.append((float(len(made)), math.sqrt(len(made))))
    for name, equation in getattr(made, "equations", {}).items():
        variable = made.variables.get(name)
        if equation.type != "parameter" or not isinstance(variable, ArrayVariable):  # a link may lead to an expression
            continue
        values = np.asarray(variable.get_value(), float).ravel()
        if len(values):
            found.append((float(values.mean()), float(values.std()) / math.sqrt(len(values))))
    return found
