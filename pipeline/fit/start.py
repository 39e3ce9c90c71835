"""Points of a sweep as the first trials of a fit, at no new simulation."""

import math
from dataclasses import dataclass
from pathlib import Path

from pipeline.config.reader import ConfigError
from pipeline.config.tables import Row
from pipeline.fit.loss import collect, columns, means
from pipeline.fit.problem import Fit
from pipeline.fit.targets import Target, protocols, score
from pipeline.network.model import Model


@dataclass(frozen=True)
class Tried:
    """Settings of the free knobs that a sweep has already simulated, and their features."""

    settings: dict[str, float]
    rows: list[Row]


def first_trials(
    rows: list[Row], fit: Fit, targets: tuple[Target, ...], model: Model, where: Path | str
) -> list[Tried]:
    """Return the best places of a sweep, best first, at most as many as the fit asks; none outside the free ranges.

    ConfigError, with `where` the rows are from, unless they are runs that a trial of the fit would make, each once; and
    where a neural network, which needs draws, would be trained on the best of them alone.
    """
    needed = protocols(targets)
    places: dict[tuple[float, ...], list[Row]] = {}
    for row in rows:
        if row["seed_network"] not in fit.effort.seeds or row["duration"] != fit.effort.duration:
            raise ConfigError(
                f"{where}: a row has seed_network = {row['seed_network']:g} and duration = {row['duration']:g} s, "
                f"but the trials of the fit have {list(fit.effort.seeds)} and {fit.effort.duration:g} s."
            )
        if row["protocol"] in needed:
            _refuse_other(row, fit, model, where)
            places.setdefault(tuple(row[name] for name in fit.free), []).append(row)
    inside = {
        place: here
        for place, here in places.items()
        if all(free.low <= x <= free.high for x, free in zip(place, fit.free.values(), strict=True))
    }
    for place, here in inside.items():
        for protocol in needed:
            seeds = [row["seed_network"] for row in here if row["protocol"] == protocol]
            n = len(set(seeds))
            values = ", ".join(f"{name} = {value:g}" for name, value in zip(fit.free, place, strict=True))
            if n < len(seeds):
                raise ConfigError(f"{where}: {values} has a network of {protocol} more than once.")
            if n < fit.effort.networks:
                raise ConfigError(
                    f"{where}: {values} has {n} of the {fit.effort.networks} networks in {protocol} that trials of the "
                    "fit have: simulate the others, or narrow the ranges of the fit."
                )
    best = sorted((score(targets, means(collect(here, columns(targets)))), place) for place, here in inside.items())
    n = fit.first_trials.best if fit.first_trials else 0
    if fit.sampler == "neural" and n < len(best):
        raise ConfigError(
            f"{where}: sampler = 'neural' learns from draws, which the best of a sweep are not: "
            f"first_trials.best = {n} must be at least {len(best)}, all of its places."
        )
    return [Tried(dict(zip(fit.free, place, strict=True)), inside[place]) for _, place in best[:n]]


def _refuse_other(row: Row, fit: Fit, model: Model, where: Path | str) -> None:
    """Raise ConfigError where a run has another value of a knob than one that a trial of the fit would make there."""
    settings = {name: row[name] for name in fit.free}
    one = fit.effort.model_copy(update={"networks": 1, "first_seed": int(row["seed_network"])})
    (wanted,) = fit.points(model, [row["protocol"]], settings, one)
    for name, value in wanted.items():
        if isinstance(value, float) and name in row and not math.isclose(row[name], value, rel_tol=1e-9):
            raise ConfigError(
                f"{where}: a row of {row['protocol']} has {name} = {row[name]:g}, and trials of the fit have "
                f"{value:g}: it is a sweep of something else."
            )
