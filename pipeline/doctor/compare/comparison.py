"""Where one portrait deviates from another: quantity by quantity, each with what counts as the same, and in words."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.doctor.compare.curves import GRID_V, Item
from pipeline.doctor.compare.portrait import Population, Portrait, Projection

Key = tuple[str, str, str]
"""Kind of quantity, place, variable ('' where it is of no variable)."""

SAME: dict[str, tuple[float, float]] = {
    "number of neurons": (0.0, 0.5), "leak": (0.02, 0.0), "passive current": (0.02, 0.0),
    "spread over neurons": (0.1, 0.03),
    "time constant": (0.05, 1e-6), "steady state": (0.0, 0.01), "effect on v": (0.03, 0.0),
    "change by a spike": (0.02, 0.0), "resting potential": (0.0, 1e-3), "threshold": (0.0, 3e-4),
    "reset": (0.0, 3e-4), "refractory time": (0.02, 5e-5), "noise": (0.03, 0.0), "initial potential": (0.0, 1e-3),
    "rate": (0.02, 0.0), "modulation": (0.0, 0.02), "events a second": (0.02, 0.0), "in-degree": (0.02, 0.0),
    "delay": (0.0, 0.0), "decay": (0.02, 1e-6), "size of an event": (0.02, 0.0), "reversal potential": (0.0, 1e-3),
    "step": (1e-3, 0.0),
}  # fmt: skip
"""Kinds of quantities; what counts as the same: part of the reference's value, and in SI units beside it."""

NAMES = {"passive": "passive current", "spread": "spread over neurons", "rest": "resting potential",
         "size": "size of an event", "reversal": "reversal potential"}  # fmt: skip
CURVES = {"tau": "time constant", "steady": "steady state", "effect": "effect on v", "jump": "change by a spike"}
NEURON = frozenset({"leak", "passive current", *CURVES.values()})
"""What a neuron alone is made of; where it rests follows from it."""

CLOSE_V = 5e-4
SIGMAS = 4.0
"""Means over neurons or synapses are the same within so many standard errors."""


@dataclass(frozen=True)
class Gap:
    """A quantity that is not the same; None where one network does not have it."""

    key: Key
    theirs: Item | None
    ours: Item | None
    text: tuple[str, str] | None = None
    """Theirs and ours, of what is no number."""


@dataclass(frozen=True)
class Quantities:
    """All quantities of a portrait by key, those that are words apart, and where curves matter."""

    items: Mapping[Key, Item]
    words: Mapping[Key, str]
    within: Mapping[str, np.ndarray]
    """By population: the potentials of GRID_V that its neurons reach."""


def arrow(one: Projection) -> str:
    """Return how a projection is called: post<-pre."""
    return f"{one.post}<-{one.pre}" if one.pre else f"{one.post}<-input {one.synapses}"


def quantities(portrait: Portrait) -> Quantities:
    """Return a portrait by quantity."""
    items: dict[Key, Item] = {}
    words: dict[Key, str] = {}
    for one in portrait.populations:
        items["number of neurons", one.name, ""] = Item(np.array([float(one.size)]))
        if one.fires != "source":
            items["step", one.name, ""] = Item(np.array([one.dt_s]))
            words["integrator", one.name, ""] = one.method
            words["spikes", one.name, ""] = one.fires
        for name, item in one.items.items():
            if name == "rate":
                mean = item.value.mean(keepdims=True)
                items["rate", one.name, ""] = Item(mean)
                items["modulation", one.name, ""] = Item(item.value / mean - 1 if mean else item.value)
            else:
                if name == "passive":
                    within, step_v = _within(one), GRID_V[1] - GRID_V[0]
                    leak = -float(np.median(np.gradient(item.value, step_v)[within]))
                    items["leak", one.name, ""] = Item(np.array([leak]), item.error / 0.05)
                kind, _, variable = name.partition(" of ")
                items[NAMES.get(kind, kind), one.name, variable] = item
        for variable, curves in one.curves.items():
            if np.any(curves["effect"].value) or "sent" in curves:
                items |= {(CURVES[name], one.name, variable): curve for name, curve in curves.items() if name in CURVES}
    counts: dict[str, int] = {}
    for link in portrait.projections:
        name = arrow(link)
        counts[name] = counts.get(name, 0) + 1
        place = name if counts[name] == 1 else f"{name} ({counts[name]})"
        words["event", place, ""] = link.form
        words["sign", place, ""] = {1.0: "excites", -1.0: "inhibits"}.get(link.sign, "unknown")
        items |= {(NAMES.get(kind, kind), place, ""): item for kind, item in link.items.items()}
    return Quantities(items, words, {one.name: _within(one) for one in portrait.populations})


