"""Which numbers of a script follow from which others, by what was seen when these were changed."""

from collections.abc import Mapping, Sequence

from pipeline.engine.translated import Translation
from pipeline.network.adopted import Setting
from pipeline.network.numbers import Found


class Followed:
    """Which numbers of a script follow from which others, by what was seen when these were changed."""

    def __init__(self, steady: Sequence[Found]) -> None:
        """`steady`: those that are the same in every run of the script, as the time of day is not."""
        self._steady = steady
        self._of: dict[str, set[str]] = {}

    def note(self, one: Found, base: Translation, other: Translation) -> None:
        """Note the numbers whose values are others where `one` is changed."""
        for each in self._steady:
            if each.name != one.name and values_of(each, base) != values_of(each, other):
                self._of.setdefault(each.name, set()).add(one.name)

    def told(self, settings: Mapping[str, Setting]) -> dict[str, Setting]:
        """Return settings that say so; of two that follow from each other, as by a choice of one, neither does."""
        return {
            name: setting.model_copy(
                update={
                    "reads": tuple(
                        sorted(
                            set(setting.reads)
                            | {of for of in self._of.get(name, ()) if name not in self._of.get(of, ())}
                        )
                    )
                }
            )
            for name, setting in settings.items()
        }


def values_of(one: Found, seen: Translation) -> list[float]:
    """Return the values that a number had, in SI."""
    site, time = one.key
    values = [number.value for number in seen.seen.get(site, [])]
    return values if time == -1 else values[time : time + 1]
