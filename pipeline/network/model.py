"""What every network is to the rest of the package: knobs, protocols, the values of a point."""

import math
import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field, JsonValue, model_validator

from pipeline.config.reader import ConfigError, Frozen, Name, Real, fingerprint, nearest
from pipeline.network.adopted import FILE, Adopted, beside
from pipeline.network.rested import meaning, rests_on
from pipeline.network.rules import Rule

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


TABLE = "knobs.yaml"
"""Name of the knob table in the folder of a network."""

OWN_FEATURES = "features.py"
"""Name of the file with a network's own features, beside its script."""


MS: dict[str, JsonValue] = {"unit": "ms"}


class Times(Frozen):
    """When something happens to the network: with a period, or at times; responses are measured in `window_ms`."""

    period_ms: float | None = Field(None, gt=0, description="The time from one to the next.", json_schema_extra=MS)
    onset_ms: float = Field(0, ge=0, description="When the first comes.", json_schema_extra=MS)
    times_ms: Annotated[tuple[Real, ...], Field(strict=False)] | None = Field(
        None, description="When they come, one by one, instead of a period.", json_schema_extra=MS
    )
    window_ms: float = Field(
        25,
        gt=0,
        description="How long a response is counted, and before an event what it exceeds.",
        json_schema_extra=MS,
    )

    @model_validator(mode="after")
    def _one(self) -> "Times":
        if (self.period_ms is None) == (self.times_ms is None):
            raise ValueError("takes either period_ms or times_ms")
        return self


