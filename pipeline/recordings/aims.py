"""Targets of a fit from a recording: features of it, by the functions that measure the model, and how sure they are.

A feature has two errors: other neurons might have been recorded, and at another time. That of time is a jackknife over
at most GROUPS groups of windows that follow one another, which differ in length (Busing, Meijer and van der Leeden
1999, Statistics and Computing 9: 3). That of neurons is by HALVES random halves of those of each population, since
leaving out one at a time fails for a median (Shao and Wu 1989, Annals of Statistics 17: 1176). The sd of the target is
the root of the sum of both variances. What scatters from neuron to neuron and from time to time independently is in
both, so that sd is up to 1.4 times too large.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config.reader import ConfigError
from pipeline.engine.recording import NetworkRecording, Spikes
from pipeline.measure import sampled
from pipeline.measure.angles import ANGLE, unwrapped
from pipeline.measure.irregularity import FANO_S, cut_part
from pipeline.measure.network import feature_table, measured, refuse_unknown, units
from pipeline.measure.patterns import PATTERNS
from pipeline.measure.spectrum import SEGMENT_S
from pipeline.network.model import Model
from pipeline.network.rules import Rule
from pipeline.recordings.described import Described, Seen, shown
from pipeline.recordings.recorded import cut

GROUPS, HALVES = 20, 40
ROUNDING = 1e-12
"""An error of so small a part of what a feature is, or spans, is that of rounding."""

FEWEST = 3
"""Groups of windows, and neurons, below which a feature has no standard error, and is no target."""

OF_EVENTS = {pattern.name for pattern in PATTERNS if pattern.needs == "events"}
"""Patterns of features that are of events, with a period or at given times."""

OF_CYCLES = OF_EVENTS | {pattern.name for pattern in PATTERNS if pattern.needs == "period"}
"""Patterns of features that are of cycles, where the network has a period."""

OF_INTERVALS = {"cv_P", "cv_P_median", "burst_P"}
MOST_CUT = 0.1
"""The part of the intervals between spikes that may be cut by the ends of windows; lv_P is of pairs within one."""

OF_RHYTHMS = {"peak_frequency_P", "peak_power_P"}

Values = dict[str, float]
Part = tuple[Mapping[str, Spikes], np.ndarray]
"""Spikes of each population, and the windows (n x 2, s) that they are of, put one behind the other."""


def targets(path: Path, described: Described, model: Model) -> tuple[pd.DataFrame, list[str]]:
    """Return the table of targets of a recording, and what there is to say of it; ConfigError where it gives none.

    Or where a feature that is asked for by name is in none of its protocols. Columns are those of `fit.targets`, and
    how long and of how many neurons each was recorded.
    """
    refuse_unknown(described.features or (), model, f"{path}: features")
    rows: list[dict[str, Any]] = []
    lacking: dict[str, str] = {}
    protocols, said = shown(path, described)
    for protocol, seen in protocols.items():
        windowed = _windowed(seen, model)
        found, without = _of_protocol(seen, protocol, described, model, windowed)
        rows += found
        lacking |= without
        left = f"; {seen.left} were not wholly recorded, or overlap the one before" if seen.left else ""
        fired = sum(len(train.times_s) for train in seen.spikes.values())
        said.append(
            f"{protocol}: {_length_s(seen.windows):.6g} s in {len(seen.windows)} windows{left}; {fired:,} spikes"
        )
        for why in dict.fromkeys(windowed.values()):
            if names := [name for name in without if windowed.get(name) == why]:
                said.append(f"{protocol}: no targets are {', '.join(names)}: {why}")
    there = {row["feature"] for row in rows}
    for name in described.features or ():
        if name not in there:
            raise ConfigError(f"{path}: features: {name} is no target: {lacking[name]}.")
    if not rows:
        name, why = next(iter(lacking.items()))
        raise ConfigError(f"{path}: no feature of the recording is a target; {name}: {why}.")
    return pd.DataFrame(rows), said


def _of_protocol(
    seen: Seen, protocol: str, described: Described, model: Model, windowed: Mapping[str, str]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the targets of a protocol, and by feature that is none why; `windowed`: why its windows give it none."""
    table, unit, point = feature_table(model), units(model), model.point(protocol, {})
    whole: Part = seen.spikes, seen.windows
    failed: dict[str, str] = {}
    values = _features(whole, protocol, model, failed)
    period_s = model.events.period_ms / 1000 if model.events and model.events.period_ms else None
    timed = model.events is not None and period_s is None
    shares, parts = _without_windows(seen, period_s)
    of_time = _jackknife(values, [_features(part, protocol, model, {}) for part in parts], shares, unit)
    halves = [_features(part, protocol, model, {}) for part in _halves(*whole)]
    rows, lacking = [], {}
    for name in [one for one in unit if described.features is None or one in described.features]:
        own = table[name].populations or tuple(seen.spikes)
        rule = Rule.read(table[name].where, "") if table[name].where else None
        if missing := [one for one in own if one not in seen.spikes]:
            lacking[name] = f"{missing[0]} was not recorded"
        elif rule is not None and not rule.holds(point):
            lacking[name] = f"it is undefined for {protocol}, where {rule.text} does not hold"
        elif timed and table[name].pattern in OF_EVENTS:
            lacking[name] = "its events come at given times, which no other part of the time has"
        elif name in windowed:
            lacking[name] = windowed[name]
        elif name in failed:
            lacking[name] = failed[name].removesuffix(".")
        elif name not in values:
            lacking[name] = f"it is undefined in {protocol}"
        elif (fewest := min(seen.spikes[one].size for one in own)) < FEWEST:
            lacking[name] = f"fewer than {FEWEST} neurons give it no standard error"
        else:
            error = math.hypot(of_time.get(name, math.nan), _of_halves(name, halves, fewest, unit))
            low, high = table[name].within
            if not error > ROUNDING * max(abs(values[name]), high - low if high - low < math.inf else 0):
                lacking[name] = f"it has no standard error in {protocol}"
                continue
            rows.append(
                {"feature": name, "protocol": protocol, "statistic": "mean", "mean": values[name]}
                | {"sd": error, "unit": unit[name], "source": described.source}
                | {"duration_s": _length_s(seen.windows)}
                | {"neurons": sampled.said({one: seen.spikes[one].size for one in own})}
            )
    return rows, lacking


