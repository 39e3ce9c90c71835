"""Trials where the posterior lies, each on networks of its own: what the posterior of a fit is to rest on.

A search ends near an optimum and says little of what is around it, and its trials share their networks. So once it has
as many trials as a posterior needs, further ones are drawn from the posterior of those before: half of them from a
distribution twice as wide, which tells how features bend and finds what the posterior misses. Each has networks of its
own, so that their noise averages out over trials; every eighth is the middle of the posterior on the networks of the
search, where it is compared with the best trials of that.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.fit.free import Free
from pipeline.fit.posterior import SHORTER, posterior
from pipeline.fit.problem import EXPLORED, MIDDLE_OF_POSTERIOR, Errors, needed
from pipeline.fit.surface import Trials, folded, settings_at
from pipeline.fit.targets import Target

WIDE = 2.0
"""Every other trial is that much further from the middle than a draw from the posterior."""

MIDDLE = 8
"""Every so many trials one is the middle of the posterior."""

Proposal = tuple[dict[str, float], str]
"""Settings of the free knobs, and the origin of the trial."""


def explore(
    trials: Trials, free: Mapping[str, Free], targets: Sequence[Target], errors: Errors, first: int, n: int, seed: int
) -> list[Proposal]:
    """Return `n` trials to make next, the first of which is the `first` after the search, from the finished trials.

    UndefinedError where these tell nothing of knobs.
    """
    found = posterior(trials, free, targets, np.zeros(len(targets)), seed, errors, SHORTER)
    rng = np.random.default_rng(seed)
    middle = found.places.mean(axis=0)
    proposals: list[Proposal] = []
    for number in range(first, first + n):
        if number % MIDDLE == 0:
            place, origin = middle, MIDDLE_OF_POSTERIOR
        else:
            draw = found.places[rng.integers(len(found.places))]
            place, origin = folded(middle + (WIDE if number % 2 else 1.0) * (draw - middle)), EXPLORED
        proposals.append((settings_at(place, free), origin))
    return proposals


def ready(trials: Trials, n: int, free: Mapping[str, Free]) -> bool:
    """Return whether a search of `n` trials, of which these may be used, has enough of them for a posterior."""
    return n >= needed(len(free)) and sum(trial.alive for trial in trials) >= needed(len(free))
