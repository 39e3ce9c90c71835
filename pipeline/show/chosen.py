"""Which features a figure shows where nobody said: of what each is, which are defined, which vary, which tell most."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from pipeline.measure.patterns import PATTERNS, Feature
from pipeline.show.style import lowered, with_unit
from pipeline.show.sweep_data import numeric, sound, spearman

ORDER = (
    *("rate_P", "response_P", "cv_P", "chi_P", "corr_P", "peak_frequency_P", "locking_P", "latency_P"),
    *("fano_P", "peak_power_P", "burst_P", "lv_P", "rate_P_fraction_silent", "rate_P_sd", "phase_P", "v_mean_P"),
    *("v_sd_P", "corr_P_Q"),
)
"""Kinds of features that figures show by themselves, the first first; the others are variants of these."""

OF_PARTS = ("rate_P", "response_P")
"""Kinds that are shown of parts of a population beside the whole."""

OF_INTERVALS = ("cv_P", "cv_P_median", "lv_P")
"""Kinds that rest on the neurons with several spikes, of which n_cv_P is the number."""

APART = 0.1
"""A part of a population fires differently where its rate differs by so much, of the larger, from that of the whole."""

MOST = 6
"""Panels of a figure that nobody chose, beside those of a network's own features."""

DEPENDS = 0.2
"""A feature depends on the knobs where they explain that part of its variance."""

MOST_OWN = 12
"""Panels of a network's own features in such a figure."""


OF_ANY = {one.name: one for one in PATTERNS}
"""The patterns of features of any network."""


def populations_of(features: Mapping[str, Feature], first: Iterable[str] = ()) -> list[str]:
    """Return the populations `first`, then the others that the features are of, in their order."""
    of_features = (name for feature in features.values() for name in feature.populations)
    return list(dict.fromkeys([*first, *of_features]))


def kind_label(feature: Feature) -> str:
    """Return the label of an axis for all features of a kind, without a population: 'rate (spikes/s)'."""
    own = re.sub(r"_[PQ](?=_|$)", "", feature.pattern) or feature.label
    label = OF_ANY[feature.pattern].label if feature.pattern in OF_ANY else own
    label = re.sub(r" of P and Q$", " of two populations", label)
    label = re.sub(r" (of|in) P\b", "", label)
    return with_unit(lowered(re.sub(r" P$", "", label)), feature.unit)


def kinds(names: Iterable[str], features: Mapping[str, Feature]) -> dict[str, list[str]]:
    """Return the features by the pattern that they are of, those of no pattern each by its own name."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(features[name].pattern or name, []).append(name)
    return found


def told_last(names: Iterable[str], features: Mapping[str, Feature], given: Collection[str]) -> list[str]:
    """Return features with those last that are of `given` populations alone: these say what was put in."""
    return sorted(names, key=lambda name: _of_given(features[name], given))


def _of_given(feature: Feature, given: Collection[str]) -> bool:
    return bool(feature.populations) and set(feature.populations) <= set(given)


def _defined(rows: pd.DataFrame, features: Mapping[str, Feature]) -> dict[str, np.ndarray]:
    """Return the values at sound points, of those features that are defined at most of them."""
    ok = sound(rows)
    values = {one.name: numeric(ok, one.name).to_numpy(float) for one in features.values() if one.kind != "curve"}
    return {name: found for name, found in values.items() if len(found) and 2 * np.isfinite(found).sum() >= len(found)}


def varies(values: np.ndarray) -> bool:
    """Return whether the values, where they are known, differ."""
    known = values[np.isfinite(values)]
    return bool(len(known)) and float(np.ptp(known)) > 1e-9 * float(np.abs(known).max())


def choose(
    rows: pd.DataFrame,
    features: Mapping[str, Feature],
    populations: Mapping[str, int] | None = None,
    part_of: Mapping[str, str] | None = None,
    most: int = MOST,
    given: Collection[str] = (),
) -> list[str]:
    """Return the features that a figure with a panel for each kind shows, in the order of ORDER, then of populations.

    A network's own features that vary come first, each with its like, then rates. Of other kinds those are shown of
    which a feature varies that is not of `given` populations alone, at most so many kinds, with their features that are
    defined at most of the points that are ok, those of `given` populations last. Of wholes and their parts those are
    shown that `shown_of` says.
    """
    values = _defined(rows, features)
    by_kind = kinds(told_last(_wanted(values, features, populations, part_of), features, given), features)
    own = kinds(told_last(own_of(rows, features), features, given), features)
    first = {
        pattern: told_last(dict.fromkeys([*by_kind.get(pattern, []), *names]), features, given)
        for pattern, names in list(own.items())[:MOST_OWN]
    }
    found = []
    for pattern in ORDER:
        names = by_kind.get(pattern, []) if pattern not in first else []
        if names and (
            pattern == ORDER[0] or any(varies(values[name]) and not _of_given(features[name], given) for name in names)
        ):
            found.append(names)
    return [name for names in [*first.values(), *found[:most]] for name in names]


def own_of(rows: pd.DataFrame, features: Mapping[str, Feature]) -> list[str]:
    """Return a network's own features that vary, wherever they are defined: its user wrote them to see them."""
    ok = sound(rows)
    own = [one.name for one in features.values() if one.kind == "scalar" and one.own]
    return [name for name in own if varies(numeric(ok, name).to_numpy(float))]