class Model(Frozen):
    """A network: a script, what is known of it, its knobs, and its protocols, which are sets of values of knobs."""

    populations: dict[str, Annotated[int, Field(ge=1)]]
    dt_ms: float
    knobs: dict[Name, Knob]
    protocols: dict[Name, dict[str, float]] = Field(min_length=1)
    table: str
    path: str
    adopted: Adopted
    events: Times | None
    strict: bool
    rules: dict[str, str] = {}
    alive: dict[str, tuple[float, float]] = {}
    own_features_alone: bool = False
    source: str = ""

    @cached_property
    def _rules(self) -> tuple[Rule, ...]:
        return tuple(Rule.read(text, why) for text, why in self.rules.items())

    @property
    def together(self) -> tuple[str, ...]:
        """Knobs whose values may contradict each other."""
        return tuple(dict.fromkeys(name for rule in self._rules for name in rule.names))

    @property
    def envelope(self) -> dict[str, tuple[float, float]]:
        """Rates of populations in spikes/s, low and high, beyond which the network is silent or runs away."""
        return self.alive or dict.fromkeys(self.populations, (0.0, HIGHEST_RATE))

    @cached_property
    def settable(self) -> Mapping[str, Knob]:
        """The knobs of the table, and the other numbers of the script, those that are derived from others included."""
        others = {name: Knob(value=setting.value, unit=setting.unit) for name, setting in self.adopted.settings.items()}
        return others | dict(self.knobs)

    def check(self, settings: Mapping[str, float], where: str) -> None:
        """Raise ConfigError unless every key is a knob and every value one that it may have."""
        for name, value in settings.items():
            if name not in self.settable:
                raise ConfigError(f"{where}: unknown knob {name!r}{nearest(name, self.settable)}.")
            knob = self.settable[name]
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ConfigError(f"{where}: {name} is {value!r}, but must be a number in {knob.unit}.")
            if not math.isfinite(value):
                raise ConfigError(f"{where}: {name} = {value:g} must be a finite number.")
            if not knob.min <= value <= knob.max:
                raise ConfigError(
                    f"{where}: {name} = {value:g} is outside its range [{knob.min:g}, {knob.max:g}]{_of(knob.unit)}."
                )
            if knob.integer and value != int(value):
                raise ConfigError(f"{where}: {name} = {value:g} must be an integer.")
            setting = self.adopted.settings.get(name)
            if setting is not None and setting.sizes and (value < 1 or value != int(value)):
                raise ConfigError(
                    f"{where}: {name} = {value:g} must be a whole number of at least 1: it is {setting.on[0]}."
                )
            if setting is not None and setting.acts == "refused" and value != setting.value:
                raise ConfigError(f"{where}: {name} = {value:g}: the script fails with another value ({setting.on[0]})")

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

    def check_together(self, values: Mapping[str, float], where: str) -> None:
        """Raise ConfigError for a run that is shorter than a step, and where a rule of the knob table does not hold."""
        if values["duration"] < self.dt_ms / 1000:
            raise ConfigError(
                f"{where}: duration = {values['duration']:g} s is shorter than a step, {self.dt_ms:g} ms."
            )
        for rule in self._rules:
            known = {name: values.get(name, self.settable[name].value) for name in rule.names}
            if not rule.holds(known):
                shown = (f"{name} = {value:g} {self.settable[name].unit}" for name, value in known.items())
                have = ", ".join(text.removesuffix(" 1") for text in shown)
                raise ConfigError(f"{where}: {rule.why}: {have}, but {rule.text} must hold.")

    def first_wrong(self, columns: Mapping[str, np.ndarray]) -> int | None:
        """Return the first of many points, whose knobs are in columns, that `check` or `check_together` refuses.

        None where they refuse none. A value that is not finite is refused, too.
        """
        n = len(next(iter(columns.values())))
        right = np.ones(n, bool)
        for name, column in columns.items():
            knob, setting = self.settable[name], self.adopted.settings.get(name)
            right &= np.isfinite(column) & (knob.min <= column) & (column <= knob.max)
            if knob.integer:
                right &= column == np.trunc(column)
            if setting is not None and setting.sizes:
                right &= (column >= 1) & (column == np.trunc(column))
            if setting is not None and setting.acts == "refused":
                right &= column == setting.value
        right &= columns["duration"] >= self.dt_ms / 1000
        for rule in self._rules:
            right &= rule.each({name: columns.get(name, np.full(n, self.settable[name].value)) for name in rule.names})
        wrong = np.flatnonzero(~right)
        return int(wrong[0]) if len(wrong) else None

    def refuse_wrong(self, columns: Mapping[str, np.ndarray], where: str) -> None:
        """Raise ConfigError, with `where`, for the first of many points, whose knobs are in columns, that is wrong."""
        wrong = self.first_wrong(columns)
        if wrong is not None:
            point = {name: float(column[wrong]) for name, column in columns.items()}
            self.check(point, where)
            self.check_together(point, where)

    def whole(self, name: str) -> bool:
        """Return whether a knob takes whole numbers alone."""
        knob, setting = self.settable.get(name), self.adopted.settings.get(name)
        return (knob is not None and knob.integer) or (setting is not None and bool(setting.sizes))

    def follows_from(self, name: str) -> tuple[str, ...]:
        """Return from which numbers one without a line in the table follows, unless it is set; none if from none."""
        setting = self.adopted.settings.get(name)
        return setting.reads if name not in self.knobs and setting is not None else ()

    def without_effect(self, name: str) -> bool:
        """Return whether a number acts on nothing."""
        setting = self.adopted.settings.get(name)
        return setting is not None and setting.acts == "nothing"

    @property
    def own_features(self) -> Path | None:
        """The file of the network's own features, None where there is none."""
        path = Path(self.path).parent / OWN_FEATURES
        return path if os.path.lexists(path) else None  # a folder or a broken link of that name is read, and refused

    @property
    def folder(self) -> str:
        """The folder of its knob table."""
        return str(Path(self.table).parent)

    @property
    def files(self) -> tuple[Path, ...]:
        """The script, what is known of it, its own features, what these rest on, and what it imports or reads there."""
        own = [self.own_features, *rests_on(self.own_features)] if self.own_features else []
        script = Path(self.path)
        read = [script.parent / name for name in self.adopted.data if not Path(name).is_absolute()]
        files = [Path(self.table), script, Path(self.folder, FILE), *own, *beside(script), *read]
        return tuple(dict.fromkeys(files))

    @property
    def own_meaning(self) -> str:
        """What tells the network's own features and all that they rest on from others, '' where there are none."""
        return meaning(self.own_features) if self.own_features else ""

    def identity(self, protocols: Iterable[str]) -> str:
        """Return a fingerprint of what table and script say of these protocols: no bounds, no descriptions.

        What simulates them is `scripts.meaning`, which has the files that the script reads, too.
        """
        values = {name: knob.value for name, knob in self.knobs.items()}
        more = self.adopted.sha256, self.events, self.strict, self.own_features_alone, self.alive, self.own_meaning
        return fingerprint(values, {name: self.protocols[name] for name in protocols}, *more)


def _of(unit: str) -> str:
    return "" if unit == "1" else f" {unit}"


def refuse_run_knobs(settings: Iterable[str]) -> None:
    """Refuse, with ValueError, to set what networks, first_seed and duration set, but the transient."""
    for name in set(RUN_KNOBS[1:]).intersection(settings):
        raise ValueError(f"{name} is not to be set; see the keys duration, networks and first_seed")
