"""Targets of a fit from a recording: features of it, by the functions that measure the model, and how sure they are.

A feature has two errors: other neurons might have been recorded, and at another time. Each is a jackknife over groups
(Efron & Tibshirani 1993, ch. 11): neurons, of all populations at once, and windows, in at most GROUPS groups. The sd of
the target is the root of the sum of both variances.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.config.reader import ConfigError
from pipeline.engine.recording import NetworkRecording, Spikes
from pipeline.measure.network import feature_table, measured, units
from pipeline.measure.trains import chosen
from pipeline.network.model import Model
from pipeline.network.rules import Rule
from pipeline.recordings.described import Described, shown
from pipeline.recordings.recorded import cut

GROUPS = 20
FEWEST = 3
"""Groups below which a feature has no standard error, and is no target."""

Values = dict[str, float]


def targets(path: Path, described: Described, model: Model) -> pd.DataFrame:
    """Return the table of targets of a recording; ConfigError where it gives none."""
    known, table = units(model), feature_table(model)
    for name in described.features or ():
        if name not in known:
            raise ConfigError(f"{path}: features: {name!r} is no feature that is one number a network.")
    rows = []
    for protocol, (spikes, windows) in shown(path, described).items():
        point = model.point(protocol, {})
        whole = _features(spikes, windows, protocol, model)
        errors = [
            _jackknife([_features(*part, protocol, model) for part in parts])
            for parts in (_without_neurons(spikes, windows), _without_windows(spikes, windows))
        ]
        for name, value in whole.items():
            one, rule = table[name], Rule.read(table[name].where, "") if table[name].where else None
            if described.features is not None and name not in described.features:
                continue
            if rule is not None and not rule.holds(point):
                continue
            found = [error[name] for error in errors if name in error]
            if set(one.populations) <= set(spikes) and len(found) == len(errors) and sum(found) > 0:
                rows.append(
                    {"feature": name, "protocol": protocol, "statistic": "mean", "mean": value}
                    | {"sd": math.hypot(*found), "unit": known[name], "source": described.source}
                )
    if not rows:
        raise ConfigError(f"{path}: no feature of the recording has a value and a standard error.")
    return pd.DataFrame(rows)


def _features(spikes: Mapping[str, Spikes], windows: np.ndarray, protocol: str, model: Model) -> Values:
    """Return the features that are one number, of windows that were put one behind the other."""
    duration = float(np.sum(windows[:, 1] - windows[:, 0]))
    values = model.point(protocol, {"duration": duration, "transient": 0.0})
    every = {name: spikes.get(name, Spikes(np.empty(0), np.empty(0, int), 0)) for name in model.populations}
    recording = NetworkRecording(every, {}, None, 0.0, 0.0, 0.0)
    found = measured(model, recording, values)
    return {
        name: float(value)
        for name in units(model)
        if isinstance(value := found.get(name), int | float) and math.isfinite(value)
    }


def _without_neurons(spikes: Mapping[str, Spikes], windows: np.ndarray) -> list[tuple[dict[str, Spikes], np.ndarray]]:
    """Return the recording without each group of neurons in turn."""
    groups = min(GROUPS, min(train.size for train in spikes.values()))
    parts = []
    for group in range(groups if groups >= FEWEST else 0):
        left = {
            name: chosen(train, np.flatnonzero(np.arange(train.size) % groups != group))
            for name, train in spikes.items()
        }
        parts.append((left, windows))
    return parts


def _without_windows(spikes: Mapping[str, Spikes], windows: np.ndarray) -> list[tuple[dict[str, Spikes], np.ndarray]]:
    """Return the recording without each group of windows that follow one another; a long one is divided first."""
    lengths = windows[:, 1] - windows[:, 0]
    ends = np.cumsum(lengths)
    laid = np.column_stack([ends - lengths, ends])  # where the windows are in the spikes, one behind the other
    if len(laid) < GROUPS:
        edges = np.unique(np.concatenate([[0.0], ends, np.linspace(0, ends[-1], GROUPS + 1)]))
        laid = np.column_stack([edges[:-1], edges[1:]])
    group = np.minimum((GROUPS * (laid[:, 0] + 1e-12) / ends[-1]).astype(int), GROUPS - 1)
    parts = []
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