def _windowed(seen: Seen, model: Model) -> dict[str, str]:
    """Return by feature why windows such as these tell something else of it than a simulation of their length does."""
    table, found = feature_table(model), {}
    astray = _astray(seen, model)
    cut = {name: cut_part(train) for name, train in seen.spikes.items()}
    shortest_s = float(np.min(seen.windows[:, 1] - seen.windows[:, 0]))
    apart = bool((np.diff(seen.windows.ravel())[1::2] > ROUNDING).any())
    for name, feature in table.items():
        most = max((cut.get(one, 0.0) for one in feature.populations), default=0.0)
        if feature.pattern in OF_CYCLES and astray:
            found[name] = astray
        elif feature.pattern in OF_RHYTHMS and apart and shortest_s < SEGMENT_S:
            found[name] = (
                f"windows of {shortest_s:.3g} s, one behind the other, have a rhythm of their own; those of "
                f"{SEGMENT_S:g} s would do"
            )
        elif feature.pattern in OF_INTERVALS and most > MOST_CUT:
            found[name] = (
                f"{100 * most:.0f} % of the intervals between spikes, the long ones, are cut by the ends of windows; "
                "longer ones, or lv_P, would do"
            )
    return found


def _astray(seen: Seen, model: Model) -> str:
    """Return why windows are no cycles of the network, '' where they are or it has none."""
    if model.events is None or model.events.period_ms is None:
        return ""
    period_s, onset_s = model.events.period_ms / 1000, model.events.onset_ms / 1000
    for length_s in seen.windows[:-1, 1] - seen.windows[:-1, 0]:
        if not _whole(length_s / period_s):
            return f"windows of {length_s:.6g} s are no whole cycles of the network, of {period_s:.6g} s"
    if seen.event_s is not None and not _whole((seen.event_s - onset_s) / period_s):
        return (
            f"the event is {seen.event_s:.6g} s after the begin of a window, and in the network {onset_s:.6g} s after "
            "that of a cycle: set before to that"
        )
    return ""


def _whole(number: float) -> bool:
    return abs(number - round(number)) < 1e-6


def _length_s(windows: np.ndarray) -> float:
    return float(np.sum(windows[:, 1] - windows[:, 0]))


def _features(part: Part, protocol: str, model: Model, failed: dict[str, str]) -> Values:
    """Return the features that are one number; `failed` says of others of the network's own why they are none."""
    spikes, windows = part
    # a part may be shorter than a rule of the knob table lets a point be
    values = model.point(protocol, {}) | {"duration": _length_s(windows), "transient": 0.0}
    every = {name: spikes.get(name, Spikes(np.empty(0), np.empty(0, int), 0)) for name in model.populations}
    found = measured(model, _recording(every), values, failed)
    return {
        name: float(value)
        for name in units(model)
        if isinstance(value := found.get(name), int | float) and math.isfinite(value)
    }


