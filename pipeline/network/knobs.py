"""The network of the paper as a model: its knobs with the variables that each sets, and what they must be together."""

import math
import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from pipeline.config.reader import ConfigError, Name, nearest
from pipeline.network.equations import neuron
from pipeline.network.model import Knob, Model
from pipeline.network.thalamus import THALAMUS
from pipeline.network.units import UNITS

POPULATIONS = ("T", "E", "I")

NEEDED = (
    *("transient", "duration", "seed_network", "seed_input", "t_rest", "t_rise", "t_whisk", "T_w", "t_c", "tau_c"),
    *("A_T", "C_T", "f_halo", "V_init_min", "V_init_max", "V_rearm", "V_spike"),
)
"""Knobs that must have these names: features, protocols and checks ask for them."""

TOGETHER = ("duration", "t_rest", "t_rise", "t_whisk", "T_w", "t_c", "tau_c", "V_init_min", "V_init_max", *NEEDED[-2:])
"""Knobs whose values may contradict each other."""


class PaperKnob(Knob):
    """One number that the compiled program takes at run time."""

    min: float
    max: float
    sets: tuple[str, ...] = Field(strict=False)
    about: str

    @property
    def si(self) -> float:
        """Factor from the knob's unit to SI."""
        return UNITS[self.unit][0]

    @model_validator(mode="after")
    def _consistent(self) -> "PaperKnob":
        if self.unit not in UNITS:
            raise ValueError(f"unit {self.unit!r} is none of {', '.join(UNITS)}")
        if not self.min <= self.value <= self.max:
            raise ValueError(f"value {self.value:g} is outside [{self.min:g}, {self.max:g}]")
        return self


class PaperModel(Model):
    """The network: population sizes and step, which are compiled, and knobs and protocols, which are not."""

    source: str
    populations: dict[str, Annotated[int, Field(ge=1, le=1_000_000)]]
    dt_ms: float = Field(ge=0.001, le=1)
    knobs: dict[Name, PaperKnob]  # type: ignore[assignment]

    @property
    def together(self) -> tuple[str, ...]:
        """Knobs whose values may contradict each other."""
        return TOGETHER

    @property
    def envelope(self) -> dict[str, tuple[float, float]]:
        """Rates within which the network is alive."""
        return {"E": (0.01, 100.0), "I": (0.1, 300.0)}

    @model_validator(mode="after")
    def _complete(self) -> "PaperModel":
        if set(self.populations) != set(POPULATIONS):
            raise ValueError(f"populations must give a size for each of {', '.join(POPULATIONS)}, and for no other")
        self._check_variables()
        if missing := [name for name in NEEDED if name not in self.knobs]:
            raise ValueError(f"knobs lacks {', '.join(missing)}")
        self.check({name: knob.value for name, knob in self.knobs.items()}, "knobs")
        for name, settings in self.protocols.items():
            self.check(settings, f"protocols.{name}")
        return self

    def _check_variables(self) -> None:
        """Refuse knobs that do not set each variable of the equations once, in its dimension: else it would be 0."""
        declared = {
            f"{group}.{name}": "1" if unit == "integer" else unit
            for group, equations in (("E", neuron("E")), ("I", neuron("I")), ("T", THALAMUS))
            for name, unit in re.findall(r"^(\w+) : (\S+) \(shared, constant\)", equations, re.MULTILINE)
        }
        setter: dict[str, str] = {}
        for name, knob in self.knobs.items():
            for variable in knob.sets:
                if variable not in declared:
                    raise ValueError(
                        f"knobs.{name} sets {variable!r}, an unknown variable{nearest(variable, declared)}"
                    )
                if variable in setter:
                    raise ValueError(f"knobs.{name} sets {variable!r}, which knobs.{setter[variable]} sets already")
                if UNITS[knob.unit][1] != declared[variable]:
                    raise ValueError(
                        f"knobs.{name} has the unit {knob.unit!r}, but {variable!r} is in {declared[variable]}"
                    )
                setter[variable] = name
        if unset := sorted(declared.keys() - setter.keys()):
            raise ValueError(f"no knob sets {', '.join(unset)}")

    def check(self, settings: Mapping[str, float], where: str) -> None:
        """As for every network; in-degrees above the size of a population are refused, too."""
        super().check(settings, where)
        for name, value in settings.items():
            if name.startswith("K_") and value > self.populations.get(name[-1], math.inf):
                raise ConfigError(
                    f"{where}: {name} = {value:g} gives a connection probability K/N above 1, "
                    f"since population {name[-1]} has {self.populations[name[-1]]} neurons."
                )

    def check_together(self, values: Mapping[str, float], where: str) -> None:
        """Raise ConfigError where values of knobs, each within its bounds, contradict each other."""
        if values["T_w"] <= 0:
            raise ConfigError(f"{where}: T_w = {values['T_w']:g} ms must be above 0.")
        period_s = period_ms(values) / 1000
        if values["duration"] < period_s:
            raise ConfigError(
                f"{where}: duration = {values['duration']:g} s is shorter than one cycle or episode, {period_s:g} s."
            )
        if values["t_c"] + values["tau_c"] > values["T_w"]:
            raise ConfigError(
                f"{where}: t_c + tau_c = {values['t_c'] + values['tau_c']:g} ms ends after the cycle, "
                f"T_w = {values['T_w']:g} ms."
            )
        if period_ms(values) % values["T_w"] > 0:
            raise ConfigError(
                f"{where}: t_rest + t_rise + t_whisk = {period_ms(values):g} ms is not a whole number of cycles, "
                f"T_w = {values['T_w']:g} ms."
            )
        for low, high in (("V_init_min", "V_init_max"), ("V_rearm", "V_spike")):
            if values[low] > values[high]:
                raise ConfigError(f"{where}: {low} = {values[low]:g} mV is above {high} = {values[high]:g} mV.")


def period_ms(values: Mapping[str, float]) -> float:
    """Return the time in ms after which the input repeats: a whisking cycle, or an episode where it has rests."""
    before_ms = values["t_rest"] + values["t_rise"]
    return before_ms + values["t_whisk"] if before_ms > 0 else values["T_w"]
