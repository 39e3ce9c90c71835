"""What a recording shows of a network, as a file says it: which units are which population, when was which protocol."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from pipeline.config.reader import SECONDS, ConfigError, File, Frozen, nearest, parse, read_yaml, some
from pipeline.engine.recording import Spikes
from pipeline.measure.trains import SLACK_S
from pipeline.network.model import Model
from pipeline.recordings.formats import ALL, read
from pipeline.recordings.recorded import Recorded, common, cut, without

Window = Annotated[tuple[float, float], Field(strict=False)]
Windows = Annotated[tuple[Window, ...], Field(strict=False)]
Times = Annotated[tuple[float, ...], Field(strict=False)]
Names = Annotated[tuple[str, ...], Field(strict=False)]

FAR_OFF = 100
"""A recording that goes on so many times as long as what is looked at has other units of time, unless it is said."""


class Shown(Frozen):
    """When a protocol was: in intervals, or around events."""

    intervals: str | Windows | None = Field(
        None, description="The name of epochs in the file, or [from, to] in seconds of each."
    )
    events: str | Times | None = Field(
        None, description="The name of events in the file, or the times of them in seconds."
    )
    piece: float | None = Field(
        None,
        gt=0,
        description="Intervals are divided into pieces so long, such as a cycle; what is left at the end is not used.",
        json_schema_extra=SECONDS,
    )
    before: float = Field(0, ge=0, description="How long before each event.", json_schema_extra=SECONDS)
    after: float = Field(0, ge=0, description="How long after each event.", json_schema_extra=SECONDS)

    @model_validator(mode="after")
    def _one(self) -> "Shown":
        if (self.intervals is None) == (self.events is None):
            raise ValueError("a protocol has either intervals or events")
        if self.events is not None and self.piece is not None:
            raise ValueError("piece goes with intervals")
        if self.events is not None and self.before + self.after <= 0:
            raise ValueError("events need before or after, how long around each is looked at")
        return self


class Described(Frozen):
    """A recording and what it shows."""

    file: File = Field(description="NWB, SONATA (.h5), CSV with group, unit, t_s, or what Neo reads.")
    source: str = Field(min_length=1, description="Where it is from; the table of targets repeats it.")
    column: str | None = Field(
        None, description="The column of NWB's units, or the annotation, that tells units apart."
    )
    populations: dict[str, Names] = Field(
        min_length=1, description="By population of the network the groups of units that belong to it."
    )
    recorded: Windows | None = Field(
        None,
        min_length=1,
        description="[from, to] in seconds of each time in which all was recorded, where the file does not say: one of "
        "CSV or SONATA, or of NWB without obs_intervals, is taken to be from 0 s to its last spike.",
    )
    protocols: dict[str, Shown] = Field(min_length=1, description="By protocol of the network, when it was.")
    features: Names | None = Field(None, description="Those wanted; all that are defined if not given.")


def read_described(path: Path, model: Model) -> Described:
    """Return what a file says of a recording, checked against the network."""
    found = parse(Described, read_yaml(path), path)
    for kind, names, known in (
        ("populations", found.populations, list(model.populations)),
        ("protocols", found.protocols, list(model.protocols)),
    ):
        for name in names:
            if name not in known:
                raise ConfigError(f"{path}: {kind}: unknown {kind[:-1]} {name!r}{nearest(name, known)}.")
    for name, groups in found.populations.items():
        if twice := [group for group in groups if groups.count(group) > 1]:
            raise ConfigError(f"{path}: populations.{name}: {twice[0]!r} is there twice; give each group once.")
    return found


class Seen(NamedTuple):
    """What a recording has of a protocol."""

    spikes: dict[str, Spikes]
    """Of each population, the windows put one behind the other."""
    windows: np.ndarray
    """n x 2: from, to in s."""
    left: int
    """Windows that were not wholly recorded or overlap the one before, which are left out."""
    divisible: bool
    """Whether windows may be divided: not those around events, and no pieces."""
    event_s: float | None = None
    """How long after the begin of a window its event is; None of intervals."""


def shown(path: Path, described: Described) -> tuple[dict[str, Seen], list[str]]:
    """Return what the recording has of each protocol, and what is odd about its times; ConfigError where it has none.

    Or where most spikes are at times that were not recorded.
    """
    recorded = read(Path(described.file), described.column)
    trains = {name: _joined(recorded, groups, path) for name, groups in described.populations.items()}
    observed, whence = _observed(recorded, described)
    found = {}
    for name, when in described.protocols.items():
        windows, left = _windows(when, recorded, observed, f"{path}: protocols.{name}", whence)
        spikes = {population: cut(train, windows) for population, train in trains.items()}
        event_s = None if when.events is None else when.before
        found[name] = Seen(spikes, windows, left, when.events is None and when.piece is None, event_s)
    last_s = max(float(one.windows.max()) for one in found.values())
    if whence and recorded.last_s > FAR_OFF * last_s:
        raise ConfigError(
            f"{path}: the last spike is at {recorded.last_s:g} s, and the last window ends at {last_s:g} s: are the "
            "times of spikes in seconds? If they are, set recorded, as [[0, 1]]."
        )
    return found, _odd(trains, described, path)


def _odd(trains: Mapping[str, Spikes], described: Described, path: Path) -> list[str]:
    """Return in sentences what is odd about the times of spikes; ConfigError where most were not recorded at all."""
    said = []
    for name, train in trains.items():
        order = np.lexsort((train.times_s, train.neurons))
        same = (np.diff(train.times_s[order]) == 0) & (np.diff(train.neurons[order]) == 0)
        if same.any():
            said.append(
                f"{name}: {same.sum():,} spikes are at the very time of another of their unit: is each there once?"
            )
    times = np.concatenate([train.times_s for train in trains.values()])
    if described.recorded is None or not len(times):
        return said
    recorded, at = np.array(described.recorded, float), times[:, None]
    outside = int((~((recorded[:, 0] <= at + SLACK_S) & (at <= recorded[:, 1] + SLACK_S)).any(axis=1)).sum())
    if 2 * outside > len(times):
        raise ConfigError(
            f"{path}: recorded: {outside:,} of {len(times):,} spikes are at other times, up to {times.max():g} s: are "
            "they in seconds?"
        )
    if outside:
        said.append(f"{outside:,} of {len(times):,} spikes are outside of `recorded` and do not count")
    if 2 * times.max() < recorded.max():
        said.append(f"`recorded` goes on to {recorded.max():g} s, and the last spike is at {times.max():g} s")
    return said


def _observed(recorded: Recorded, described: Described) -> tuple[np.ndarray, str]:
    """Return when all that is used was recorded (n x 2, s), and where that is not known what to do."""
    used = [group for groups in described.populations.values() for group in groups]
    known = [recorded.observed[group] for group in used if group in recorded.observed]
    if described.recorded is not None:
        known.append(np.array(described.recorded, float))
    if known:
        return without(common(known), recorded.invalid), ""
    return without(np.array([[0.0, recorded.last_s]]), recorded.invalid), (
        f" (the file does not say how long it was recorded; {recorded.last_s:.4g} s is its last spike: "
        "set recorded, as [[0, 1]])"
    )


def _joined(recorded: Recorded, groups: tuple[str, ...], path: Path) -> Spikes:
    times, neurons, size = [np.empty(0)], [np.empty(0, int)], 0
    for group in groups:
        if group not in recorded.spikes:
            untold = list(recorded.spikes) == [ALL] and recorded.columns
            hint = f"; its units are told apart by column: {some(list(recorded.columns))}" if untold else ""
            raise ConfigError(
                f"{path}: populations: the recording has no group {group!r}{nearest(group, recorded.spikes)}{hint}."
            )
        train = recorded.spikes[group]
        times.append(train.times_s)
        neurons.append(train.neurons + size)
        size += train.size
    return Spikes(np.concatenate(times), np.concatenate(neurons), size)


def _named(name: str, known: Mapping[str, np.ndarray], kind: str, where: str) -> np.ndarray:
    if name not in known:
        said = some(list(known)) if known else "none"
        raise ConfigError(f"{where}: the recording has no {kind} {name!r}; there are: {said}.")
    return known[name]


def _windows(when: Shown, recorded: Recorded, observed: np.ndarray, where: str, whence: str) -> tuple[np.ndarray, int]:
    """Return windows in order (n x 2, s), and how many are left out: not wholly recorded, or over the one before."""
    if when.intervals is not None:
        given = when.intervals
        found = (
            _named(given, recorded.intervals, "intervals", where)
            if isinstance(given, str)
            else np.array(given, float).reshape(-1, 2)
        )
    else:
        marks = when.events
        times = _named(marks, recorded.events, "events", where) if isinstance(marks, str) else np.array(marks, float)
        found = np.column_stack([times - when.before, times + when.after])
    if when.piece is not None:
        found = np.concatenate([found[:0], *(_pieces(window, when.piece) for window in found)])
    kept: list[np.ndarray] = []
    for window in found[np.argsort(found[:, 0])]:
        low, high = window[0] + SLACK_S, window[1] - SLACK_S
        inside = ((observed[:, 0] <= low) & (high <= observed[:, 1])).any()
        if low < high and inside and not (kept and low < kept[-1][1]):
            kept.append(window)
    if not kept:
        said = " and ".join(f"{low:.4g} to {high:.4g}" for low, high in observed[:3]) or "no time"
        raise ConfigError(f"{where}: none of {len(found)} windows lies within what was recorded, {said} s{whence}.")
    return np.array(kept), len(found) - len(kept)


def _pieces(window: np.ndarray, length_s: float) -> np.ndarray:
    """Return the pieces of that length in a window, from its beginning on."""
    begins = window[0] + length_s * np.arange(int((window[1] - window[0]) / length_s + SLACK_S))
    return np.column_stack([begins, begins + length_s])
