"""Which numbers of a script follow from which others, by what was seen when these were changed."""

from collections.abc import Mapping, Sequence

from pipeline.engine.translated import Translation
from pipeline.network.adopted import Setting
from pipeline.network.numbers import Found


class Followed:
    """Which numbers of a script follow from which others, by what was seen when these were changed."""

    def __init__(self, found: Sequence[Found], base: Translation, again: Translation) -> None:
        """`again`: what a second run of the script became; what differs, as the time of day does, follows from none."""
        self._values = {
            one.name: (one, values) for one in found if (values := _values(one, base)) == _values(one, again)
        }
        self._of: dict[str, set[str]] = {}

    def note(self, changed: str, other: Translation) -> None:
        """Note the numbers whose values are others where the number `changed` is."""
        for name, (one, values) in self._values.items():
            if name != changed and _values(one, other) != values:
                self._of.setdefault(name, set()).add(changed)

    def told(self, settings: Mapping[str, Setting]) -> dict[str, Setting]:
        """Return settings that say so; of two that follow from each other, as by a choice of one, neither does."""
        found = {}
        for name, setting in settings.items():
            seen = {of for of in self._of.get(name, ()) if name not in self._of.get(of, ())}
            found[name] = setting.model_copy(update={"reads": tuple(sorted({*setting.reads, *seen}))})
        return found


def _values(one: Found, seen: Translation) -> list[float]:
    """Return the values that a number had, in SI."""
    site, time = one.key
    values = [number.value for number in seen.seen.get(site, [])]
    return values if time == -1 else values[time : time + 1]
