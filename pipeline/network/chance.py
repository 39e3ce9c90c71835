"""The random numbers that a script's Python draws, all of them from one seed.

A seed that the script sets says which of its streams are the same, and no more: with it alone every network would be
the same. Streams that nobody seeds differ from one another.
"""

import contextlib
import itertools
import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

PLACES = ("numpy.random", "pylab", "matplotlib.pylab", "brian2", "brian2.only", "brian2.numpy_")
"""Modules that have NumPy's generators under their own names."""

KINDS = ("RandomState", "SeedSequence", "PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
"""Classes of NumPy that are made from a seed."""

SEQUENCE = np.random.SeedSequence

Replace = Callable[[Any, str, Any], None]
"""Sets an attribute, and back when the script is over."""


class Chance:
    """Seeds what Python draws from; `drawn` says whether the script drew anything."""

    def __init__(self) -> None:
        self.drawn = False
        self._seed = 0
        self._unseeded = itertools.count()

    def begin(self, stack: contextlib.ExitStack, seed: int, replace: Replace) -> None:
        """Seed everything from `seed` until the stack is closed."""
        self._seed, self._unseeded = seed, itertools.count()
        random.seed(seed)
        np.random.seed(seed % 2**32)
        begin = (random.getstate(), repr(np.random.get_state()))

        def drawn() -> None:
            self.drawn = self.drawn or begin != (random.getstate(), repr(np.random.get_state()))

        stack.callback(drawn)
        nothing = lambda *_, **__: None  # noqa: E731
        changed: dict[Any, Any] = {np.random.default_rng: self._default_rng(), np.random.seed: nothing}
        changed |= {kind: self._kind(kind) for kind in (getattr(np.random, name) for name in KINDS)}
        for module in (sys.modules[name] for name in PLACES if name in sys.modules):
            for name, original in list(vars(module).items()):
                if callable(original) and original.__hash__ is not None and original in changed:
                    replace(module, name, changed[original])
        replace(random, "seed", nothing)
        replace(random, "Random", self._python())

    def _mixed(self, own: Any) -> list[int]:
        """Return what a stream is made from: the seed of the network with the script's own, or the count of streams."""
        self.drawn = True
        if own is None:
            count = next(self._unseeded)
            return [self._seed, 0, *([count] if count else [])]
        if isinstance(own, SEQUENCE):
            own = [*_words(own.entropy), *own.spawn_key]
        return [self._seed, *_words(own)]

    def _default_rng(self) -> Callable[..., np.random.Generator]:
        original = np.random.default_rng

        def default_rng(seed: Any = None) -> np.random.Generator:
            made = isinstance(seed, np.random.Generator | np.random.BitGenerator | np.random.RandomState)
            return original(seed if made else self._mixed(seed))

        return default_rng

    def _kind(self, original: Any) -> Any:
        """Return a class of NumPy that takes the script's seed with that of the network; what it made is its, too."""
        chance = self
        narrow = original is np.random.RandomState  # takes words of 32 bits

        class Kind(type):
            def __instancecheck__(cls, one: Any) -> bool:
                return isinstance(one, original)

        class Seeded(original, metaclass=Kind):  # type: ignore[misc]  # a class that is known when this runs
            def __init__(self, seed: Any = None, *more: Any, **named: Any) -> None:
                named_seed = next((key for key in ("seed", "entropy") if key in named), None)
                seed = named.pop(named_seed) if named_seed else seed
                if not isinstance(seed, np.random.BitGenerator) and not (seed is None and named.keys() & {"key"}):
                    words = chance._mixed(seed)
                    seed = [word % 2**32 for word in words] if narrow else words
                super().__init__(seed, *more, **named)

            def seed(self, own: Any = None) -> None:
                super().seed([word % 2**32 for word in chance._mixed(own)])

        Seeded.__name__ = Seeded.__qualname__ = original.__name__
        if not narrow:
            del Seeded.seed
        return Seeded

    def _python(self) -> Any:
        chance, original = self, random.Random

        class Kind(type):
            def __instancecheck__(cls, one: Any) -> bool:
                return isinstance(one, original)

        class Random(original, metaclass=Kind):  # type: ignore[misc, valid-type]
            def seed(self, a: Any = None, version: int = 2) -> None:
                own = None if a is None else int.from_bytes(repr(a).encode(), "big")
                super().seed(repr(chance._mixed(own)), version)

        return Random


def _words(own: Any) -> list[int]:
    """Return a seed as whole numbers; ValueError or TypeError, as NumPy says it, where it is none."""
    SEQUENCE(own)
    return [int(word) for word in np.atleast_1d(np.asarray(own, object)).ravel()]
