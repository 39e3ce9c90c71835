"""Which population, variable and projection of one network is which of another, by what is measured of them."""

import difflib
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipeline.doctor.compare.curves import Item
from pipeline.doctor.compare.portrait import Population, Portrait, Projection

MOST = 7
"""Populations beyond that number have too many matches to try."""

CLEAR = 0.05
"""A match is clear where the next best is worse by that at least."""


ALIKE = 2.2
"""Variables whose curves differ by more (of 3) are not each other's counterpart."""


class NotComparableError(ValueError):
    """The two networks have no clear match, said in one sentence."""


def matched(theirs: Portrait, ours: Portrait) -> dict[str, str]:
    """Return the name of their population for each of ours; raises NotComparableError."""
    kinds = ["spike sources", "populations of neurons"]
    for source, kind in zip((True, False), kinds, strict=True):
        here, there = ([one.name for one in of.populations if (one.fires == "source") == source]
                       for of in (theirs, ours))  # fmt: skip
        if len(here) != len(there):
            raise NotComparableError(
                f"The network has {len(here)} {kind} ({', '.join(here) or 'none'}), the reference {len(there)} "
                f"({', '.join(there) or 'none'}): they cannot be matched one to one."
            )
    if len(ours.populations) > MOST:
        raise NotComparableError(f"The reference has more than {MOST} populations: too many matches to try.")
    fits = sorted(_fits(theirs, ours), key=lambda fit: fit[0])
    (best, match), next_best = fits[0], fits[1] if len(fits) > 1 else (math.inf, ())
    if next_best[0] - best < CLEAR:
        differ = [(a.name, b.name) for a, b in zip(match, next_best[1], strict=True) if a is not b]
        raise NotComparableError(
            f"Which population is which is not clear: {ours.populations[_first(match, next_best[1])].name} of the "
            f"reference may be {differ[0][0]} or {differ[0][1]}."
        )
    return {mine.name: other.name for mine, other in zip(ours.populations, match, strict=True)}


def _first(one: Sequence[Population], two: Sequence[Population]) -> int:
    return next(k for k, (a, b) in enumerate(zip(one, two, strict=True)) if a is not b)


def _fits(theirs: Portrait, ours: Portrait) -> Iterator[tuple[float, tuple[Population, ...]]]:
    """Yield how badly each one-to-one match fits, in units of a doubled size."""
    signs = [{(one.pre, one.post): one.sign for one in of.projections} for of in (theirs, ours)]
    totals = [sum(one.size for one in of.populations if one.fires != "source") for of in (theirs, ours)]
    for order in itertools.permutations(theirs.populations):
        pairs = list(zip(ours.populations, order, strict=True))
        if any((a.fires == "source") != (b.fires == "source") for a, b in pairs):
            continue
        names = {a.name: b.name for a, b in pairs} | {"": ""}
        links = {(names[pre], names[post]): sign for (pre, post), sign in signs[1].items()}
        worse = 0.0
        for a, b in pairs:
            worse += min(2.0, abs(math.log2((b.size / totals[0]) / (a.size / totals[1]))))
            worse += 0.1 * (1 - difflib.SequenceMatcher(None, a.name.lower(), b.name.lower()).ratio())
            worse += 1.0 * (a.fires != b.fires) + min(1.0, _unlike(a, b))
        for link in {*links, *signs[0]}:
            one, other = links.get(link), signs[0].get(link)
            worse += 0.5 if one is None or other is None else 1.0 * (one != other)
        yield worse, order


def _unlike(ours: Population, theirs: Population) -> float:
    """Return how much passive currents differ, relative to their size."""
    if "passive" not in ours.items or "passive" not in theirs.items:
        return 0.0
    a, b = (one.items["passive"].value for one in (ours, theirs))
    return float(np.median(np.abs(a - b) / (np.abs(a) + np.abs(b) + 1e-12)))


def renamed(theirs: Portrait, ours: Portrait, names: Mapping[str, str]) -> Portrait:
    """Return their portrait with the names and order of ours, and what their projections are called."""
    back = {other: mine for mine, other in names.items()} | {"": ""}
    own = {one.name: one for one in ours.populations}
    populations = []
    for one in theirs.populations:
        mine = own[back[one.name]]
        populations.append(replace(one, name=mine.name, curves=_variables(one.curves, mine.curves)))
    projections: list[Projection] = []
    for link in dict.fromkeys((one.pre, one.post) for one in [*ours.projections, *_back(theirs, back)]):
        left = [one for one in _back(theirs, back) if (one.pre, one.post) == link]
        for own_link in [one for one in ours.projections if (one.pre, one.post) == link]:
            if left:
                best = min((_distance(one, own_link), k) for k, one in enumerate(left))[1]
                projections.append(replace(left.pop(best), synapses=own_link.synapses))
        projections += left
    return Portrait(tuple(populations), tuple(projections), theirs.constants)


def _back(theirs: Portrait, back: Mapping[str, str]) -> list[Projection]:
    return [replace(one, pre=back[one.pre], post=back[one.post]) for one in theirs.projections]


def _distance(one: Projection, other: Projection) -> float:
    """Return how much two projections between the same populations differ."""
    far = 3.0 * (one.sign != other.sign) + 1.0 * (one.form != other.form)
    for name in ("size", "decay", "in-degree"):
        a, b = (float(of.items[name].value[0]) if name in of.items else 0.0 for of in (one, other))
        far += min(3.0, abs(math.log2((a + 1e-9) / (b + 1e-9))))
    return far


def _variables(
    theirs: Mapping[str, Mapping[str, Item]], ours: Mapping[str, Mapping[str, Item]]
) -> dict[str, Mapping[str, Item]]:
    """Return their curves by the names of our variables: the most similar first, names where curves decide nothing."""
    pairs = sorted(
        (
            _curve_distance(a, b) + 0.01 * (1 - difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio()),
            one,
            other,
        )
        for one, a in theirs.items()
        for other, b in ours.items()
    )
    found: dict[str, Mapping[str, Item]] = {}
    used: set[str] = set()
    for far, one, other in pairs:
        if one not in used and other not in found and far < ALIKE:
            found[other] = theirs[one]
            used.add(one)
    return found | {f"{name} of theirs": curves for name, curves in theirs.items() if name not in used}


def _curve_distance(a: Mapping[str, Item], b: Mapping[str, Item]) -> float:
    """Return how much two variables differ: 0 to 3."""
    with np.errstate(all="ignore"):
        taus = np.abs(np.log2(a["tau"].value / b["tau"].value))
    far = min(1.0, float(np.nanmedian(np.nan_to_num(taus, nan=9.0, posinf=9.0))))
    if ("steady" in a) != ("steady" in b):
        return far + 2
    if "steady" in a:
        far += min(1.0, float(np.abs(a["steady"].value - b["steady"].value).mean()))
    x, y = a["effect"].value, b["effect"].value
    return far + float(np.abs(x - y).sum() / (np.abs(x) + np.abs(y)).sum()) if np.any(x) or np.any(y) else far
