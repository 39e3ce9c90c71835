"""What the step and the integrator do to features: the same networks in steps a quarter as long, and by both methods.

Networks with the same seeds have the same connections and differ in what is random while they run, since finer steps
draw other numbers: so differences are means over networks, with the standard error of the differences.
"""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.config.reader import ConfigError
from pipeline.engine.scripts import ScriptEngine
from pipeline.engine.translated import Scheme
from pipeline.engine.translator import RefusedError
from pipeline.measure.measure import Value
from pipeline.measure.network import measured, needs_everything
from pipeline.network.adopted import ALL, METHOD
from pipeline.network.model import Model

FINER = 4
"""By how much the reference divides the step: the error of a second-order scheme is 1/16 there."""


@dataclass(frozen=True)
class Way:
    """A way to integrate: its words, CPU seconds of a biological second, and features of each network."""

    name: str
    cpu_s: float
    features: Mapping[str, np.ndarray]
    """By feature a value for each network, NaN where undefined."""


def ways(model: Model) -> dict[str, Scheme]:
    """Return the schemes to compare by their words: the script as written and staggered_midpoint, coarse and fine."""
    staggered = model.adopted.staggered or (ALL,)
    return {
        f"{words}, {model.dt_ms / finer:g} ms": Scheme(populations, finer)
        for words, populations in (("as written", ()), (METHOD, staggered))
        for finer in (1, FINER)
    }


def compare(
    model: Model,
    results: Path,
    points: Sequence[Mapping[str, float]],
    cores: int,
    say: Callable[[str], None] = lambda _: None,
) -> list[Way]:
    """Return what each way makes of the same points, which differ in their seeds; the last is the most accurate.

    Without staggered_midpoint where it does not take the equations, which `say` is told. ConfigError for a script that
    needs Brian2's runtime target, whose steps only the script sets, and for a point that diverges.
    """
    if model.adopted.target == "runtime":
        raise ConfigError(f"{model.path}: runs with Brian2's runtime target: only the script itself sets its step.")
    found = []
    for name, scheme in ways(model).items():
        say(name)
        engine = ScriptEngine(model, results, scheme)
        try:
            engine.prepare(points[0])
        except RefusedError as error:
            engine.close()
            if not scheme.staggered:
                raise
            say(str(error))
            break
        try:
            with ThreadPoolExecutor(cores) as pool:
                rows = list(pool.map(_one, itertools.repeat(engine), itertools.repeat(model), points))
        finally:
            engine.close()
        features = {key: np.array([_number(row[key]) for row, _ in rows]) for key in rows[0][0]}
        seconds = sum(values["transient"] + values["duration"] for values in points)
        found.append(Way(name, sum(cpu for _, cpu in rows) / seconds, features))
    return found


def _one(engine: ScriptEngine, model: Model, values: Mapping[str, float]) -> tuple[dict[str, Value], float]:
    recording, _ = engine.simulate(values, everything=needs_everything(model))
    if recording.divergence is not None:
        raise ConfigError(f"{model.path}: seed_network = {values['seed_network']:g}: {recording.divergence}.")
    return measured(model, recording, values), recording.cpu_s


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def mean_and_error(values: np.ndarray) -> tuple[float, float]:
    """Return the mean of the defined values and its standard error; NaN where there is none, or for the error one."""
    defined = values[np.isfinite(values)]
    if not defined.size:
        return math.nan, math.nan
    error = float(defined.std(ddof=1) / math.sqrt(defined.size)) if defined.size > 1 else math.nan
    return float(defined.mean()), error
