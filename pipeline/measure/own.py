"""Features of a network's own: functions of the recording in a file features.py beside its script.

from pipeline.measure.own import feature

@feature(unit="1", about="fraction of weights below a tenth of the largest")
def weights_low(recording):
    w = recording.state("S", "w")
    return (w < 0.1 * w.max()).mean()
"""

import math
import numbers
import runpy
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pipeline.config.reader import ConfigError
from pipeline.engine.recording import NetworkRecording

Function = TypeVar("Function", bound=Callable[..., Any])

MARK = "_own_feature"


@dataclass(frozen=True)
class Own:
    """A feature of a network's own: its function takes a NetworkRecording and returns a number, None if undefined."""

    name: str
    unit: str
    about: str
    function: Callable[[NetworkRecording], Any]


def feature(*, unit: str, about: str) -> Callable[[Function], Function]:
    """Declare a function of a recording as a feature with its name, a unit and a definition in one sentence."""

    def declare(function: Function) -> Function:
        setattr(function, MARK, (unit, about))
        return function

    return declare


def read_own(path: Path) -> dict[str, Own]:
    """Return the features that a file declares; ConfigError with the line where it cannot be read."""
    try:
        scope = runpy.run_path(str(path))
    except BaseException as error:
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
        at = f", line {lines[-1]}" if lines else ""
        raise ConfigError(f"{path}{at}: cannot be read ({type(error).__name__}: {error}).") from None
    found = {}
    for name, value in scope.items():
        if callable(value) and hasattr(value, MARK):
            unit, about = getattr(value, MARK)
            found[name] = Own(name, unit, about, value)
    if not found:
        raise ConfigError(f"{path}: declares no feature; put @feature(unit=..., about=...) before a function.")
    return found


def measure_own(own: dict[str, Own], recording: NetworkRecording, path: Path) -> dict[str, float | None]:
    """Return the features of a network's own of a recording; ConfigError where a function fails or gives no number."""
    found: dict[str, float | None] = {}
    for name, one in own.items():
        try:
            value = one.function(recording)
        except Exception as error:
            lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
            at = f", line {lines[-1]}" if lines else ""
            raise ConfigError(f"{path}{at}: {name} fails ({type(error).__name__}: {error}).") from None
        scalar = getattr(value, "shape", None) == () and value.dtype.kind in "biuf"  # of NumPy
        if value is not None and not isinstance(value, numbers.Real) and not scalar:
            raise ConfigError(f"{path}: {name} returns {type(value).__name__}, but must return a number or None.")
        found[name] = float(value) if value is not None and math.isfinite(float(value)) else None
    return found
