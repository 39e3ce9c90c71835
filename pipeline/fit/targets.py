"""Targets (feature, protocol, statistic, mean, sd, unit, source) and how far features are from them.

Those of a recording have two columns more: duration_s, how long it is, and neurons, how many of each population.

`statistic` is `mean`, the feature of a network averaged over networks; a statistic over the neurons of a network
(`median`, `quantile_0.25`, `fraction_silent`, ...), averaged over networks too; or `slope_KNOB`, the slope of the mean
with a knob over several protocols, which are joined by `+`. A unit `log10(...)` means that mean and sd are decimal
logarithms: sd in decades.
"""

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.config.reader import ConfigError, nearest, unreadable
from pipeline.measure import sampled
from pipeline.measure.angles import ANGLE, turned
from pipeline.measure.network import feature_table, refuse_unknown, units
from pipeline.measure.patterns import Feature
from pipeline.measure.rates import STATISTICS
from pipeline.network.model import Model
from pipeline.network.rules import Rule

COLUMNS = ("feature", "protocol", "statistic", "mean", "sd", "unit", "source")

RECORDED = ("duration_s", "neurons")
"""Columns more of targets that are from a recording."""

FAR = 100.0
"""Deviation in sd that an undefined feature counts as, and the most that any counts as."""

FLOOR_DECADES = 3.0
"""On a logarithmic scale, zero and less count as that many decades below the target."""

LARGEST, FINEST = 1e15, 1e-12
"""Size of a mean that no feature reaches, and the part of that, or of what a feature spans, that no sd may be below."""

Values = Mapping[tuple[str, str], float | None]
"""Features by (protocol, feature): of one network, or means over networks."""


@dataclass(frozen=True)
class Target:
    """One statistic that a fit aims at; `sd` is the spread that is still as good as the mean."""

    feature: str
    protocol: str
    statistic: str
    mean: float
    sd: float
    unit: str
    source: str
    at: tuple[float, ...] = ()
    """Of a slope: the value of its knob in each protocol."""
    duration_s: float | None = None
    neurons: tuple[tuple[str, int], ...] = ()
    """How long, and how many neurons of each population, were recorded, where the table says it."""

    @property
    def protocols(self) -> tuple[str, ...]:
        """The protocols on which it rests: several for a slope."""
        return tuple(self.protocol.split("+"))

    @property
    def column(self) -> str:
        """The feature of a run on which it rests, such as rate_P or rate_P_median."""
        return self.feature if self.statistic == "mean" or self.at else f"{self.feature}_{self.statistic}"

    @property
    def name(self) -> str:
        """Feature and statistic in one word: rate_P, rate_P_median, rate_P_slope_KNOB."""
        return self.feature if self.statistic == "mean" else f"{self.feature}_{self.statistic}"

    @property
    def column_unit(self) -> str:
        """The unit of that feature of a run."""
        inner = self.unit.removeprefix("log10(").removesuffix(")") if self.logarithmic else self.unit
        return inner.partition(" per ")[0] if self.at else inner

    @property
    def angle(self) -> bool:
        """Whether it is an angle, which counts from itself on."""
        return self.unit == ANGLE

    @property
    def logarithmic(self) -> bool:
        """Whether mean and sd are decimal logarithms."""
        return self.unit.startswith("log10(")

    def value(self, measured: Values, near: float | None = None) -> float | None:
        """Return what `measured` gives, in the unit of the target; None where that is undefined.

        Of an angle the turn nearest to `near`, or else to the target.
        """
        found = (measured.get((protocol, self.column)) for protocol in self.protocols)
        values = [value for value in found if value is not None and math.isfinite(value)]
        if len(values) < len(self.protocols):
            return None
        value = _slope(self.at, values) if self.at else values[0]
        if self.angle:
            near = self.mean if near is None else near
            return near + float(turned(value - near))
        if not self.logarithmic:
            return value
        floor = self.mean - FLOOR_DECADES
        return max(math.log10(value), floor) if value > 0 else floor


