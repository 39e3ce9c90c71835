"""Numbers of the reference that would give what the other network has: what each closes and disturbs is measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.doctor.compare.comparison import Gap, Key, gaps, quantities
from pipeline.doctor.compare.portrait import Portrait
from pipeline.doctor.compare.reference import Reference
from pipeline.doctor.compare.search import Search

PASSES = 3
"""What a number explains may be seen only once others have their values."""


@dataclass
class Explained:
    """Deviations that have one cause: the numbers that give the reference these alone, or none."""

    gaps: list[Gap]
    knobs: dict[str, float] = field(default_factory=dict)
    theirs_too: str = ""
    """The number that their script has under the same name with another value."""
    also: tuple[Key, ...] = ()
    """What else changes with these numbers."""
    others: tuple[tuple[str, float], ...] = ()
    """Other numbers that would do the same, each alone."""


class Explainer:
    """Explains the deviations of one network from a reference."""

    def __init__(self, theirs: Portrait, reference: Reference) -> None:
        """`theirs`: with the names of the reference."""
        self.theirs, self.reference = theirs, reference
        base = reference.portraits([{}])[0]
        assert base is not None  # the script was adopted
        self.base = base
        self._search = Search(theirs, base, reference)

    def explain(self) -> list[Explained]:
        """Return all deviations by cause."""
        found: list[Explained] = []
        fixed: dict[str, float] = {}
        left = gaps(self.theirs, self.base)
        for _ in range(PASSES):
            accepted = self._accepted(left, fixed)
            new = []
            for one in accepted:
                completed = self._completed(one, fixed)
                if len(completed.gaps) > len({key for key in completed.also if key not in {gap.key for gap in left}}):
                    new.append(completed)  # it closes more than it opens
            for one in new:
                found.append(self._alone(one, found))
            for one in new:
                fixed |= one.knobs
            left = gaps(self.theirs, self._with(fixed))
            if not new or not left:
                break
        return found + self._unexplained(left)

    def _unexplained(self, left: Sequence[Gap]) -> list[Explained]:
        """Return what no number explains, all of one variable together."""
        by_place: dict[Key, list[Gap]] = {}
        for gap in left:
            kind, place, variable = gap.key
            by_place.setdefault(("" if variable else kind, place, variable), []).append(gap)
        return [Explained(several, self._without(several[0])) for several in by_place.values()]

    def _with(self, knobs: Mapping[str, float]) -> Portrait:
        portrait = self.reference.portraits([knobs])[0]
        return self.base if portrait is None else portrait

    def _accepted(self, left: list[Gap], fixed: Mapping[str, float]) -> list[Explained]:
        """Return what explains some gaps on top of `fixed`, of which none touches another's gaps; the best first."""
        before = self._with(fixed)
        proposals = self._search.proposals(left, fixed)
        tried = self.reference.portraits([{**fixed, name: value} for name, value in proposals])
        offers = []
        for (name, value), with_it in zip(proposals, tried, strict=True):
            if with_it is not None:
                remaining = {gap.key for gap in gaps(self.theirs, with_it)}
                offers.append((name, value, remaining, {gap.key for gap in gaps(with_it, before)}))
        known = {gap.key for gap in left}
        accepted: list[Explained] = []
        while offers:
            scored = []
            for name, value, remaining, changed in offers:
                closed = [gap for gap in left if gap.key not in remaining]
                own = self.reference.settings[name].value
                worth = len(closed) - 0.6 * len(changed - known), bool(self._same(name, value))
                scored.append((*worth, -abs(value - own) / (abs(own) or 1.0), closed, name, value, changed, remaining))
            best = max(scored, key=lambda offer: offer[:3])
            *_, closed, name, value, changed, remaining = best
            if not closed:
                break
            kinds = {gap.key[0] for gap in closed}
            # what moves, but is no deviation of this kind, has a number of its own, and should not move
            moved = {key for key in changed & remaining if key[0] not in kinds | {"passive current"}}
            also = tuple(sorted((changed - known) | moved))
            keys = {gap.key for gap in closed}
            others = tuple((other, x) for other, x, remains, moves in offers
                           if other != name and not keys & remains and moves - known == changed - known)  # fmt: skip
            accepted.append(Explained(closed, {name: value}, self._same(name, value), also, others))
            left = [gap for gap in left if gap.key not in changed and gap not in closed]
            offers = [offer for offer in offers if offer[0] != name]
        return accepted

    def _alone(self, one: Explained, before: Sequence[Explained]) -> Explained:
        """Return it with the values that it has without what was explained before."""
        earlier: dict[str, float] = {}
        for other in before:
            earlier |= other.knobs
        own = {name: self.reference.settings[name].value for name in one.knobs}
        knobs = {name: value * own[name] / earlier[name] if earlier.get(name) and own[name] else value
                 for name, value in one.knobs.items()}  # fmt: skip
        return Explained(one.gaps, knobs, one.theirs_too, one.also, one.others)

    def _without(self, gap: Gap) -> dict[str, float]:
        """Return the number that takes away a projection which they do not have; none for other gaps."""
        if gap.text != ("missing", "present"):
            return {}
        label = self._search.labels[gap.key[1]][0]
        alone = [name for name, one in self.reference.settings.items()
                 if one.direct and one.on == (f"what a spike does through {label}",)]  # fmt: skip
        return {alone[0]: 0.0} if alone else {}

    def _same(self, name: str, value: float) -> str:
        """Return the name where their script has the number under it, with this value."""
        theirs = self.theirs.constants.get(name)
        si = self.reference.settings[name].si(value)
        return name if theirs is not None and abs(theirs - si) <= 0.02 * abs(si) else ""

    def _completed(self, one: Explained, fixed: Mapping[str, float]) -> Explained:
        """Return it with numbers that take back what the first one disturbs."""
        if not one.also:
            return one
        before = self._with(fixed)
        items = quantities(before).items
        wanted = [Gap(key, items[key], None) for key in one.also if key in items]
        closed = {gap.key for gap in one.gaps}
        for name, value in self._search.proposals(wanted, {**fixed, **one.knobs})[: len(wanted) + 2]:
            knobs = {**one.knobs, name: value}
            with_it = self.reference.portraits([{**fixed, **knobs}])[0]
            if with_it is None or name in one.knobs:
                continue
            also = tuple(sorted({gap.key for gap in gaps(with_it, before)} - closed))
            if len(also) < len(one.also) and not {gap.key for gap in gaps(self.theirs, with_it)} & closed:
                one = Explained(one.gaps, knobs, one.theirs_too, also, one.others)
        return one
