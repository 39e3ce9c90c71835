"""Targets of a fit from a recording: features of it, by the functions that measure the model, and how sure they are.

A feature has two errors: other neurons might have been recorded, and at another time. Each is a jackknife over groups
(Efron & Tibshirani 1993, ch. 11): neurons, of all populations at once, and windows, in at most GROUPS groups. The sd of
the target is the root of the sum of both variances.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config.reader import ConfigError
from pipeline.engine.recording import NetworkRecording, Spikes
from pipeline.measure import sampled
from pipeline.measure.network import feature_table, measured, units
from pipeline.measure.trains import chosen
from pipeline.network.model import Model
from pipeline.network.rules import Rule
from pipeline.recordings.described import Described, Seen, shown
from pipeline.recordings.recorded import cut

GROUPS = 20
FEWEST = 3
"""Groups below which a feature has no standard error, and is no target."""

Values = dict[str, float]
Part = tuple[Mapping[str, Spikes], np.ndarray]
"""Spikes of each population, and the windows (n x 2, s) that they are of, put one behind the other."""


def targets(path: Path, described: Described, model: Model) -> tuple[pd.DataFrame, list[str]]:
    """Return the table of targets of a recording, and what there is to say of it; ConfigError where it gives none.

    Or where a feature that is asked for by name is in none of its protocols. Columns are those of `fit.targets`, and
    how long and of how many neurons each was recorded.
    """
    known = units(model)
    for name in described.features or ():
        if name not in known:
            raise ConfigError(f"{path}: features: {name!r} is no feature that is one number a network.")
    rows: list[dict[str, Any]] = []
    said = []
    lacking: dict[str, str] = {}
    for protocol, seen in shown(path, described).items():
        found, without = _of_protocol(seen, protocol, described, model)
        rows += found
        lacking |= without
        left = f"; {seen.left} were not wholly recorded, or overlap the one before" if seen.left else ""
        said.append(f"{protocol}: {_length_s(seen.windows):.6g} s in {len(seen.windows)} windows{left}")
    there = {row["feature"] for row in rows}
    for name in described.features or ():
        if name not in there:
            raise ConfigError(f"{path}: features: {name} is no target: {lacking[name]}.")
    if not rows:
        name, why = next(iter(lacking.items()))
        raise ConfigError(f"{path}: no feature of the recording is a target; {name}: {why}.")
    return pd.DataFrame(rows), said


def _of_protocol(
    seen: Seen, protocol: str, described: Described, model: Model
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the targets of a protocol, and by feature that is none why."""
    table, unit, point = feature_table(model), units(model), model.point(protocol, {})
    whole: Part = seen.spikes, seen.windows
    values = _features(whole, protocol, model)
    of_time = _jackknife([_features(part, protocol, model) for part in _without_windows(*whole)])
    of_neurons: dict[int, Values] = {}
    rows, lacking = [], {}
    for name in [one for one in unit if described.features is None or one in described.features]:
        own = table[name].populations or tuple(seen.spikes)
        rule = Rule.read(table[name].where, "") if table[name].where else None
        if missing := [one for one in own if one not in seen.spikes]:
            lacking[name] = f"{missing[0]} was not recorded"
        elif rule is not None and not rule.holds(point):
            lacking[name] = f"it is undefined for {protocol}, where {rule.text} does not hold"
        elif name not in values:
            lacking[name] = f"it is undefined in {protocol}"
        elif (groups := min(GROUPS, *(seen.spikes[one].size for one in own))) < FEWEST:
            lacking[name] = f"fewer than {FEWEST} neurons give it no standard error"
        else:
            if groups not in of_neurons:
                parts = _without_neurons(*whole, groups)
                of_neurons[groups] = _jackknife([_features(part, protocol, model) for part in parts])
            errors = [found.get(name, math.nan) for found in (of_time, of_neurons[groups])]
            if not math.hypot(*errors) > 0:
                lacking[name] = f"it has no standard error in {protocol}"
                continue
            rows.append(
                {"feature": name, "protocol": protocol, "statistic": "mean", "mean": values[name]}
                | {"sd": math.hypot(*errors), "unit": unit[name], "source": described.source}
                | {"duration_s": _length_s(seen.windows)}
                | {"neurons": sampled.said({one: seen.spikes[one].size for one in own})}
            )
    return rows, lacking


def _length_s(windows: np.ndarray) -> float:
    return float(np.sum(windows[:, 1] - windows[:, 0]))


def _features(part: Part, protocol: str, model: Model) -> Values:
    """Return the features that are one number."""
    spikes, windows = part
    values = model.point(protocol, {"duration": _length_s(windows), "transient": 0.0})
    every = {name: spikes.get(name, Spikes(np.empty(0), np.empty(0, int), 0)) for name in model.populations}
    recording = NetworkRecording(every, {}, None, 0.0, 0.0, 0.0)
    found = measured(model, recording, values)
    return {
        name: float(value)
        for name in units(model)
        if isinstance(value := found.get(name), int | float) and math.isfinite(value)
    }


def _without_neurons(spikes: Mapping[str, Spikes], windows: np.ndarray, groups: int) -> list[Part]:
    """Return the recording without each of so many groups of neurons in turn."""
    return [
        (
            {
                name: chosen(train, np.flatnonzero(np.arange(train.size) % groups != group))
                for name, train in spikes.items()
            },
            windows,
        )
        for group in range(groups)
    ]


def _without_windows(spikes: Mapping[str, Spikes], windows: np.ndarray) -> list[Part]:
    """Return the recording without each group of windows that follow one another; a long one is divided first."""
    lengths = windows[:, 1] - windows[:, 0]
    ends = np.cumsum(lengths)
    laid = np.column_stack([ends - lengths, ends])  # where the windows are in the spikes, one behind the other
    if len(laid) < GROUPS:
        edges = np.unique(np.concatenate([[0.0], ends, np.linspace(0, ends[-1], GROUPS + 1)]))
        laid = np.column_stack([edges[:-1], edges[1:]])
    group = np.minimum((GROUPS * (laid[:, 0] + 1e-12) / ends[-1]).astype(int), GROUPS - 1)
    parts: list[Part] = []
    for one in np.unique(group):
        kept = laid[group != one]
        parts.append(({name: cut(train, kept) for name, train in spikes.items()}, kept))
    return parts


def _jackknife(found: Sequence[Values]) -> Values:
    """Return the standard error of each feature that all of the recordings have, each without one group."""
    n = len(found)
    if n < FEWEST:
        return {}
    return {
        name: math.sqrt((n - 1) * float(np.var([one[name] for one in found])))
        for name in found[0]
        if all(name in one for one in found)
    }
