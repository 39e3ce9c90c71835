"""Axes to points: every point one set of knob values, a protocol and seeds.

A point's `point` number is its place in the table; `network` numbers the repeats, and repeat r has both seeds
first_seed + r, so that points of one repeat share their network and their input.
"""

import itertools
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipeline.config.reader import ConfigError
from pipeline.config.tables import Row
from pipeline.network.model import Model
from pipeline.sweep.design import Sweep
from pipeline.sweep.enough import places

if TYPE_CHECKING:
    import pandas as pd


def samples(sweep: Sweep, model: Model) -> list[dict[str, float]]:
    """Return the settings of the axes: all combinations of a product, or each sample of another design.

    Each sample with each combination of the values that axes of a Latin hypercube list. Samples of a knob that takes
    whole numbers alone are rounded.
    """
    listed = [
        dict(zip(sweep.crossed, place, strict=True))
        for place in itertools.product(*(axis.listed for axis in sweep.crossed.values()))
    ]
    return [
        {name: (sample | place)[name] for name in sweep.axes} for sample in _drawn(sweep, model) for place in listed
    ]


def _drawn(sweep: Sweep, model: Model) -> list[dict[str, float]]:
    """Return the samples of the axes that are drawn together; of a product one, of no axes."""
    if sweep.samples is None:
        return [{}]
    columns = {}
    for (name, axis), unit in zip(sweep.sampled.items(), _unit(sweep, sweep.samples).T, strict=True):
        low, high = axis.span
        drawn = (
            np.exp(math.log(low) + unit * math.log(high / low)) if axis.log is not None else low + unit * (high - low)
        )
        columns[name] = np.rint(drawn) if model.whole(name) else drawn
    return [dict(zip(columns, map(float, place), strict=True)) for place in zip(*columns.values(), strict=True)]


def _unit(sweep: Sweep, n: int) -> np.ndarray:
    """Return places in the unit cube of the axes that are drawn together, places x axes."""
    if sweep.design == "sobol":
        from SALib.sample import sobol  # takes half a second, and few sweeps need it

        names = list(sweep.sampled)
        cube = {"num_vars": len(names), "names": names, "bounds": [[0, 1]] * len(names)}
        found: np.ndarray = sobol.sample(cube, n, calc_second_order=False, seed=sweep.design_seed)
        return found
    rng = np.random.default_rng(sweep.design_seed)
    # one sample in each of n strata of every axis, in an order of its own (McKay et al. 1979)
    return np.array([(rng.permutation(n) + rng.random(n)) / n for _ in sweep.sampled]).T


def check(sweep: Sweep, model: Model, where: str) -> None:
    """Raise ConfigError, with `where`, if a point of the sweep is none of the model's, or two samples are the same.

    Each value by itself is one that its knob may have, as `read_sweep` found; values together may contradict each
    other, and those that are drawn become the same where they are rounded.
    """
    rounded = [name for name in sweep.sampled if model.whole(name)]
    places = samples(sweep, model) if rounded or set(model.together).intersection(sweep.axes) else [{}]
    if rounded and (again := len(places) - len({tuple(place.values()) for place in places})):
        raise ConfigError(
            f"{where}: {again} of {len(places)} samples are the same as others, since {', '.join(rounded)} takes whole "
            "numbers alone: give fewer samples or a wider range, or list values."
        )
    _refuse_followed(sweep, model, where)
    axes = {name: np.array([place[name] for place in places], float) for name in places[0]}
    for protocol in sweep.protocols:
        base = model.point(protocol, {}) | sweep.set | {"duration": sweep.duration}
        model.refuse_wrong({name: np.full(len(places), float(value)) for name, value in base.items()} | axes, where)


def _refuse_followed(sweep: Sweep, model: Model, where: str) -> None:
    """Raise ConfigError for a number that follows from others in one protocol of the sweep, and is set in another."""
    for protocol in sweep.protocols:
        for name in model.protocols[protocol].keys() - sweep.set.keys() - sweep.axes.keys():
            others = [other for other in sweep.protocols if name not in model.protocols[other]]
            if others and (reads := model.follows_from(name)):
                raise ConfigError(
                    f"{where}: protocols: {protocol} sets {name}, which in {others[0]} follows from "
                    f"{', '.join(reads)}: sweep them by themselves."
                )


def points(sweep: Sweep, model: Model) -> pa.Table:
    """Return the points of a sweep: point, protocol, network, and the value of every knob in the table's units."""
    sampled = samples(sweep, model)
    shape = (len(sampled), len(sweep.protocols), sweep.networks)
    sample, protocol, network = (index.ravel() for index in np.indices(shape))
    bases = [model.point(name, {**sweep.set, "duration": sweep.duration}) for name in sweep.protocols]
    columns: dict[str, Any] = {
        "point": np.arange(len(sample)),
        "protocol": np.array(sweep.protocols)[protocol],
        "network": network,
    }
    for name in dict.fromkeys([*model.knobs, *sweep.axes, *sweep.set, *(name for base in bases for name in base)]):
        if name in sweep.axes:
            columns[name] = np.array([place[name] for place in sampled], float)[sample]
        elif name in ("seed_network", "seed_input"):
            columns[name] = (sweep.first_seed + network).astype(float)
        else:
            own = model.settable[name].value
            columns[name] = np.array([base.get(name, own) for base in bases], float)[protocol]
    return pa.table(columns)


def n_chunks(sweep: Sweep, model: Model, chunk_s: float) -> int:
    """Return how many jobs the sweep is cut into, each of a point or about `chunk_s` biological seconds.

    With `until`, of a place or so many seconds at the least number of networks.
    """
    each_s = sweep.duration + sweep.set.get("transient", model.knobs["transient"].value)
    usual, most = sweep.size / sweep.spread, sweep.size if sweep.until is None else sweep.places
    return math.ceil(min(max(1.0, usual * each_s / chunk_s), most))


def chunk(table: pa.Table, number: int, of: int, whole: bool = False) -> list[list[Row]]:
    """Return every `of`-th row from `number` on: slow regions of a grid are shared among the chunks.

    Each by itself; with `whole`, all networks of every `of`-th place together.
    """
    if whole:
        return list(itertools.islice(places(table.to_pylist()), number, None, of))
    return [[row] for row in table.take(np.arange(number, len(table), of)).to_pylist()]


def axes_of(table: "pd.DataFrame", knobs: Iterable[str]) -> list[str]:
    """Return the knobs that differ between points of a sweep, seeds apart, but not merely by protocol."""
    names = [name for name in knobs if not name.startswith("seed_")]
    different = table.groupby("protocol")[names].nunique().max() > 1
    return [name for name in names if different[name]]
