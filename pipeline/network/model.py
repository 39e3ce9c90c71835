"""What every network is to the rest of the package: knobs, protocols, the values of a point."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from pipeline.config.reader import ConfigError, Frozen, Name, fingerprint, nearest

RUN_KNOBS = ("transient", "duration", "seed_network", "seed_input")
"""Knobs that belong to a run rather than to the network or its input."""


HIGHEST_RATE = 500.0
"""Spikes/s of a population above which any network runs away; few neurons can fire faster."""


class Knob(Frozen):
    """A number of a network that can be set: its value, in its unit, and the bounds that are allowed."""

    value: float
    unit: str
    min: float = Field(-math.inf, allow_inf_nan=True)
    max: float = Field(math.inf, allow_inf_nan=True)
    about: str = ""
    integer: bool = False


class Model(Frozen):
    """A network: sizes of its populations, step, knobs and protocols, which are sets of values of knobs."""

    populations: dict[str, Annotated[int, Field(ge=1)]]
    dt_ms: float
    knobs: dict[Name, Knob]
    protocols: dict[Name, dict[str, float]] = Field(min_length=1)

    @property
    def settable(self) -> Mapping[str, Knob]:
        """All that may be set: the knobs, and what else the network takes."""
        return self.knobs

    @property
    def files(self) -> tuple[Path, ...]:
        """Files on which the network rests, beside the one that describes it."""
        return ()

    @property
    def envelope(self) -> dict[str, tuple[float, float]]:
        """Rates of populations in spikes/s, low and high, beyond which the network is silent or runs away."""
        return dict.fromkeys(self.populations, (0.0, HIGHEST_RATE))

    @property
    def together(self) -> tuple[str, ...]:
        """Knobs whose values may contradict each other."""
        return ()

    def without_effect(self, name: str) -> bool:
        """Return whether a number is known to act on nothing."""
        return False

    def check(self, settings: Mapping[str, float], where: str) -> None:
        """Raise ConfigError unless every key is a knob and every value lies within its bounds."""
        for name, value in settings.items():
            if name not in self.settable:
                raise ConfigError(f"{where}: unknown knob {name!r}{nearest(name, self.settable)}.")
            knob = self.settable[name]
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ConfigError(f"{where}: {name} is {value!r}, but must be a number in {knob.unit}.")
            if not knob.min <= value <= knob.max:
                raise ConfigError(
                    f"{where}: {name} = {value:g} is outside its range [{knob.min:g}, {knob.max:g}]{_of(knob.unit)}."
                )
            if knob.integer and value != int(value):
                raise ConfigError(f"{where}: {name} = {value:g} must be an integer.")

    def point(self, protocol: str, settings: Mapping[str, float], where: str = "point") -> dict[str, float]:
        """Return the values of all knobs: the model's own, then the protocol's, then `settings`, each over the last.

        Raises ConfigError for an unknown protocol or knob, a value out of range, or values that contradict each other.
        """
        if protocol not in self.protocols:
            raise ConfigError(f"{where}: unknown protocol {protocol!r}{nearest(protocol, self.protocols)}.")
        self.check(settings, where)
        values = {name: knob.value for name, knob in self.knobs.items()} | self.protocols[protocol] | dict(settings)
        self.check_together(values, where)
        return values

    def identity(self, protocols: Iterable[str]) -> str:
        """Return a fingerprint of the values on which points of these protocols rest: no bounds, no descriptions."""
        values = {name: knob.value for name, knob in self.knobs.items()}
        return fingerprint(values, {name: self.protocols[name] for name in protocols})

    def check_together(self, values: Mapping[str, float], where: str) -> None:
        """Raise ConfigError where values of knobs, each within its bounds, contradict each other."""


def _of(unit: str) -> str:
    return "" if unit == "1" else f" {unit}"


def refuse_run_knobs(settings: Iterable[str]) -> None:
    """Refuse, with ValueError, to set what networks, first_seed and duration set, but the transient."""
    for name in set(RUN_KNOBS[1:]).intersection(settings):
        raise ValueError(f"{name} is not to be set; see the keys duration, networks and first_seed")
