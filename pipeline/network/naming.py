"""What the script calls its objects: variables, keys, attributes, or the names that it gave them."""

import re
import weakref
from collections.abc import Container, Iterator, Mapping
from types import FrameType
from typing import Any

from brian2.core.base import BrianObject

DEFAULT = re.compile(r"^[a-z]+(_\d+)?$|^[a-z]+_(subgroup|synapses)\w*$")
"""Names that Brian2 gives to objects by itself."""

MOST_HELD = 10_000
"""Entries of a list or dictionary that are looked at."""


class Noted:
    """Names that objects got in functions which have ended since, noted where they were assigned."""

    def __init__(self) -> None:
        self._names: dict[str, tuple[Any, str]] = {}
        self._last: dict[str, str] = {}
        self.several: set[str] = set()
        """Variables that were given to several objects one after another, as in a loop: they name none of them."""

    def note(self, value: BrianObject, name: str) -> None:
        """Note the first name that an object is assigned to."""
        if self._last.setdefault(name, value.name) != value.name:
            self.several.add(name)
        known = self._names.get(value.name)
        if known is None or known[0]() is not value:
            self._names[value.name] = (weakref.ref(value), name)

    def name(self, value: BrianObject) -> str | None:
        """Return the name that was noted for an object."""
        known = self._names.get(value.name)
        return known[1] if known is not None and known[0]() is value else None


def frames(inner: FrameType | None, files: Container[str]) -> list[FrameType]:
    """Return the frames of the script itself and of the modules beside it, from the call outwards."""
    found = []
    while inner is not None:
        if inner.f_code.co_filename in files:
            found.append(inner)
        inner = inner.f_back
    return found


def names(objects: list[BrianObject], scopes: list[Mapping[str, Any]], noted: Noted) -> dict[str, str]:
    """Return a name for each object, by the object's own `name`: unique words, as the script says them.

    `scopes`: variables of the script, the top level first. A variable goes before the key of a dictionary or an
    attribute, that before a name given with `name=`, that before a variable of a function that has ended, that before a
    place in a list.
    """
    candidates: dict[int, list[tuple[int, str, str]]] = {id(one): [] for one in objects}
    for depth, scope in enumerate(scopes):
        for variable, value in list(scope.items()):
            if variable.startswith("__"):
                continue
            if id(value) in candidates:
                rank = 6 if variable in noted.several else 0 if depth == 0 else 1
                candidates[id(value)].append((rank, variable, variable))
                continue
            if type(value) in weakref.ProxyTypes:  # of a group that the script has deleted, perhaps
                continue
            for rank, entry, name, long in held(variable, value):
                if id(entry) in candidates:
                    candidates[id(entry)].append((rank, name, long))
    found: dict[str, str] = {}
    taken: set[str] = set()
    order = sorted(objects, key=lambda one: min((c[0] for c in candidates[id(one)]), default=9))
    for one in order:
        own = candidates[id(one)]
        if not DEFAULT.match(one.name):
            own.append((3, one.name, one.name))
        if inner := noted.name(one):
            own.append((4, inner, inner))
        own.append((9, one.name, one.name))
        for _, short, long in sorted(own, key=lambda c: c[0]):
            free = next((word for word in (_word(short), _word(long)) if word not in taken), None)
            if free is not None:
                break
        else:
            free = next(f"{_word(own[0][1])}_{k}" for k in range(2, 10**6) if f"{_word(own[0][1])}_{k}" not in taken)
        taken.add(free)
        found[one.name] = free
    return found


def held(variable: str, value: Any) -> Iterator[tuple[int, Any, str, str]]:
    """Yield (rank, entry, name, longer name) for what a container or an object of the script holds."""
    if isinstance(value, dict):
        for key, entry in list(value.items())[:MOST_HELD]:
            yield 2, entry, str(key), f"{variable}_{key}"
            if isinstance(entry, list | tuple):
                for k, inner in enumerate(entry[:MOST_HELD]):
                    yield 5, inner, f"{key}_{k}", f"{variable}_{key}_{k}"
    elif isinstance(value, list | tuple):
        for k, entry in enumerate(value[:MOST_HELD]):
            yield 5, entry, f"{variable}_{k}", f"{variable}_{k}"
    elif not isinstance(value, BrianObject | type) and hasattr(value, "__dict__"):
        module = getattr(type(value), "__module__", "")
        if module.partition(".")[0] not in ("brian2", "numpy", "matplotlib", "builtins"):
            for key, entry in list(vars(value).items()):
                yield 2, entry, key, f"{variable}_{key}"


def _word(name: str) -> str:
    word = re.sub(r"\W", "_", name)
    return word if re.match(r"[^\W\d]", word) else f"_{word}"
