"""Tables of a run to the data of its charts: points of a sweep, trials of a fit, its response surface."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.fit.compared import alive
from pipeline.fit.problem import Fit
from pipeline.fit.targets import FAR
from pipeline.measure.angles import ANGLE
from pipeline.measure.patterns import Feature
from pipeline.network.model import Model
from pipeline.show.chosen import explained, panels, told_last
from pipeline.show.network_figures import given, parts
from pipeline.show.style import feature_label, knob_label, log_ticks, looks
from pipeline.show.sweep_data import has_problem, is_log, is_ok, numeric, one_protocol, sound
from pipeline.sweep import shape

MOST_NUMBERS = 250_000
"""Values of features in the data of a sweep; of a larger one those features are kept that figures show."""

MOST_TRIALS = 300
"""Trials in a chart, the best."""


def sweep_data(
    name: str,
    rows: pd.DataFrame,
    axes: Sequence[str],
    model: Model,
    features: Mapping[str, Feature],
    wanted: Sequence[str] = (),
) -> Any:
    """Return the points of a sweep for its chart, None where nothing varies or no feature is known.

    `wanted`: the features that the run wants to see of this sweep.

    Keys: name, axes, ticks (by axis, of those on a logarithmic scale), labels and units by axis, protocols, point,
    every (n-th value of the knobs, of which there are too many), protocol (index), state (0 ok, 1 with a problem, 2
    diverged), values by axis, features by name, featureColours (of those of one population, its colour in all figures),
    angles (features that are in rad), first (the one to show first).
    """
    if rows.empty or not axes:
        return None
    first = panels(one_protocol(rows)[0], axes, features, model.populations, parts(model), given=given(model))
    scalars = [one for one, feature in features.items() if feature.kind == "scalar" and one in rows]
    known = [one for one in scalars if numeric(rows, one).notna().any()]
    if len(known) * len(rows) > MOST_NUMBERS:
        known = [one for one in known if one in first]
    every = max(1, -(-len(known) * len(rows) // MOST_NUMBERS))  # so many places apart: all of the range stays
    rows = rows[rows.groupby(list(axes), dropna=False, sort=False).ngroup() % every == 0]
    if not known:
        return None
    protocols = list(dict.fromkeys(rows["protocol"]))
    places = {axis: numeric(rows, axis).dropna().to_numpy(float) for axis in axes}
    colours = looks(model.populations)
    of_one = {one: features[one].populations[0] for one in known if len(features[one].populations) == 1}
    state = np.where(is_ok(rows), has_problem(rows).astype(int), 2)
    return {
        "name": name,
        "axes": list(axes),
        "ticks": {axis: log_ticks(at) for axis, at in places.items() if is_log(at)},
        "labels": {axis: knob_label(axis, model.settable) for axis in axes},
        "units": {axis: _unit(model.settable[axis].unit) for axis in axes},
        "every": every,
        "protocols": protocols,
        "point": [int(number) for number in rows["point"]],
        "protocol": [protocols.index(one) for one in rows["protocol"]],
        "state": state.tolist(),
        "values": {axis: _numbers(numeric(rows, axis)) for axis in axes},
        "features": {one: _numbers(numeric(rows, one)) for one in [*first, *known] if one in known},
        "featureLabels": {one: feature_label(features[one]) for one in known},
        "featureUnits": {one: _unit(features[one].unit) for one in known},
        "featureColours": {one: colours[name].colour for one, name in of_one.items() if name in colours},
        "angles": [one for one in known if features[one].unit == ANGLE],
        "first": _first([one for one in wanted or first if one in known] or known, rows, axes, model, features),
    }


def _first(
    names: Sequence[str], rows: pd.DataFrame, axes: Sequence[str], model: Model, features: Mapping[str, Feature]
) -> str:
    """Return the feature that depends most on the sampled knobs, on all where none is; of those alike the first."""
    rows, _ = one_protocol(rows)
    points = sound(rows)
    knobs = np.array([numeric(points, axis).to_numpy(float) for axis in shape.of_table(rows, axes).sampled or axes])
    values = {name: numeric(points, name).to_numpy(float) for name in names}
    there = [name for name in names if 2 * np.isfinite(values[name]).sum() >= len(points)] or list(names)
    told = {name: explained(values[name], knobs) for name in there}
    most = max(told.values())
    return next(name for name in told_last(there, features, given(model)) if told[name] >= most - 0.1)


def trials_data(trials: pd.DataFrame, fit: Fit, model: Model) -> Any:
    """Return the trials of a fit for its chart: knobs with their ranges, and the best trials; None without any."""
    if trials.empty:
        return None
    known = trials[(trials["state"] == "complete") & trials["score"].notna()].sort_values("score").head(MOST_TRIALS)
    known = known.dropna(subset=list(fit.free))
    if known.empty:
        return None
    best = alive(trials).sort_values("score")["trial"].head(1).tolist()  # of those that can be compared
    return {
        "knobs": [_range(name, fit, model) for name in fit.free],
        "swept": int((known["origin"] == "sweep").sum()),
        "trials": [
            {
                "number": int(row["trial"]),
                "score": _short(row["score"]),
                "best": row["trial"] in best,
                "values": {name: _short(row[name]) for name in fit.free},
            }
            for row in known.to_dict("records")
        ],
    }


def surface_data(surface: Mapping[str, Any], knobs: pd.DataFrame, fit: Fit, model: Model) -> Any:
    """Return the response surface of a fit for its chart, from what `posterior` left of it and the best knobs.

    Each knob begins at its best value, as its place in its range.
    """
    best = knobs.set_index("knob")["fitted"]
    ranges = [_range(name, fit, model) for name in fit.free]
    return {
        "far": FAR,
        "knobs": [one | {"best": _short(fit.free[one["name"]].place(best[one["name"]]))} for one in ranges],
        "targets": surface["targets"],
    }


def _range(name: str, fit: Fit, model: Model) -> dict[str, Any]:
    free, unit = fit.free[name], _unit(model.settable[name].unit)
    return {"name": name, "unit": unit, "low": free.low, "high": free.high, "log": free.log}


def _unit(unit: str) -> str:
    return "" if unit == "1" else unit


def _numbers(values: pd.Series) -> list[float | None]:
    return [None if np.isnan(value) else _short(value) for value in values]


def _short(value: Any) -> float:
    """Return a number in five digits, as a page needs it."""
    return float(f"{float(value):.5g}")
