"""Targets (feature, protocol, mean, sd, unit, source) and how far features are from them."""

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.features import UNITS
from pipeline.parameters import ConfigError, Model, nearest

COLUMNS = ("feature", "protocol", "mean", "sd", "unit", "source")

FAR = 100.0
"""Deviation in sd that an undefined feature counts as, and the most that any counts as."""


@dataclass(frozen=True)
class Target:
    """One statistic that a fit aims at; `sd` is the spread that is still as good as the mean."""

    feature: str
    protocol: str
    mean: float
    sd: float
    unit: str
    source: str


def read_targets(path: Path | str, model: Model) -> tuple[Target, ...]:
    """Return the targets of a CSV file; ConfigError names the line and what is wrong with it."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}).") from None
    if not rows:
        raise ConfigError(f"{path}: has no targets; give at least one line under {','.join(COLUMNS)}.")
    if tuple(rows[0]) != COLUMNS:
        raise ConfigError(f"{path}: columns are {','.join(map(str, rows[0]))}, but must be {','.join(COLUMNS)}.")
    targets = tuple(_target(row, f"{path}, line {line}", model) for line, row in enumerate(rows, start=2))
    seen: set[tuple[str, str]] = set()
    for line, target in enumerate(targets, start=2):
        if (target.protocol, target.feature) in seen:
            raise ConfigError(f"{path}, line {line}: {target.feature} of protocol {target.protocol!r} is given twice.")
        seen.add((target.protocol, target.feature))
    return targets


def _target(row: Mapping[str, str], where: str, model: Model) -> Target:
    numbers = {}
    for column in ("mean", "sd"):
        try:
            numbers[column] = float(row[column])
        except (TypeError, ValueError):
            numbers[column] = math.nan
        if not math.isfinite(numbers[column]):
            raise ConfigError(f"{where}: {column} = {row[column]!r} must be a finite number.")
    if numbers["sd"] <= 0:
        raise ConfigError(f"{where}: sd = {numbers['sd']:g} must be above 0.")
    if row["feature"] not in UNITS:
        raise ConfigError(f"{where}: unknown feature {row['feature']!r}{nearest(row['feature'], UNITS)}.")
    if row["protocol"] not in model.protocols:
        raise ConfigError(f"{where}: unknown protocol {row['protocol']!r}{nearest(row['protocol'], model.protocols)}.")
    if row["feature"].startswith("latency") and not model.point(row["protocol"], {})["C_T"]:
        raise ConfigError(f"{where}: {row['feature']} is undefined for {row['protocol']!r}, a protocol without touch.")
    if row["unit"] != UNITS[row["feature"]]:
        raise ConfigError(f"{where}: unit {row['unit']!r} of {row['feature']} must be {UNITS[row['feature']]!r}.")
    return Target(row["feature"], row["protocol"], numbers["mean"], numbers["sd"], row["unit"], row["source"])


def protocols(targets: Iterable[Target]) -> tuple[str, ...]:
    """Return the protocols that the targets need, each once, in order."""
    return tuple(dict.fromkeys(target.protocol for target in targets))


def deviation(target: Target, value: float | None) -> float:
    """Return (value - mean)/sd, within +-FAR; FAR where the value is undefined."""
    if value is None or not math.isfinite(value):
        return FAR
    return max(-FAR, min(FAR, (value - target.mean) / target.sd))


def score(targets: Iterable[Target], measured: Mapping[tuple[str, str], float | None]) -> float:
    """Return the root mean square deviation in sd; `measured` maps (protocol, feature) to the mean over networks.

    0 is perfect, about 1 as good as the spread of the targets; lower is better.
    """
    squares = [deviation(target, measured.get((target.protocol, target.feature))) ** 2 for target in targets]
    return math.sqrt(sum(squares) / len(squares))