def _slope(x: Sequence[float], y: Sequence[float]) -> float:
    """Return the slope of the least-squares line."""
    x_mean, y_mean = sum(x) / len(x), sum(y) / len(y)
    return sum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True)) / sum((a - x_mean) ** 2 for a in x)


def read_targets(
    path: Path | str, model: Model, known: Mapping[str, Mapping[str, float]] | None = None
) -> tuple[Target, ...]:
    """Return the targets of a CSV file; ConfigError names the line and what is wrong with it.

    `known`: the protocols that targets may name, and the knobs of a point of each; those of the model if not given.
    """
    lines: dict[int, Mapping[str, str]] = {}
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            for row in reader:
                lines[reader.line_num] = row
            columns = tuple(reader.fieldnames or ())
    except (OSError, ValueError, csv.Error) as error:
        raise unreadable(path, error) from None
    if not lines:
        raise ConfigError(f"{path}: has no targets; give at least one line under {','.join(COLUMNS)}.")
    if columns not in (COLUMNS, COLUMNS + RECORDED):
        raise ConfigError(
            f"{path}: columns are {','.join(columns)}, but must be {','.join(COLUMNS)}; of a recording also "
            f"{','.join(RECORDED)}."
        )
    if known is None:
        known = {name: model.point(name, {}) for name in model.protocols}
    features, table = units(model), feature_table(model)
    needs = {name: Rule.read(one.where, "") for name, one in table.items() if one.where}
    for line, given in lines.items():
        if given["feature"] not in features:
            refuse_unknown([given["feature"]], model, f"{path}, line {line}")
    targets = tuple(_target(row, f"{path}, line {line}", known, features, needs) for line, row in lines.items())
    for line, target in zip(lines, targets, strict=True):
        refuse_impossible(target, table, f"{path}, line {line}")
    seen: set[tuple[str, str]] = set()
    for line, target in zip(lines, targets, strict=True):
        if (target.protocol, target.name) in seen:
            raise ConfigError(f"{path}, line {line}: {target.name} of protocol {target.protocol!r} is given twice.")
        seen.add((target.protocol, target.name))
    return targets


def _target(
    row: Mapping[str, str],
    where: str,
    known: Mapping[str, Mapping[str, float]],
    units: Mapping[str, str],
    needs: Mapping[str, Rule],
) -> Target:
    if None in row or None in row.values():
        raise ConfigError(f"{where}: must have a value for each column, and no more.")
    numbers = {}
    for column in ("mean", "sd"):
        try:
            numbers[column] = float(row[column])
        except ValueError:
            numbers[column] = math.nan
        if not math.isfinite(numbers[column]):
            raise ConfigError(f"{where}: {column} = {row[column]!r} must be a finite number.")
    if numbers["sd"] <= 0:
        raise ConfigError(f"{where}: sd = {numbers['sd']:g} must be above 0.")
    feature, protocol, statistic = row["feature"], row["protocol"], row["statistic"]
    for name in protocol.split("+"):
        if name not in known:
            raise ConfigError(f"{where}: unknown protocol {name!r}{nearest(name, known)}.")
        if feature in needs and not needs[feature].holds(known[name]):
            raise ConfigError(
                f"{where}: {feature} is undefined for {name!r}, where {needs[feature].text} does not hold."
            )
    at, unit = _statistic(feature, protocol, statistic, where, known, units)
    if units[feature] == ANGLE and (at or row["unit"] != ANGLE):
        raise ConfigError(f"{where}: {feature} is an angle, which has no slope and no logarithm.")
    if row["unit"] not in (unit, f"log10({unit})"):
        raise ConfigError(
            f"{where}: unit {row['unit']!r} of {statistic} of {feature} must be {unit!r} or 'log10({unit})'."
        )
    found = Target(feature, protocol, statistic, numbers["mean"], numbers["sd"], row["unit"], row["source"], at)
    return found if "duration_s" not in row else replace(found, **_recorded(row, where))


