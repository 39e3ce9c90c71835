"""What the step and the integrator do to features: the same networks in the script's step, a half and a quarter of it.

Networks with the same seeds have the same connections and differ in what is random while they run, since finer steps
draw other numbers: so differences are means over networks, with the standard error of the differences. What the
equations say is the limit of ever finer steps, which a line through the three finds: in dt for a way of first order, in
dt^2 for one of second.
"""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
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

PARTS = (1, 2, 4)
"""By how much the script's step is divided."""

ENOUGH = 0.01
"""Relative deviation that a step may make."""

SURE = 3.0
"""Standard errors beyond which a deviation is one."""

CHANCE = 0.01
"""Part of a change that is taken for rounding where networks do not differ at all."""


@dataclass(frozen=True)
class Way:
    """A way to integrate, in the script's step and in finer ones."""

    name: str
    dt_ms: tuple[float, ...]
    """By PARTS."""
    cpu_s: tuple[float, ...]
    """CPU seconds of a biological second at each step."""
    features: Mapping[str, np.ndarray]
    """Of shape (steps, networks), NaN where undefined."""

    @cached_property
    def order(self) -> int:
        """The order, 1 or 2, by which all features together change most as they do.

        Of order q, halving the step changes a feature 2^q times less the second time: what is left of that in each
        feature counts in its standard errors.
        """
        misfits = {1: 0.0, 2: 0.0}
        for values in self.features.values():
            whole = _whole(values)
            if not whole.size:
                continue
            first, second = whole[0] - whole[1], whole[1] - whole[2]
            rounding = CHANCE * (abs(first.mean()) + abs(second.mean()))
            for order in misfits:
                mean, error = mean_and_error(first - 2**order * second)
                scale = math.hypot(0.0 if math.isnan(error) else error, rounding)
                misfits[order] += (mean / scale) ** 2 if scale > 0 else 0.0
        return 1 if misfits[1] <= misfits[2] else 2

    def limit(self, feature: str) -> tuple[float, float]:
        """Return the mean of a feature over networks at ever finer steps and its standard error."""
        return mean_and_error(self._limits(feature))

    def deviations(self, feature: str) -> list[tuple[float, float]]:
        """Return by how much a feature deviates from the limit at each step, and the standard errors."""
        return [mean_and_error(row - self._limits(feature)) for row in _whole(self.features[feature])]

    def needed_ms(self, feature: str) -> float | None:
        """Return the step at which a feature is within ENOUGH of the limit, None where the script's own is."""
        value, error = self.limit(feature)
        deviation, uncertain = self.deviations(feature)[0]
        enough = ENOUGH * abs(value) if abs(value) > SURE * error else 0.0
        if math.isnan(uncertain) or abs(deviation) <= max(SURE * uncertain, enough):
            return None
        allowed = max(enough, uncertain)
        return self.dt_ms[0] * math.pow(allowed / abs(deviation), 1 / self.order)

    def _limits(self, feature: str) -> np.ndarray:
        """Return the intercepts of least-squares lines in dt^order, one a network."""
        design = np.array([[1, (1 / part) ** self.order] for part in PARTS])
        limits: np.ndarray = np.linalg.pinv(design)[0] @ _whole(self.features[feature])
        return limits


def _whole(values: np.ndarray) -> np.ndarray:
    """Return the networks in which a feature is defined at every step."""
    whole: np.ndarray = values[:, np.isfinite(values).all(axis=0)]
    return whole


def schemes(model: Model) -> dict[str, list[Scheme]]:
    """Return the schemes to compare, by PARTS: the script as written, and staggered_midpoint."""
    staggered = model.adopted.staggered or (ALL,)
    return {
        words: [Scheme(populations, part) for part in PARTS]
        for words, populations in (("as written", ()), (METHOD, staggered))
    }


def compare(
    model: Model,
    results: Path,
    points: Sequence[Mapping[str, float]],
    cores: int,
    say: Callable[[str], None] = lambda _: None,
) -> list[Way]:
    """Return what each way makes of the same points, which differ in their seeds.

    Without staggered_midpoint where it does not take the equations, which `say` is told. ConfigError for a script that
    needs Brian2's runtime target, whose steps only the script sets, and for a point that diverges.
    """
    if model.adopted.target == "runtime":
        raise ConfigError(f"{model.path}: runs with Brian2's runtime target: only the script itself sets its step.")
    found = []
    for name, of_steps in schemes(model).items():
        made: list[tuple[float, dict[str, np.ndarray]]] = []
        try:
            for scheme, part in zip(of_steps, PARTS, strict=True):
                say(f"{name}, {model.dt_ms / part:g} ms")
                made.append(_features(model, results, scheme, points, cores))
        except RefusedError as error:
            if made or not of_steps[0].staggered:
                raise
            say(str(error))
            continue
        features = {key: np.array([values[key] for _, values in made]) for key in made[0][1]}
        found.append(Way(name, tuple(model.dt_ms / n for n in PARTS), tuple(cpu_s for cpu_s, _ in made), features))
    return found


def _features(
    model: Model, results: Path, scheme: Scheme, points: Sequence[Mapping[str, float]], cores: int
) -> tuple[float, dict[str, np.ndarray]]:
    """Return CPU seconds of a biological second, and features with a value for each point."""
    engine = ScriptEngine(model, results, scheme)
    try:
        engine.prepare(points[0])
        with ThreadPoolExecutor(cores) as pool:
            rows = list(pool.map(_one, itertools.repeat(engine), itertools.repeat(model), points))
    finally:
        engine.close()
    seconds = sum(values["transient"] + values["duration"] for values in points)
    return sum(cpu for _, cpu in rows) / seconds, {
        key: np.array([_number(row[key]) for row, _ in rows]) for key in rows[0][0]
    }


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
