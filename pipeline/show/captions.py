"""What there is to see in a figure, in a plain sentence made of the data."""

import functools
import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from pipeline.measure.angles import ANGLE, unwrapped
from pipeline.measure.patterns import Feature
from pipeline.show.chosen import choose, panels
from pipeline.show.network_raster import bands_of, rate_of, window
from pipeline.show.style import Knob, knob_value, lowered
from pipeline.show.sweep_data import drawn, is_ok, key, means, numeric, one_protocol, sound, spearman, without
from pipeline.show.sweep_pairs import correlations, many, ranked
from pipeline.show.sweep_sobol import table as sobol_table

NAMED = 2
"""Features that a sentence is about."""

MOST_STEPS = 3
"""Values of a knob at each of which a sentence says something; of more, at the least and the largest."""


def of_curves(
    rows: pd.DataFrame,
    x: str,
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    names: Iterable[str] | None = None,
) -> str:
    """Return what `curves` shows: how its first features change over the knob."""
    rows, _ = one_protocol(rows)
    chosen = drawn(choose(rows, features) if names is None else names, features)
    found = means(sound(rows), [x], chosen, features)
    told: list[str] = []
    for name in chosen:
        here = found[found["feature"] == name]
        if len(told) < NAMED and here["mean"].notna().any():
            told.append(f"{_the(features[name])} {_trend(here, key(0), features[name], x, knobs)}")
    return _sentence(told, rows)


def of_family(
    rows: pd.DataFrame,
    x: str,
    by: str,
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    names: Iterable[str] | None = None,
) -> str:
    """Return what `family` shows: how its first feature changes at the least and the largest value of `by`."""
    rows, _ = one_protocol(rows)
    chosen = drawn(panels(rows, [x, by], features) if names is None else names, features)
    found = means(sound(rows), [x, by], chosen, features).dropna(subset="mean")
    told: list[str] = []
    for name in chosen[:1]:
        here = found[found["feature"] == name]
        for step in sorted({here[key(1)].min(), here[key(1)].max()} if len(here) else ()):
            trend = _trend(here[here[key(1)] == step], key(0), features[name], x, knobs)
            told.append(f"{_the(features[name]) if not told else 'it'} {trend} at {by} = {knob_value(step, by, knobs)}")
    return _sentence(told, rows)


def of_maps(
    rows: pd.DataFrame,
    x: str,
    y: str,
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    names: Iterable[str] | None = None,
) -> str:
    """Return what `maps` shows: the range of its first features, where they are largest, and what they rise with."""
    rows, _ = one_protocol(rows)
    chosen = drawn(panels(rows, [x, y], features) if names is None else names, features)
    found = means(sound(rows), [x, y], chosen, features).dropna(subset="mean")
    told: list[str] = []
    for name in chosen:
        here = found[found["feature"] == name]
        if here.empty or len(told) == NAMED:
            continue
        low, high = here["mean"].min(), here["mean"].max()
        if _alike(here):
            told.append(f"{_the(features[name])} stays near {_value(here['mean'].mean(), features[name])}")
            continue
        top = here.loc[here["mean"].idxmax()]
        ways = [_way(here, key(k), knob) for k, knob in enumerate((x, y)) if features[name].unit != ANGLE]
        ways = [way for way in ways if way]
        told.append(
            f"{_the(features[name])} lies between {low:.3g} and {_value(high, features[name])}, is largest at "
            f"{x} = {knob_value(top[key(0)], x, knobs)} and {y} = {knob_value(top[key(1)], y, knobs)}"
            + (f", and {' and '.join(ways)}" if ways else "")
        )
    return _sentence(told, rows, found)


def of_slices(
    rows: pd.DataFrame,
    x: str,
    y: str,
    by: str,
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    names: Iterable[str] | None = None,
) -> str:
    """Return what `slices` shows: the range of its first features at each value of `by`, of many the outermost."""
    rows, _ = one_protocol(rows)
    chosen = drawn(panels(rows, [x, y, by], features) if names is None else names, features)
    found = means(sound(rows), [x, y, by], chosen, features).dropna(subset="mean")
    told: list[str] = []
    for name in chosen[:NAMED]:
        here = found[found["feature"] == name]
        ranges = [
            (
                f"near {_value(at['mean'].mean(), features[name])}"
                if _alike(at)
                else f"between {at['mean'].min():.3g} and {_value(at['mean'].max(), features[name])}"
            )
            + f" at {by} = {knob_value(step, by, knobs)}"
            for step, at in here.groupby(key(2))
        ]
        if ranges:
            shown = ranges if len(ranges) <= MOST_STEPS else [ranges[0], ranges[-1]]
            told.append(f"{_the(features[name])} lies {', '.join(shown)}")
    return _sentence(told, rows, found)


