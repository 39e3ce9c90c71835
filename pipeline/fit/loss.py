"""Runs of a trial to its loss: the score, its standard error over networks, and how far it is beyond the envelope.

Within the envelope of rates the loss is the score, the root mean square deviation from the targets. A run beyond it,
silent, running away or diverged, adds FAR for each decade that it is beyond: finite, larger the worse it is, and
continuous at the edge. The excess is a constraint, at most 0 where all is well.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pipeline.config.tables import Row
from pipeline.fit.targets import FAR, Target, Values, deviation, protocols, score
from pipeline.measure.angles import ANGLE, unwrapped
from pipeline.measure.envelope import Envelope

Measured = dict[tuple[str, str], dict[int, float]]
"""Defined values by network (its seed), by (protocol, feature)."""


@dataclass(frozen=True)
class Loss:
    """What a trial is told: score and objectives, each with its standard error, the excess, and what is wrong."""

    score: float
    sem: float | None
    without: list[list[float]]
    """The score without each network in turn, a list a sample of networks; what scores are compared by."""
    objectives: dict[str, tuple[float, float | None]]
    constraint: float
    problem: str | None


def excess(row: Row, envelope: Envelope) -> tuple[float, str | None]:
    """Return how far a run is beyond the envelope in decades of rate, negative within, and what is wrong with it.

    A diverged run counts 1 at its end to 2 at its beginning.
    """
    if row["status"] != "ok":
        lasted = row["t_diverged_s"] / (row["transient"] + row["duration"])
        return 2 - min(max(lasted, 0.0), 1.0), f"{row['protocol']}: {row['problem']}"
    decades, problem = envelope.beyond(row)
    return decades, f"{row['protocol']}: {problem}" if problem else None


def columns(targets: Iterable[Target]) -> dict[str, str]:
    """Return the units of the features of a run on which targets rest."""
    return {target.column: target.column_unit for target in targets}


def collect(rows: Iterable[Row], features: Mapping[str, str]) -> Measured:
    """Return the defined values of features, whose units are given, of the rows with status ok.

    Of an angle those of its turns that lie around the mean direction, so that they can be averaged.
    """
    measured: Measured = {}
    for row in rows:
        if row["status"] == "ok":
            for feature in features:
                if row[feature] is not None:
                    by_network = measured.setdefault((row["protocol"], feature), {})
                    by_network[int(row["seed_network"])] = row[feature]
    for (_, feature), by_network in measured.items():
        if features[feature] == ANGLE:
            by_network.update(zip(by_network, unwrapped(np.array([*by_network.values()])).tolist(), strict=True))
    return measured


def means(measured: Measured, without: Mapping[str, int] | None = None) -> dict[tuple[str, str], float]:
    """Return the mean over networks, of each protocol in `without` without one network; nothing where none is left."""
    without = without or {}
    found = {}
    for (protocol, feature), by_network in measured.items():
        values = [value for seed, value in by_network.items() if without.get(protocol) != seed]
        if values:
            found[protocol, feature] = math.fsum(values) / len(values)
    return found


def jackknife(
    rows: Sequence[Row], features: Mapping[str, str], statistic: Callable[[Values], float | None]
) -> float | None:
    """Return the standard error over networks of a statistic of means of features; None with one network, or undefined.

    Only runs with status ok count.

    Delete-one jackknife (Efron & Tibshirani 1993, ch. 11). Protocols with networks in common lose the same one at a
    time, so that what a network does to both counts together; one that has a part of the networks of another counts as
    if it had as many, its error as somewhat larger (by 1.22 for 2 of 4). Those with other networks are a sample of
    their own, and variances of samples add up (Arvesen 1969).
    """
    return spread(without_one(rows, features, statistic))


def spread(without: Sequence[Sequence[float]]) -> float | None:
    """Return the standard error that the values of `without_one` have; None where there are none."""
    variance = 0.0
    for values in without:
        n = len(values)
        mean = math.fsum(values) / n
        variance += (n - 1) / n * math.fsum((value - mean) ** 2 for value in values)
    return math.sqrt(variance) if without else None


def without_one(
    rows: Sequence[Row], features: Mapping[str, str], statistic: Callable[[Values], float | None]
) -> list[list[float]]:
    """Return a statistic of means of features without each network in turn, a list a sample, in order of seeds.

    Empty with one network, or where it is undefined, or a feature is, without one of them: what there is of it then is
    no noise.
    """
    found, measured = [], collect(rows, features)
    for sample in samples(rows):
        whole = [means_left for means_left in left_out(measured, sample) if len(means_left) == len(measured)]
        left = [value for value in map(statistic, whole) if value is not None]
        if len(left) < 2 or len(left) < len(sample.seeds):
            return []
        found.append(left)
    return found


class Sample(NamedTuple):
    """Networks on which some protocols were simulated, each of them on all or on a part of these."""

    seeds: Sequence[int]
    protocols: Sequence[str]


def samples(rows: Sequence[Row]) -> list[Sample]:
    """Return the samples of networks of the runs with status ok, in order of seeds; no two have a network in common."""
    seeds: dict[str, set[int]] = {}
    for row in rows:
        if row["status"] == "ok":
            seeds.setdefault(row["protocol"], set()).add(int(row["seed_network"]))
    found: list[tuple[set[int], list[str]]] = []
    for protocol, own in seeds.items():
        common = [sample for sample in found if sample[0] & own]
        found = [sample for sample in found if not sample[0] & own]
        before = [one for _, of in common for one in of]
        found.append((own.union(*(networks for networks, _ in common)), [*before, protocol]))
    return sorted(Sample(sorted(networks), protocols) for networks, protocols in found)


def left_out(measured: Measured, sample: Sample) -> list[dict[tuple[str, str], float]]:
    """Return means of features without each network of a sample in turn."""
    return [means(measured, dict.fromkeys(sample.protocols, seed)) for seed in sample.seeds]


def loss(
    targets: Sequence[Target], groups: Mapping[str, Sequence[Target]], rows: Sequence[Row], envelope: Envelope
) -> Loss:
    """Return the loss of a trial that gave `rows`; `groups` are the targets of each objective, none for a single one.

    Targets of protocols that were not simulated count as undefined.
    """
    constraint, problem = max((excess(row, envelope) for row in rows), key=lambda found: found[0])
    penalty = FAR * max(0.0, constraint)
    names = columns(targets)
    features = means(collect(rows, names))

    def scored(group: Sequence[Target]) -> tuple[float, float | None]:
        own = [row for row in rows if row["protocol"] in protocols(group)]
        return score(group, features), jackknife(own, columns(group), lambda values: score(group, values))

    without = without_one(rows, names, lambda values: score(targets, values))
    objectives = {name: scored(group) for name, group in groups.items()}
    return Loss(
        score=score(targets, features) + penalty,
        sem=spread(without),
        without=without,
        objectives={name: (own + penalty, own_sem) for name, (own, own_sem) in objectives.items()},
        constraint=constraint,
        problem=problem,
    )


def comparisons(targets: Sequence[Target], row: Row) -> list[float]:
    """Return the absolute deviation of each target that one run measures; what trials are compared by, run for run."""
    here = [target for target in targets if target.protocols == (row["protocol"],)]
    measured = {(row["protocol"], target.column): row[target.column] for target in here}
    return [abs(deviation(target, target.value(measured))) for target in here]