def shown_of(
    values: Mapping[str, np.ndarray], populations: Mapping[str, int], part_of: Mapping[str, str]
) -> tuple[list[str], set[str]]:
    """Return the populations that figures are of, and those of them that are shown beside their whole.

    Where no part fires differently from its whole, the whole is shown without parts; else its parts are shown, in its
    place where they cover it.
    """
    hidden, beside = set(), set()
    for whole, size in populations.items():
        parts = [name for name in populations if part_of.get(name) == whole]
        if not any(_apart(values, part, whole) for part in parts):
            hidden.update(parts)
        elif sum(populations[name] for name in parts) >= size:
            hidden.add(whole)
        else:
            beside.update(parts)
    shown = [name for name in populations if name not in hidden]
    return [name for name in shown if name not in beside] + [name for name in shown if name in beside], beside


def _apart(values: Mapping[str, np.ndarray], part: str, whole: str) -> bool:
    """Return whether a part fires differently from its whole at the usual point at which they fire."""
    own, of_whole = values.get(f"rate_{part}"), values.get(f"rate_{whole}")
    if own is None or of_whole is None:
        return True
    larger = np.maximum(own, of_whole)
    fires = larger > 0
    return bool(fires.any()) and float(np.median(np.abs(own - of_whole)[fires] / larger[fires])) > APART


def _wanted(
    values: Mapping[str, np.ndarray],
    features: Mapping[str, Feature],
    populations: Mapping[str, int] | None,
    part_of: Mapping[str, str] | None,
) -> list[str]:
    """Return the features of populations that figures are of, those beside their wholes last and only OF_PARTS."""
    sizes = populations or dict.fromkeys(populations_of(features), 1)
    order, parts = shown_of(values, sizes, part_of or {})
    found = []
    for name in values:
        what = features[name]
        of_part = parts.intersection(what.populations)
        if _of_few(what, values, sizes):
            continue
        if what.pattern in ORDER and set(what.populations) <= set(order) and (not of_part or what.pattern in OF_PARTS):
            found.append(name)
    return sorted(found, key=lambda name: [order.index(one) for one in features[name].populations])


def _of_few(feature: Feature, values: Mapping[str, np.ndarray], sizes: Mapping[str, int]) -> bool:
    """Return whether a feature of intervals rests on less than half of the neurons at the usual point.

    In a short run these are the few that happened to fire several times, and their CV is far too small.
    """
    if feature.pattern not in OF_INTERVALS:
        return False
    (name,) = feature.populations
    counts = values.get(f"n_cv_{name}")
    return counts is not None and 2 * float(np.median(counts[np.isfinite(counts)])) < sizes.get(name, 0)


def panels(
    rows: pd.DataFrame,
    axes: Sequence[str],
    features: Mapping[str, Feature],
    populations: Mapping[str, int] | None = None,
    part_of: Mapping[str, str] | None = None,
    most: int = MOST,
    given: Collection[str] = (),
) -> list[str]:
    """Return the features that a figure with a panel for each feature shows: own ones, rates, others that tell most.

    Of own ones and of rates those come first that depend on the knobs, which explain a fifth of their variance. Of each
    other kind that is the first feature that the knobs explain about best, unless they explain less than a
    fifth of its variance or it goes with a feature that is there (rank correlation above 0.97). Of wholes and their
    parts those are shown that `shown_of` says, of `given` populations none where there are others.
    """
    values, ok = _defined(rows, features), sound(rows)
    knobs = np.array([numeric(ok, axis).to_numpy(float) for axis in axes])
    wanted, own = _wanted(values, features, populations, part_of), own_of(rows, features)
    if any(not _of_given(features[name], given) for name in [*wanted, *own]):
        wanted, own = ([name for name in some if not _of_given(features[name], given)] for some in (wanted, own))
    own = _dependent(own, ok, knobs)[:MOST_OWN]
    by_kind = kinds([name for name in wanted if not features[name].own], features)
    rates = by_kind.pop(ORDER[0], [])
    found = _dependent([name for name in rates if varies(values[name])] or rates, ok, knobs)[:most]
    for pattern in ORDER:
        names = [name for name in by_kind.get(pattern, []) if varies(values[name])]
        told = {name: explained(values[name], knobs) for name in names}
        best = next((name for name in names if told[name] >= max(told.values()) - 0.1), None)
        if best is None or told[best] < DEPENDS or len(found) >= most:
            continue
        there = [values[name] for name in [*own, *found] if name in values]
        if all(abs(spearman(values[best], others)) <= 0.97 for others in there):
            found.append(best)
    return own + found


def _dependent(names: list[str], ok: pd.DataFrame, knobs: np.ndarray) -> list[str]:
    """Return features with those last that the knobs do not explain, such as one that is noise."""
    return sorted(names, key=lambda name: explained(numeric(ok, name).to_numpy(float), knobs) < DEPENDS)


def explained(values: np.ndarray, knobs: np.ndarray) -> float:
    """Return the part of the variance of ranks that ranks of the knobs, their squares and products explain, adjusted.

    1 where there are too few points to say.
    """
    known = np.isfinite(values) & np.isfinite(knobs).all(axis=0)
    x = [(one - one.mean()) / (one.std() or 1) for one in (pd.Series(knob[known]).rank().to_numpy() for knob in knobs)]
    columns = [np.ones(known.sum()), *x, *(a * b for k, a in enumerate(x) for b in x[k:])]
    free = int(known.sum()) - len(columns)
    if free < 3:
        return 1.0
    y = pd.Series(values[known]).rank().to_numpy()
    design = np.column_stack(columns)
    left = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    total = float(np.square(y - y.mean()).sum())
    if total == 0:
        return 0.0
    rank = int(np.linalg.matrix_rank(design))
    return 1 - float(np.square(left).sum()) / total * (len(y) - 1) / (len(y) - rank)
