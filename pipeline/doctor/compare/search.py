"""The search for numbers of a reference that close a gap: which act there, and with which value.

A number is a candidate where it acts on the place of the gap. Its value is sought by how the quantity follows it.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.doctor.compare.comparison import Gap, arrow, quantities, residual
from pipeline.doctor.compare.portrait import Portrait
from pipeline.doctor.compare.reference import Reference

ROUNDS = 7
BUILDS = 4
"""Values for which the network is built anew, of one number and one gap."""

GOOD = 0.2
"""A value is refined until the quantity is within that part of what counts as the same."""

ACTS = {
    "number of neurons": ("the size of",),
    "in-degree": ("the connections of", "the size of", "what is compiled"),
    "delay": ("delay of", "the initial values of", "what is compiled"),
    "initial potential": ("the initial values of",),
    "step": ("the step",),
}
"""Beginnings of what the numbers act on that a kind of quantity follows; others follow any."""

APART = ("delay of", "the connections of", "the size of", "the step")
"""Beginnings of what no other quantity follows."""

NOT_TRIED = frozenset({"projection", "event", "sign", "integrator", "spikes"})
"""Kinds of deviation that are no quantity."""


@dataclass
class _Trial:
    """The search for the value of one number that closes one gap."""

    gap: Gap
    name: str
    x: float
    past: list[tuple[float, np.ndarray]]
    done: bool = False
    closes: bool = False


class Search:
    """Searches numbers of a reference for gaps between it and another network."""

    def __init__(self, theirs: Portrait, base: Portrait, reference: Reference) -> None:
        """`theirs`: with the names of the reference, whose portrait with its own numbers is `base`."""
        self.theirs, self.base, self.reference = theirs, base, reference
        self.labels = _labels(base)
        self._ours = quantities(base)
        self._populations = {one.name for one in base.populations}

    def proposals(self, wanted: Sequence[Gap], fixed: Mapping[str, float]) -> list[tuple[str, float]]:
        """Return numbers, with values that close a gap each on top of `fixed`."""
        found: dict[tuple[str, float], None] = {}
        for near in (True, False):  # first what acts on nothing but the place itself
            closed = {trial.gap.key for trial in self._tried(wanted, fixed, near, found)}
            wanted = [gap for gap in wanted if gap.key not in closed]
        return list(found)

    def _tried(
        self, wanted: Sequence[Gap], fixed: Mapping[str, float], near: bool, found: dict[tuple[str, float], None]
    ) -> list[_Trial]:
        trials = [
            _Trial(gap, name, self._start(gap, name), [])
            for gap in wanted
            if gap.theirs is not None and gap.key[0] not in NOT_TRIED
            for name in self._candidates(gap, near)
        ]
        start = self._residuals([dict(fixed)] * len(trials), [trial.gap for trial in trials])
        for trial, first in zip(trials, start, strict=True):
            if first is not None:
                trial.past.append((fixed.get(trial.name, self.reference.settings[trial.name].value), first))
        for _ in range(ROUNDS):
            rest = [trial for trial in trials if not trial.done]
            points = [{**fixed, trial.name: trial.x} for trial in rest]
            for trial, new in zip(rest, self._residuals(points, [trial.gap for trial in rest]), strict=True):
                _step(trial, new, self.reference.settings[trial.name].value)
                if self.reference.builds(trial.name) and len(trial.past) > BUILDS:
                    trial.done = True
        good = [trial for trial in trials if trial.closes]
        found.update({(trial.name, trial.past[-1][0]): None for trial in good})
        return good

    def _residuals(self, points: Sequence[Mapping[str, float]], of: Sequence[Gap]) -> list[np.ndarray | None]:
        """Return how far each gap is from closed at its point."""
        found: list[np.ndarray | None] = [None] * len(of)
        for whole in (True, False):
            chosen = [k for k, gap in enumerate(of) if (gap.key[1] not in self._populations) == whole]
            for k, portrait in zip(chosen, self.reference.portraits([points[k] for k in chosen], whole), strict=True):
                item = quantities(portrait).items.get(of[k].key) if portrait is not None else None
                theirs = of[k].theirs
                if item is not None and theirs is not None:
                    found[k] = residual(of[k].key, item, theirs, self._ours.within, self._dt_s())
        return found

    def _dt_s(self) -> float:
        return max(one.dt_s for of in (self.theirs, self.base) for one in of.populations)

    def _candidates(self, gap: Gap, near: bool) -> list[str]:
        """Return the numbers that act on the place of a gap; `near`: on the projection itself, or on nothing else."""
        kind, place, _ = gap.key
        labels, words = self.labels[place], ACTS.get(kind, ("",))
        found = []
        for name, setting in self.reference.settings.items():
            if setting.acts in ("nothing", "refused") or not math.isfinite(setting.value):
                continue
            places = [text.partition(" (")[0] for text in setting.on]  # without how a delay is rounded
            on = [text for text in places if text.startswith(words) and (kind in ACTS or not text.startswith(APART))]
            if not any(text in words or text == "what is compiled" or _ends(text, labels) for text in on):
                continue
            if place in self._populations:
                close = kind not in ACTS or len(on) == len(setting.on)
            else:
                close = any(_ends(text, labels[:1]) for text in on)
            drives = place in self._populations and set(setting.on) <= {f"the initial values of {x}" for x in labels}
            drives = drives and kind in ("passive current", "spread over neurons")
            if (close and (kind in ACTS or drives or not self.reference.builds(name))) == near:
                found.append(name)
        return sorted(found, key=lambda name: (bool(self.reference.settings[name].reads), not self._named(name)))

    def _named(self, name: str) -> bool:
        theirs, setting = self.theirs.constants.get(name), self.reference.settings[name]
        return theirs is not None and abs(theirs - setting.si(setting.value)) > 1e-6 * abs(theirs)

    def _start(self, gap: Gap, name: str) -> float:
        """Return a first value to try: their script's own, else one in proportion, else one near by."""
        setting = self.reference.settings[name]
        if self._named(name) and setting.si(1.0):
            return self.theirs.constants[name] / setting.si(1.0)
        if gap.theirs is not None and gap.ours is not None and len(gap.theirs.value) == 1:
            ratio = float(gap.theirs.value[0] / gap.ours.value[0]) if gap.ours.value[0] else 0.0
            direct = gap.key[1] not in self._populations or self.reference.builds(name)
            if ratio > 0 and setting.value and direct:
                return (
                    float(round(setting.value * ratio)) if gap.key[0] == "number of neurons" else setting.value * ratio
                )
        step = 0.3 if self.reference.builds(name) else 0.05  # what is drawn anew is not quite the same
        return setting.value * (1 + step) if setting.value else 0.1


