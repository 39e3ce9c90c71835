"""Features of a network's own: functions of the recording in a file features.py beside its script.

from pipeline.measure.own import feature

@feature(unit="1", about="fraction of weights below a tenth of the largest", states=True)
def weights_low(recording):
    w = recording.state("S", "w")
    return (w < 0.1 * w.max()).mean()

A function may take the values of the knobs, too: `def response(recording, values)`. Where many features share their
work, one function returns all of them: see `features`.
"""

import functools
import inspect
import math
import numbers
import re
import runpy
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pipeline.config.reader import ConfigError, unreadable
from pipeline.engine.recording import NetworkRecording
from pipeline.measure.patterns import ANYTHING, PATTERNS, Feature
from pipeline.measure.table import named
from pipeline.network.sites import read_source

Function = TypeVar("Function", bound=Callable[..., Any])

MARK = "_own_features"

Value = float | int | list[float] | None


@dataclass(frozen=True)
class Own:
    """Features that one function gives of a NetworkRecording: a number for the one there is, or a dict of them.

    `states`: whether it asks for recording.state, which is kept only then.
    """

    features: tuple[Feature, ...]
    together: bool
    states: bool
    function: Callable[..., Any]


def feature(
    *, unit: str, about: str, states: bool = False, within: tuple[float, float] = ANYTHING
) -> Callable[[Function], Function]:
    """Declare a function of a recording as a feature with its name, a unit and a definition in one sentence.

    `states`: whether it asks for variables of the network with recording.state. `within`: what it is never beyond, as
    no target of a fit may be.
    """
    if not (isinstance(unit, str) and isinstance(about, str)):
        raise TypeError(f"unit and about must be text, not {unit!r} and {about!r}")

    def declare(function: Function) -> Function:
        name = function.__name__
        setattr(function, MARK, ((Feature(name, unit, about, name, "scalar", within=within),), False, states))
        return function

    return declare


def features(table: Iterable[Feature], *, states: bool = False) -> Callable[[Function], Function]:
    """Declare a function of a recording and the knobs' values as many features: it returns a dict of all in `table`."""

    def declare(function: Function) -> Function:
        setattr(function, MARK, (tuple(table), True, states))
        return function

    return declare


def read_own(path: Path) -> list[Own]:
    """Return the features that a file declares; ConfigError with the line where it cannot be read."""
    try:
        read_source(path)
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from None
    except SyntaxError as error:
        raise ConfigError(f"{path}: cannot be read ({error.msg}).") from None


@functools.lru_cache(maxsize=8)
def _read(path: Path, _: int) -> list[Own]:
    try:
        scope = runpy.run_path(str(path))
    except BaseException as error:
        raise ConfigError(f"{path}{_line(error, path)}: cannot be read ({type(error).__name__}: {error}).") from None
    marked = [value for value in scope.values() if callable(value) and hasattr(value, MARK)]
    found = []
    for function in dict.fromkeys(marked):
        declared, together, states = getattr(function, MARK)
        found.append(Own(declared, together, states, function))
    if not found:
        raise ConfigError(f"{path}: declares no feature; put @feature(unit=..., about=...) before a function.")
    return found


def placed(feature: Feature, usual: Mapping[str, Feature], populations: Iterable[str]) -> Feature:
    """Return a feature as a network's own, with the populations that it is of, as its name says, and its pattern.

    One with name and unit of one of the `usual` features is of its pattern. Others are of the one or two populations
    whose names stand in theirs between underscores: the pattern of z1_E is z1_P.
    """
    feature, unlabelled = replace(feature, own=True), feature.label == feature.name
    same = usual.get(feature.name)
    if same is not None and same.unit == feature.unit:
        label = same.label if unlabelled else feature.label
        return replace(feature, label=label, pattern=same.pattern, populations=same.populations)
    longest_first = sorted(map(re.escape, populations), key=len, reverse=True)
    form = re.compile(rf"(?<![^_])(?:{'|'.join(longest_first)})(?![^_])")
    found = tuple(form.findall(feature.name))
    if not 1 <= len(found) <= 2 or not all(found):
        return feature
    letters = iter("PQ")
    pattern = form.sub(lambda _: next(letters), feature.name) if unlabelled else ""
    any_network = next((one for one in PATTERNS if one.name == pattern), None)
    if any_network is None:
        return replace(feature, pattern=pattern, populations=found)
    if any_network.unit != feature.unit:
        return replace(feature, populations=found)
    return replace(feature, label=named(any_network.label, found), pattern=pattern, populations=found)


def _line(error: BaseException, path: Path) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f", line {lines[-1]}" if lines else ""


def measure_own(own: Own, recording: NetworkRecording, values: Mapping[str, float], path: Path) -> dict[str, Value]:
    """Return the features that one function gives of a recording; ConfigError where it fails or gives no number."""
    name = own.function.__name__
    arguments = (recording, values)[: len(inspect.signature(own.function).parameters)]
    try:
        given = own.function(*arguments)
    except Exception as error:
        raise ConfigError(f"{path}{_line(error, path)}: {name} fails ({type(error).__name__}: {error}).") from None
    if not own.together:
        return {name: _number(given, f"{path}: {name} returns")}
    wanted = [feature.name for feature in own.features]
    if not isinstance(given, dict) or set(given) != set(wanted):
        raise ConfigError(f"{path}: {name} must return a dict of all features in its table, and of no other.")
    found: dict[str, Value] = {}
    for feature in own.features:
        value = given[feature.name]
        where = f"{path}: {name} returns for {feature.name}"
        if feature.kind != "curve" or value is None:
            number = _number(value, where)
            found[feature.name] = int(number) if feature.kind == "count" and number is not None else number
        else:
            parts = [_number(part, where) for part in value]
            found[feature.name] = None if None in parts else [part for part in parts if part is not None]
    return found


def _number(value: Any, where: str) -> float | None:
    """Return a value as a number, None where it is not finite; ConfigError where it is none."""
    scalar = getattr(value, "shape", None) == () and value.dtype.kind in "biuf"  # of NumPy
    if value is not None and not isinstance(value, numbers.Real) and not scalar:
        raise ConfigError(f"{where} {type(value).__name__}, but must return a number or None.")
    return float(value) if value is not None and math.isfinite(float(value)) else None
