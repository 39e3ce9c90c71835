"""A recording as it was made: trains of units by group, what is marked in it, and how long it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.engine.recording import Spikes
from pipeline.measure.trains import SLACK_S


@dataclass(frozen=True)
class Recorded:
    """Spike trains by group of units, such as a kind of cell; times in s from the beginning of the recording."""

    spikes: Mapping[str, Spikes]
    last_s: float
    """The last spike or end of an epoch in it."""
    intervals: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Named epochs, each n x 2: from, to."""
    events: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Named times, such as contacts."""
    observed: Mapping[str, np.ndarray] = field(default_factory=dict)
    """By group when all of its units were recorded, n x 2: from, to; no entry where the file does not say."""
    columns: Sequence[str] = ()
    """What may tell its units apart."""
    invalid: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))
    """When its data are not to be used, n x 2: from, to."""


def grouped(trains: Sequence[np.ndarray], groups: Sequence[str]) -> dict[str, Spikes]:
    """Return the trains of units (times in s each) by the group of each, units numbered from 0 in their order."""
    found = {}
    for group in dict.fromkeys(groups):
        own = [np.sort(np.asarray(train, float)) for train, name in zip(trains, groups, strict=True) if name == group]
        neurons = np.repeat(np.arange(len(own)), [len(train) for train in own])
        found[group] = Spikes(np.concatenate(own) if own else np.empty(0), neurons, len(own))
    return found


def observed(when: Sequence[np.ndarray], groups: Sequence[str]) -> dict[str, np.ndarray]:
    """Return when all units of a group were recorded, by the intervals of each unit (n x 2) and its group."""
    told: dict[str, list[np.ndarray]] = {}
    for one, group in zip(when, groups[: len(when)], strict=True):
        if len(one):
            told.setdefault(group, []).append(one)
    return {group: common(intervals) for group, intervals in told.items()}


def merged(intervals: np.ndarray) -> np.ndarray:
    """Return the times that are in one of `intervals` (n x 2: from, to) as intervals in order that do not touch."""
    order = np.asarray(intervals, float).reshape(-1, 2)
    order = order[order[:, 0] < order[:, 1]]
    order = order[np.argsort(order[:, 0])]
    if not len(order):
        return order
    latest = np.maximum.accumulate(order[:, 1])
    last = np.append(order[1:, 0] > latest[:-1] + SLACK_S, True)  # of those that touch
    return np.column_stack([order[np.append(True, last[:-1]), 0], latest[last]])


def common(intervals: Sequence[np.ndarray]) -> np.ndarray:
    """Return the times that are in one interval (n x 2: from, to) of each of several, in order; n x 2."""
    found, *others = map(merged, intervals)
    for other in others:
        low = np.maximum(found[:, None, 0], other[None, :, 0]).ravel()
        high = np.minimum(found[:, None, 1], other[None, :, 1]).ravel()
        found = np.column_stack([low, high])[low < high]
    return found[np.argsort(found[:, 0])]


def without(intervals: np.ndarray, left_out: np.ndarray) -> np.ndarray:
    """Return the times that are in one of `intervals` and in none of `left_out` (each n x 2: from, to); n x 2."""
    order = merged(left_out)
    return common([intervals, np.column_stack([np.append(-np.inf, order[:, 1]), np.append(order[:, 0], np.inf)])])


def cut(spikes: Spikes, windows: np.ndarray) -> Spikes:
    """Return the spikes within windows (n x 2, in s), put one behind the other from 0 on; windows that touch are one.

    Windows must not overlap; a spike at the end of one is not in it, and one within rounding of an edge is on it.
    """
    order = np.argsort(spikes.times_s, kind="stable")
    times, neurons = spikes.times_s[order], spikes.neurons[order]
    begins = np.concatenate([[0.0], np.cumsum(windows[:, 1] - windows[:, 0])[:-1]])
    kept, moved = _laid(times, windows, begins)
    apart = begins[1:][np.abs(windows[1:, 0] - windows[:-1, 1]) > SLACK_S]
    joins = np.unique(np.concatenate([apart, _laid(spikes.joins_s, windows, begins)[1]]))
    return Spikes(moved, neurons[kept], spikes.size, joins)


def _laid(times_s: np.ndarray, windows: np.ndarray, begins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which of times, in order, lie within windows, and where they lie when each window begins at its begin."""
    low, high = (np.searchsorted(times_s, windows[:, k] - SLACK_S) for k in (0, 1))
    kept = np.concatenate([np.arange(a, b) for a, b in zip(low, high, strict=True)]).astype(int)
    moved = np.repeat(begins - windows[:, 0], high - low)
    return kept, np.maximum(times_s[kept] + moved, np.repeat(begins, high - low))