def _step(trial: _Trial, new: np.ndarray | None, own: float) -> None:
    """Move a trial on by the secant of what its last two values gave."""
    if new is None or not trial.past:
        trial.done = True
        return
    size = float(np.abs(new).max())
    x_old, old = trial.past[-1]
    trial.past.append((trial.x, new))
    trial.closes = size < 1
    change = new - old
    if size < GOOD or not np.any(np.abs(change) > 1e-3) or trial.x == x_old:
        trial.done = True
        return
    slope = change / (trial.x - x_old)
    left = new - slope * (slope @ new) / (slope @ slope)
    slow = len(trial.past) > 3 and np.linalg.norm(new) > 0.7 * np.linalg.norm(old)
    if slow or (len(trial.past) == 2 and np.linalg.norm(left) > 0.7 * np.linalg.norm(new)):
        trial.done = True  # it changes something else
        return
    move = -float(slope @ new) / float(slope @ slope)
    limit = 3 * max(abs(own), abs(trial.x)) or 10.0
    trial.x += float(np.clip(move, -limit, limit))
    if own > 0:  # a size, a conductance, a time: no other sign
        trial.x = max(trial.x, own / 30)


def _ends(text: str, labels: Iterable[str]) -> bool:
    return any(re.search(rf"(^|\s){re.escape(label)}$", text) for label in labels)


def _labels(portrait: Portrait) -> Mapping[str, tuple[str, ...]]:
    """Return, by place, what the objects are called on which it rests."""
    found: dict[str, tuple[str, ...]] = {}
    groups = {one.name: (one.name, one.group) for one in portrait.populations}
    for one in portrait.projections:
        for place in (arrow(one), *(f"{arrow(one)} ({k})" for k in range(2, 9))):
            found.setdefault(place, ())
            found[place] += (one.synapses, *groups[one.post])
    return {**groups, **found}
