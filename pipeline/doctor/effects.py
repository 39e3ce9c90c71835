"""What each deviation from the paper's network does to its rates: ours simulated with that deviation alone.

Deviations are compared on the same networks and thalamic input as the base, so that a difference is the deviation's.
"""

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from pipeline.config.reader import ConfigError
from pipeline.config.tables import Row
from pipeline.doctor.deviation import Deviation, together
from pipeline.engine.build import Program
from pipeline.network.knobs import PaperModel
from pipeline.sweep.rows import measure

NETWORKS, DURATION_S = 4, 3.0
FEATURES = {"rate_E": "whisking", "rate_I": "whisking", "R_E": "touch", "R_I": "touch"}
"""What is told, and the protocol in which it is measured."""

ALL = "all that can be simulated, together"


@dataclass(frozen=True)
class Effect:
    """Change of each of FEATURES by a deviation, in percent of the base, mean and standard error over networks."""

    change: Mapping[str, tuple[float, float]]
    problem: str | None


def effects(deviations: Sequence[Deviation], model: PaperModel, program: Program, cores: int) -> list[Effect | str]:
    """Return for each deviation, and for all together in the end, its effect, or why there is none."""
    wanted = [*(dict(deviation.knobs) for deviation in deviations), together(deviations, model)]
    points: list[list[Row] | str] = []
    for knobs in [{}, *wanted]:
        try:
            points.append(_points(knobs, model))
        except ConfigError as error:
            points.append(f"beyond what the model takes: {str(error).removeprefix('point: ')}")
    with ThreadPoolExecutor(cores) as pool:
        running = [[pool.submit(measure, program, row, model) for row in rows] if isinstance(rows, list) else rows
                   for rows in points]  # fmt: skip
        measured = [[one.result()[0] for one in rows] if isinstance(rows, list) else rows for rows in running]
    base = measured[0]
    assert not isinstance(base, str)  # no knobs are beyond nothing
    found: list[Effect | str] = []
    for k, rows in enumerate(measured[1:]):
        if isinstance(rows, str):
            found.append(rows)
        elif not wanted[k]:
            found.append(deviations[k].why_not if k < len(deviations) else "nothing can be simulated")
        else:
            found.append(_effect(base, rows))
    return found


def _points(knobs: Mapping[str, float], model: PaperModel) -> list[Row]:
    return [
        {"protocol": protocol, **model.point(protocol, {**knobs, "duration": DURATION_S, **seeds})}
        for protocol in dict.fromkeys(FEATURES.values())
        for seed in range(1, NETWORKS + 1)
        for seeds in [{"seed_network": seed, "seed_input": seed}]
    ]


def _effect(base: list[Row], rows: list[Row]) -> Effect:
    """Return the change of each feature, network by network: their ratio has less noise than two means."""
    change = {}
    for feature, protocol in FEATURES.items():
        pairs = [(a[feature], b[feature]) for a, b in zip(base, rows, strict=True) if a["protocol"] == protocol]
        ratios = [100 * (theirs / ours - 1) for ours, theirs in pairs if ours and theirs is not None]
        sem = float(np.std(ratios, ddof=1) / math.sqrt(len(ratios))) if len(ratios) > 1 else math.nan
        change[feature] = (float(np.mean(ratios)) if ratios else math.nan, sem)
    return Effect(change, next((row["problem"] for row in rows if row["problem"]), None))
