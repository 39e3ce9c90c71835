"""What each deviation from the reference does to rates: the reference simulated with that deviation alone.

Deviations are simulated with the seeds of the base, so that a difference is the deviation's.
"""

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.config.reader import ConfigError
from pipeline.doctor.compare.deviation import Deviation, together
from pipeline.engine.process import SimulationError
from pipeline.engine.scripts import ScriptEngine
from pipeline.network.model import Model

NETWORKS, LONGEST_S = 4, 3.0

ALL = "all that can be simulated, together"

Rates = dict[str, float]
"""Mean rate (spikes/s) by population."""


@dataclass(frozen=True)
class Effect:
    """Rates before and with a deviation, by population: (mean, standard error) over networks; `problem` in words."""

    before: Mapping[str, tuple[float, float]]
    after: Mapping[str, tuple[float, float]]
    problem: str = ""


def effects(found: Sequence[Deviation], model: Model, results: Path, cores: int) -> list[Effect | str]:
    """Return for each deviation, and for all together in the end, its effect, or why there is none."""
    whole = together(found, model.adopted.settings)
    wanted = [dict(deviation.knobs) for deviation in found] + [whole]
    engine = ScriptEngine(model, results)
    try:
        with ThreadPoolExecutor(cores) as pool:
            running = [
                [pool.submit(_rates, engine, model, knobs, seed) for seed in range(1, NETWORKS + 1)]
                for knobs in [{}, *(knobs for knobs in wanted if knobs)]
            ]
            measured = [[one.result() for one in points] for points in running]
    finally:
        engine.close()
    base, others = measured[0], iter(measured[1:])
    answers: list[Effect | str] = []
    for k, knobs in enumerate(wanted):
        if knobs:
            answers.append(_effect(base, next(others)))
        else:
            answers.append(found[k].why_not if k < len(found) else "nothing can be simulated")
    return answers


def _rates(engine: ScriptEngine, model: Model, knobs: Mapping[str, float], seed: int) -> Rates | str:
    """Return the rates of one network, or why there are none."""
    duration_s = min(model.knobs["duration"].value, LONGEST_S)
    run = {"duration": duration_s, "seed_network": float(seed), "seed_input": float(seed)}
    try:
        values = model.point(next(iter(model.protocols)), {**run, **knobs})
        recording, _ = engine.simulate(values)
    except (ConfigError, SimulationError) as error:
        return str(error).removeprefix("point: ")
    if recording.divergence is not None:
        return str(recording.divergence)
    start_s = values["transient"]
    return {
        name: float((spikes.times_s >= start_s).sum()) / spikes.size / values["duration"]
        for name, spikes in recording.spikes.items()
    }


def _effect(base: Sequence[Rates | str], points: Sequence[Rates | str]) -> Effect | str:
    problem = next((point for point in [*base, *points] if isinstance(point, str)), "")
    pairs = [(a, b) for a, b in zip(base, points, strict=True) if not isinstance(a, str) and not isinstance(b, str)]
    if not pairs:
        return problem
    names = [name for name in pairs[0][0] if all(name in b for _, b in pairs)]
    before, after = ({name: _mean([pair[k][name] for pair in pairs]) for name in names} for k in (0, 1))
    return Effect(before, after, problem)


def _mean(values: Sequence[float]) -> tuple[float, float]:
    sem = float(np.std(values, ddof=1) / math.sqrt(len(values))) if len(values) > 1 else math.nan
    return float(np.mean(values)), sem