def of_distributions(
    rows: pd.DataFrame,
    by: str | None,
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    names: Iterable[str] | None = None,
) -> str:
    """Return what `distributions` shows: the median of its first features and where nine tenths of the points lie."""
    del by, knobs  # which the other captions have as well
    rows, _ = one_protocol(rows)
    chosen = drawn(choose(rows, features) if names is None else names, features)
    told: list[str] = []
    for name in chosen:
        values = numeric(sound(rows), name).dropna()
        if len(values) and len(told) < NAMED:
            if features[name].unit == ANGLE:
                values = pd.Series(unwrapped(values.to_numpy(float)))
            low, middle, high = values.quantile([0.05, 0.5, 0.95])
            told.append(
                f"the median of {_the(features[name])} is {_value(middle, features[name])}, and nine tenths of its "
                f"values lie between {low:.3g} and {_value(high, features[name])}"
            )
    return _sentence(told, rows)


def of_pairs(
    rows: pd.DataFrame,
    axes: Sequence[str],
    feature: str,
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    reason: str = "",
) -> str:
    """Return what `pairs` shows: on which knobs the feature depends most, and the `reason` why it is this feature."""
    del knobs  # which the other captions have as well
    rows, _ = one_protocol(rows)
    found = means(sound(rows), axes, [feature], features)
    values = found["mean"].dropna()
    if values.empty:
        return _sentence([], rows)
    told = f"{_the(features[feature])} lies between {values.min():.3g} and {_value(values.max(), features[feature])}"
    if features[feature].unit != ANGLE:
        strength = dict(zip(axes, correlations(rows, axes, [feature], features)[0], strict=True))
        order = sorted(axes, key=lambda axis: -abs(strength[axis]))[:3]
        numbers = [f"{axis} (rank correlation {strength[axis]:.2f})".replace("-", "−") for axis in order]
        told += f" and depends most on {', then on '.join(numbers)}"
    said = _sentence([told], rows, found)
    return f"{said} {reason[:1].upper()}{reason[1:]}." if reason else said


def of_dependence(
    rows: pd.DataFrame,
    axes: Sequence[str],
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    names: Iterable[str] | None = None,
) -> str:
    """Return what `dependence` shows: the strongest correlation of each of the first knobs."""
    del knobs
    rows, _ = one_protocol(rows)
    chosen = ranked(many(rows, axes, features, names), features)
    table = correlations(rows, axes, chosen, features) if chosen and is_ok(rows).any() else np.zeros((0, len(axes)))
    told: list[str] = []
    for column, axis in enumerate(axes[:3] if len(table) else []):
        best = int(np.argmax(np.abs(table[:, column])))
        value = f"{table[best, column]:.2f}".replace("-", "−")
        most = f"{axis} goes most with {_the(features[chosen[best]])} (rank correlation {value})"
        told.append(most if told else f"of the knobs, {most}")
    return _sentence(told, rows, means(sound(rows), axes, chosen[:1], features))


def of_sobol(
    rows: pd.DataFrame,
    axes: Sequence[str],
    features: Mapping[str, Feature],
    knobs: Mapping[str, Knob],
    names: Iterable[str] | None = None,
) -> str:
    """Return what `sobol` shows: which knob makes most of the variance of its first features, and what is together."""
    del knobs
    found = sobol_table(rows, axes, features, names)
    told: list[str] = []
    for name in found["feature"].unique():
        here = found[(found["feature"] == name) & found["total"].notna()]
        if len(told) < NAMED and len(here):
            told.append(_most_variance(here, _the(features[name])))
    return _sentence(told, rows)


def _most_variance(here: pd.DataFrame, feature: str) -> str:
    """Return which knob makes the largest part of a feature's variance, where its total index is clear of the next."""
    first, *others = (row for _, row in here.sort_values("total", ascending=False).iterrows())
    index = f"total index {first['total']:.2f} ± {first['total_se']:.2f}"
    for other in others[:1]:
        if first["total"] - other["total"] < math.hypot(first["total_se"], other["total_se"]):
            next_one = f"{other['knob']} ({other['total']:.2f} ± {other['total_se']:.2f})"
            return (
                f"whether {first['knob']} ({index}) or {next_one} makes more of the variance of {feature} takes more "
                "samples to tell"
            )
    part = "most" if first["total"] > 0.5 else "the largest part"
    alone = f"alone {first['first']:.2f} ± {first['first_se']:.2f}"
    return f"{part} of the variance of {feature} is due to {first['knob']} ({index}, {alone})"


