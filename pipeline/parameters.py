"""The knobs of the network: names, values, units, bounds, and the protocols that set them. Reads config/model.yaml.

`ConfigError` is the one error for bad input, here and in every reader of config/: one sentence that names file, key,
value and what is allowed.
"""

import difflib
import hashlib
import json
import math
import re
import reprlib
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.equations import neuron
from pipeline.thalamus import THALAMUS
from pipeline.units import UNITS

POPULATIONS = ("T", "E", "I")

NEEDED = (
    *("transient", "duration", "seed_network", "seed_input", "t_rest", "t_rise", "t_whisk", "T_w", "t_c", "tau_c"),
    *("A_T", "C_T", "f_halo", "V_init_min", "V_init_max", "V_rearm", "V_spike"),
)
"""Knobs that must have these names: features, protocols and checks ask for them."""

TOGETHER = ("duration", "t_rest", "t_rise", "t_whisk", "T_w", "t_c", "tau_c", "V_init_min", "V_init_max", *NEEDED[-2:])
"""Knobs whose values may contradict each other."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z]\w*$", max_length=100)]
"""The name of a knob or a protocol."""

Word = Annotated[str, Field(pattern=r"^\w+$", max_length=100)]
"""A name that goes into file names and command lines."""

File = Annotated[str, Field(pattern=r"^[^-\x00-\x1f\x7f{}*?\[\]][^\x00-\x1f\x7f{}*?\[\]]*$", max_length=1000)]
"""A path without control characters, a dash in front, or what stands for other characters in Snakemake's patterns.

Short enough for the longest path that systems take, 4096 characters, to hold what a run makes below it.
"""

LARGEST_SEED = 2**31 - 1

RUN_KNOBS = ("transient", "duration", "seed_network", "seed_input")
"""Knobs that belong to a run rather than to the network or its input."""


class ConfigError(ValueError):
    """Bad input, said in one sentence on one line."""

    def __init__(self, message: str) -> None:
        shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message)
        super().__init__(shown if len(shown) <= LONGEST else f"{shown[:LONGEST]} ...")


LONGEST = 2000
"""Characters of a message; what is longer quotes something huge."""


class Frozen(BaseModel):
    """A part of a configuration: typed, immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Knob(Frozen):
    """One number that the compiled program takes at run time."""

    value: float
    unit: str
    min: float
    max: float
    sets: tuple[str, ...] = Field(strict=False)
    about: str
    integer: bool = False

    @property
    def si(self) -> float:
        """Factor from the knob's unit to SI."""
        return UNITS[self.unit][0]

    @model_validator(mode="after")
    def _consistent(self) -> "Knob":
        if self.unit not in UNITS:
            raise ValueError(f"unit {self.unit!r} is none of {', '.join(UNITS)}")
        if not self.min <= self.value <= self.max:
            raise ValueError(f"value {self.value:g} is outside [{self.min:g}, {self.max:g}]")
        return self


class Model(Frozen):
    """The network: population sizes and step, which are compiled, and knobs and protocols, which are not."""

    source: str
    populations: dict[str, Annotated[int, Field(ge=1, le=1_000_000)]]
    dt_ms: float = Field(ge=0.001, le=1)
    knobs: dict[Name, Knob]
    protocols: dict[Name, dict[str, float]] = Field(min_length=1)

    @model_validator(mode="after")
    def _complete(self) -> "Model":
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
        """Raise ConfigError unless every key is a knob and every value lies within its bounds."""
        for name, value in settings.items():
            if name not in self.knobs:
                raise ConfigError(f"{where}: unknown knob {name!r}{nearest(name, self.knobs)}.")
            knob = self.knobs[name]
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ConfigError(f"{where}: {name} is {value!r}, but must be a number in {knob.unit}.")
            if not knob.min <= value <= knob.max:
                raise ConfigError(
                    f"{where}: {name} = {value:g} is outside its range [{knob.min:g}, {knob.max:g}] {knob.unit}."
                )
            if knob.integer and value != int(value):
                raise ConfigError(f"{where}: {name} = {value:g} must be an integer.")
            if name.startswith("K_") and value > self.populations.get(name[-1], math.inf):
                raise ConfigError(
                    f"{where}: {name} = {value:g} gives a connection probability K/N above 1, "
                    f"since population {name[-1]} has {self.populations[name[-1]]} neurons."
                )

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


def nearest(name: str, known: Iterable[str]) -> str:
    """Return '; nearest known: X' for an error message, or the list of all names where none is near."""
    known = list(known)
    name = f"{name}"[:100]
    close = difflib.get_close_matches(name, known, 1, cutoff=0.5)
    return f"; nearest known: {close[0]}" if close else f"; known: {', '.join(known)}"


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML loader that refuses a key given twice, where PyYAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable):
                if key in seen:
                    raise ConfigError(f"{node.start_mark.name}: key {key!r} is given twice.")
                seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path | str) -> Any:
    """Return the content of a YAML file; ConfigError where it is missing, malformed or gives a key twice."""
    try:
        with open(path, encoding="utf-8") as file:
            return yaml.load(file, _UniqueKeyLoader)  # noqa: S506, derived from SafeLoader
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from None
    except ConfigError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a wrong date or integer is a mere ValueError
        raise ConfigError(f"{path}: is not valid YAML ({' '.join(str(error).split())}).") from None


_SHORT = reprlib.Repr()
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxother, _SHORT.maxlist, _SHORT.maxdict = 2, 200, 200, 3, 3

FrozenT = TypeVar("FrozenT", bound=Frozen)


def parse(kind: type[FrozenT], content: Any, where: Path | str) -> FrozenT:
    """Return `content` as a `kind`; ConfigError names the file, the key, the value and what is allowed."""
    if not isinstance(content, dict):
        raise ConfigError(f"{where}: must be a mapping of keys, not {_SHORT.repr(content)}.")
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise ConfigError(f"{where}: {_first_problem(error, kind)}.") from None


def _first_problem(error: ValidationError, kind: type[Frozen]) -> str:
    problems = error.errors()
    # a misspelt key is both unknown and missing: name what was written
    problem = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    key = ".".join(str(part) for part in problem["loc"]) or "content"
    if problem["type"] == "extra_forbidden":
        known = kind.model_fields if len(problem["loc"]) == 1 else ()
        return f"unknown key {key!r}" + (nearest(key, known) if known else "")
    if problem["type"] == "missing":
        return f"key {key!r} is missing"
    message = problem["msg"].removeprefix("Value error, ").removesuffix(".")
    value = problem["input"]
    shown = f" = {_SHORT.repr(value)}" if isinstance(value, str | int | float | bool | None) else ""
    return f"{key}{shown}: {message}"


def read_model(path: Path | str) -> Model:
    """Return the model of a YAML file such as config/model.yaml."""
    return parse(Model, read_yaml(path), path)


def fingerprint(*parts: Any) -> str:
    """Return 16 hexadecimal digits that change when any part does; parts are JSON-like."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