def _within(one: Population) -> np.ndarray:
    everywhere = np.ones(len(GRID_V), bool)
    if one.fires != "reset":
        return everywhere
    low = min(float(one.items[name].value[0]) for name in ("rest", "reset") if name in one.items) - 0.02
    high = float(one.items["threshold"].value[0])
    found: np.ndarray = (low < GRID_V) & (high > GRID_V)
    return found if found.any() else everywhere


def residual(key: Key, theirs: Item, ours: Item, within: Mapping[str, np.ndarray], dt_s: float) -> np.ndarray:
    """Return by how much two items differ, 1 being as far as counts as the same."""
    kind, place, _ = key
    part, beside = SAME[kind]
    a, b = theirs.value.astype(float), ours.value.astype(float)
    if len(a) == len(GRID_V):
        a, b = a[within[place]], b[within[place]]
        if kind == "passive current":
            beside = CLOSE_V * float(np.median(np.abs(np.gradient(b, GRID_V[1] - GRID_V[0])))) if len(b) > 1 else 0.0
        elif kind == "effect on v":
            beside = 1e-4 * float(np.nanmax(np.abs(b)))
    elif kind == "delay":
        beside = 0.51 * dt_s  # a delay between two steps goes to one of them
    same = part * np.abs(b) + beside + SIGMAS * float(np.hypot(theirs.error, ours.error)) + 1e-12
    with np.errstate(all="ignore"):
        found: np.ndarray = np.nan_to_num((a - b) / same, nan=0.0 if np.array_equal(a, b, equal_nan=True) else 99.0)
    return found


def far(key: Key, theirs: Item, ours: Item, within: Mapping[str, np.ndarray], dt_s: float) -> bool:
    """Tell whether two items are not the same."""
    found = residual(key, theirs, ours, within, dt_s)
    return bool(np.abs(found).max(initial=0.0) > 1)


def gaps(theirs: Portrait, ours: Portrait) -> list[Gap]:
    """Return where `theirs`, renamed as `ours`, deviates; what only follows from another deviation is left out."""
    a, b = quantities(theirs), quantities(ours)
    dt_s = max(one.dt_s for of in (theirs, ours) for one in of.populations)
    places = {key[1] for key in {*a.words, *a.items}}, {key[1] for key in {*b.words, *b.items}}
    found = []
    for place in sorted(places[0] ^ places[1]):
        texts = ("present", "missing") if place in places[0] else ("missing", "present")
        found.append(Gap(("projection", place, ""), None, None, texts))
    for key in dict.fromkeys([*b.words, *a.words]):
        one, other = a.words.get(key), b.words.get(key)
        if key[1] in places[0] & places[1] and one is not None and other is not None and one != other:
            found.append(Gap(key, None, None, (one, other)))
    for key in dict.fromkeys([*b.items, *a.items]):
        theirs_item, ours_item = a.items.get(key), b.items.get(key)
        if key[1] not in places[0] & places[1]:
            continue
        if theirs_item is None or ours_item is None:
            if key[0] in ("effect on v", "reversal potential", "noise", "reset", "change by a spike"):
                found.append(Gap(key, theirs_item, ours_item))
        elif far(key, theirs_item, ours_item, b.within, dt_s):
            found.append(Gap(key, theirs_item, ours_item))
    return _without_consequences(found, a, b)


def _without_consequences(found: list[Gap], a: Quantities, b: Quantities) -> list[Gap]:
    keys = {gap.key for gap in found}
    made_of = {place for kind, place, _ in keys if kind in NEURON}
    otherwise = {place for kind, place, _ in keys if kind in ("event", "sign")}
    kept = []
    for gap in found:
        kind, place, _ = gap.key
        if kind == "resting potential" and place in made_of:
            continue
        if kind in ("size of an event", "reversal potential") and place in otherwise:
            continue
        if kind == "sign" and ("event", place, "") in keys:
            continue
        decay = ("decay", place, "")
        if kind == "size of an event" and decay in keys:  # jump and charge cannot both stay when the decay changes
            per_time = [of.items[gap.key].value[0] / of.items[decay].value[0] for of in (a, b)]
            if abs(per_time[0] / per_time[1] - 1) < SAME[kind][0]:
                continue
        kept.append(gap)
    return kept