def _recorded(row: Mapping[str, str], where: str) -> dict[str, Any]:
    """Return what a line says of the recording."""
    try:
        duration_s = float(row["duration_s"])
    except ValueError:
        duration_s = math.nan
    if not 0 < duration_s < math.inf:
        raise ConfigError(f"{where}: duration_s = {row['duration_s']!r} must be a number above 0.")
    try:
        neurons = sampled.read(row["neurons"])
    except ValueError:
        raise ConfigError(f"{where}: neurons = {row['neurons']!r} must be as 'E=50 I=20'.") from None
    return {"duration_s": duration_s, "neurons": tuple(neurons.items())}


def refuse_impossible(target: Target, table: Mapping[str, Feature], where: str) -> None:
    """Raise ConfigError for a mean that its feature cannot have, or an sd below what tells two values apart.

    `table`: all features of the network. A slope goes at most from one end of a feature to the other.
    """
    one = table[target.column]
    low, high = one.within
    if target.at:
        steepest = (high - low) / (max(target.at) - min(target.at))
        low, high = -steepest, steepest
    if target.logarithmic:
        low = math.log10(low) if low > 0 else -math.inf
        high = math.log10(high) if high < math.inf else math.log10(LARGEST)
    low, high = max(low, -LARGEST), min(high, LARGEST)
    unit = "" if target.unit == "1" else f" {target.unit}"
    if not low <= target.mean <= high:
        raise ConfigError(
            f"{where}: mean = {target.mean:g}: {target.name} is never beyond {low:.6g} to {high:.6g}{unit}."
        )
    finest = FINEST * max(abs(target.mean), high - low if high - low < LARGEST else 0)
    if target.sd < finest:
        raise ConfigError(
            f"{where}: sd = {target.sd:g}: is so far below the mean or the range of {target.name} that no two values "
            f"are told apart by it; give at least {finest:.2g}{unit}."
        )


def _statistic(
    feature: str,
    protocol: str,
    statistic: str,
    where: str,
    known: Mapping[str, Mapping[str, float]],
    units: Mapping[str, str],
) -> tuple[tuple[float, ...], str]:
    """Return the values of the knob of a slope, none for other statistics, and the unit of the statistic."""
    names = protocol.split("+")
    if slope := re.fullmatch(r"slope_(\w+)", statistic or ""):
        knob = slope[1]
        if knob not in known[names[0]]:
            raise ConfigError(
                f"{where}: statistic {statistic!r} names an unknown knob{nearest(knob, known[names[0]])}."
            )
        at = tuple(known[name][knob] for name in names)
        if len(set(at)) < 2:
            raise ConfigError(
                f"{where}: {statistic} needs protocols that differ in {knob}, joined by '+', not {protocol!r}."
            )
        return at, f"{units[feature]} per {knob}"
    if len(names) > 1:
        raise ConfigError(f"{where}: {protocol!r} names several protocols, which only slope_KNOB takes.")
    if statistic == "mean":
        return (), units[feature]
    over_neurons = [name for name in STATISTICS if f"{feature}_{name}" in units]
    if statistic not in over_neurons:
        takes = ("mean", *over_neurons, "slope_KNOB")
        raise ConfigError(f"{where}: unknown statistic {statistic!r} of {feature}, which takes {', '.join(takes)}.")
    return (), units[f"{feature}_{statistic}"]


def protocols(targets: Iterable[Target]) -> tuple[str, ...]:
    """Return the protocols that the targets need, each once, in order."""
    return tuple(dict.fromkeys(protocol for target in targets for protocol in target.protocols))


def deviation(target: Target, value: float | None) -> float:
    """Return (value - mean)/sd, within +-FAR, of a value in the target's unit; FAR where it is undefined."""
    if value is None or not math.isfinite(value):
        return FAR
    return max(-FAR, min(FAR, (value - target.mean) / target.sd))


def score(targets: Iterable[Target], measured: Values) -> float:
    """Return the root mean square deviation in sd; `measured` maps (protocol, feature) to the mean over networks.

    0 is perfect, about 1 as good as the spread of the targets; lower is better.
    """
    return rms([deviation(target, target.value(measured)) for target in targets])


def rms(deviations_sd: Sequence[float]) -> float:
    """Return the root mean square of deviations from targets, in sd: what a score is."""
    return math.sqrt(math.fsum(one**2 for one in deviations_sd) / len(deviations_sd))