def of_raster(
    spikes: pd.DataFrame,
    populations: Mapping[str, int],
    features_row: Mapping[str, object] | pd.Series | None,
    start_s: float,
    stop_s: float,
    title: str,
    part_of: Mapping[str, str] | None = None,
) -> str:
    """Return what `raster` shows: the rates of populations and which are silent."""
    bands = bands_of(spikes, populations, start_s, stop_s, part_of)
    first_s, _ = window(bands, features_row, start_s, stop_s)
    rates = {band.name: rate_of(band, features_row, stop_s - start_s) for band in bands}
    loud = sorted((band.name for band in bands if len(band.times_s)), key=lambda name: -rates[name])
    silent = [band.name for band in bands if not len(band.times_s)]
    told = [f"{name} fires at {rates[name]:.3g} spikes/s" for name in loud[:4]]
    if len(loud) > 4:
        told.append(f"{len(loud) - 4} more populations at {rates[loud[-1]]:.3g} to {rates[loud[4]]:.3g} spikes/s")
    if silent:
        told.append(f"{', '.join(silent[:4])}{' and others' if len(silent) > 4 else ''} without a spike")
    shown = sum(len(band.shown) for band in bands)
    named = f"{title}: " if title else ""
    return (
        f"{named}{', '.join(told) or 'no populations'}; the raster shows {shown} of "
        f"{sum(band.size for band in bands)} neurons in the last {stop_s - first_s:.3g} s."
    )


def _the(feature: Feature) -> str:
    return f"the {lowered(feature.label)}"


def _value(value: float, feature: Feature) -> str:
    return f"{value:.3g}" if feature.unit == "1" else f"{value:.3g} {feature.unit}"


def _alike(found: pd.DataFrame) -> bool:
    """Return whether means differ by no more than 2 percent, or than networks make equal ones differ.

    By Tukey's range of as many means with their pooled standard error, at 5 percent.
    """
    mean, free = found["mean"].to_numpy(float), int((found["n"] - 1).sum())
    pooled = float(np.sqrt(np.mean(np.square(found["sem"].dropna())))) if free > 0 else 0.0
    chance = pooled * _range(len(mean), free) if pooled else 0.0
    return bool(np.ptp(mean) <= max(0.02 * np.abs(mean).max(), chance))


@functools.cache
def _range(n: int, free: int) -> float:
    """Return how many standard errors lie between the ends of n equal means, in 95 of 100 cases at most."""
    from scipy.stats import studentized_range  # takes a second, and most figures need none of it

    return float(studentized_range.ppf(0.95, n, free))


def _trend(found: pd.DataFrame, at: str, feature: Feature, x: str, knobs: Mapping[str, Knob]) -> str:
    """Return how a feature changes over a knob: 'rises from 2.1 to 9.8 spikes/s as we goes from 0.8 to 3.2 mV'."""
    found = found.dropna(subset="mean").sort_values(at)
    if feature.unit == ANGLE:
        found = found.assign(mean=np.unwrap(found["mean"].to_numpy(float)))
    place, mean = found[at].to_numpy(float), found["mean"].to_numpy(float)
    if len(mean) == 1:
        return f"is {_value(mean[0], feature)} at {x} = {knob_value(place[0], x, knobs)}"
    over = f"as {x} goes from {place[0]:.4g} to {knob_value(place[-1], x, knobs)}"
    if _alike(found):
        return f"stays near {_value(float(mean.mean()), feature)} {over}"
    change, spread = mean[-1] - mean[0], float(np.ptp(mean))
    if abs(change) >= 0.75 * spread:
        verb = "rises" if change > 0 else "falls"
        return f"{verb} from {mean[0]:.3g} to {_value(mean[-1], feature)} {over}"
    for index, verb in ((int(mean.argmax()), "peaks at"), (int(mean.argmin()), "has its least,")):
        if 0 < index < len(mean) - 1 and min(abs(mean[index] - mean[0]), abs(mean[index] - mean[-1])) > 0.4 * spread:
            return f"{verb} {_value(mean[index], feature)} at {x} = {knob_value(place[index], x, knobs)}"
    return f"varies between {mean.min():.3g} and {_value(float(mean.max()), feature)} {over}"


def _way(found: pd.DataFrame, at: str, knob: str) -> str:
    strength = spearman(found[at].to_numpy(float), found["mean"].to_numpy(float))
    return "" if abs(strength) < 0.3 else f"{'rises' if strength > 0 else 'falls'} with {knob}"


def _sentence(told: list[str], rows: pd.DataFrame, found: pd.DataFrame | None = None) -> str:
    """Return one sentence of what was told, with what it rests on: without which points, and which of `means`."""
    diverged = int((~is_ok(rows)).sum())
    if not len(rows):
        return "There are no points."
    if diverged == len(rows):
        return f"All {len(rows)} points diverged."
    words = "; ".join(told) or "No feature is defined at most of the points"
    averaged = told and found is not None and len(found) and found["n"].max() > 1
    rests = ", ".join(one for one in ("means over networks" if averaged else "", without(rows)) if one)
    words += (f" ({rests})" if rests else "") + (f"; {diverged} of {len(rows)} points diverged" if diverged else "")
    return words[:1].upper() + words[1:] + "."