def _halves(spikes: Mapping[str, Spikes], windows: np.ndarray) -> list[Part]:
    """Return the recording with random halves of the neurons of each population, but two of three.

    The same ones in whatever order the file has them.
    """
    whole = _recording({name: _in_order(train) for name, train in spikes.items()})
    kept = {name: _kept(train.size) for name, train in spikes.items()}
    return [(sampled.sampled(whole, kept, half).spikes, windows) for half in range(HALVES)]


def _in_order(train: Spikes) -> Spikes:
    """Return a train whose neurons are numbered by how much they fire, and when."""
    fired = np.bincount(train.neurons, minlength=train.size)
    order = np.lexsort((np.bincount(train.neurons, train.times_s, train.size), fired))
    return replace(train, neurons=np.argsort(order)[train.neurons])


def _recording(spikes: Mapping[str, Spikes]) -> NetworkRecording:
    return NetworkRecording(dict(spikes), {}, None, 0.0, 0.0, 0.0)


def _kept(neurons: int) -> int:
    return max(neurons // 2, min(neurons, 2))


def _of_halves(name: str, found: Sequence[Values], neurons: int, unit: Mapping[str, str]) -> float:
    """Return the standard error over so many neurons of a feature of the halves; NaN where most lack it."""
    values = np.array([one[name] for one in found if name in one])
    if 2 * len(values) < HALVES:
        return math.nan
    kept = _kept(neurons)
    return math.sqrt(kept / (neurons - kept) * float(np.var(_alongside(values, unit[name]), ddof=1)))


def _without_windows(seen: Seen, period_s: float | None) -> tuple[np.ndarray, list[Part]]:
    """Return the recording without each group of windows that follow one another, and the part of time of each.

    Windows that may be divided are, into pieces of about a group. These are of whole periods where the network has
    one, else of whole windows of a Fano factor where there is time for that: what comes after a part that is left out
    would be at another phase of them.
    """
    lengths = seen.windows[:, 1] - seen.windows[:, 0]
    ends = np.cumsum(lengths)
    laid = np.column_stack([ends - lengths, ends])  # where the windows are in the spikes, one behind the other
    if seen.divisible:
        piece_s = ends[-1] / GROUPS
        unit_s = FANO_S if period_s is None and ends[-1] >= FEWEST * FANO_S else period_s
        if unit_s is not None:
            piece_s = unit_s * max(1, math.floor(piece_s / unit_s + 1e-9))
        laid = np.concatenate([_divided(window, piece_s) for window in laid])
    group = np.minimum((GROUPS * laid.mean(axis=1) / ends[-1]).astype(int), GROUPS - 1)
    shares: list[float] = []
    parts: list[Part] = []
    for one in np.unique(group):
        kept = laid[group != one]
        shares.append(1 - _length_s(kept) / ends[-1])
        parts.append(({name: cut(train, kept) for name, train in seen.spikes.items()}, kept))
    return np.array(shares), parts


def _divided(window: np.ndarray, piece_s: float) -> np.ndarray:
    """Return pieces of a window from its begin on; the last may be shorter."""
    edges = np.append(np.arange(window[0], window[1] - 1e-9, piece_s), window[1])
    return np.column_stack([edges[:-1], edges[1:]])


def _jackknife(whole: Values, found: Sequence[Values], shares: np.ndarray, unit: Mapping[str, str]) -> Values:
    """Return the standard error of each feature that all have, each without a group that has such a share of all."""
    if len(found) < FEWEST:
        return {}
    errors = {}
    for name in whole:
        if all(name in one for one in found):
            together = _alongside(np.array([whole[name], *(one[name] for one in found)]), unit[name])
            times = 1 / shares
            pseudo = times * together[0] - (times - 1) * together[1:]
            middle = float(np.sum(together[0] - (1 - shares) * together[1:]))
            errors[name] = math.sqrt(float(np.mean((pseudo - middle) ** 2 / (times - 1))))
    return errors


def _alongside(values: np.ndarray, unit: str) -> np.ndarray:
    """Return values of one feature whose differences count: of angles those of the same turn."""
    return unwrapped(values) if unit == ANGLE else values
