"""How far a posterior may be believed: whether its surface is right, rests on trials, and more do not move it.

What the targets leave undecided may only be said where all three hold. Where not, the trials are too few to say it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.fit.estimate import estimate
from pipeline.fit.posterior import SHORTER, Posterior, TooFewTrialsError
from pipeline.fit.problem import GOOD, Fit, needed
from pipeline.fit.surface import Trials
from pipeline.fit.targets import Target

ENOUGH_SD = 1.0
"""The largest error of a surface, in sd of a target, with which something may be said."""

UNTESTED = 0.05
"""The largest part of a posterior that may lie where trials tell too little: more would be an end of the intervals."""

WORTH = 200
"""The fewest independent places that the sample of a posterior must be worth: its ends are those of 5 % of them."""

STILL = 1.0
"""A knob whose middle has moved by more sd has not settled."""

LAST = 3
"""One part in so many of the trials, the last ones, must not have moved the posterior."""


@dataclass(frozen=True)
class Trust:
    """The error of the emulator where the posterior lies, one a target, and the part where trials tell too little."""

    error_sd: np.ndarray
    """How far the emulator may be off, in sd of the target; NaN where too few trials have the feature."""
    untested: float
    moved: Mapping[str, float] | None = None
    """By knob, by how many sd its middle was elsewhere before the last third of the trials; None where these were too
    few for a posterior."""
    noisy: bool = True
    """Whether the noise of trials is known."""
    worth: float = math.inf
    """Independent places that the sample is worth."""

    def doubt(self, names: Sequence[str]) -> str:
        """Return in a sentence why nothing may be said of what the targets `names` leave undecided; '' if it may."""
        errors = np.nan_to_num(self.error_sd, nan=math.inf)
        parts = []
        if (errors > ENOUGH_SD).any():
            worst = int(np.argmax(errors))
            size = (
                "not at all, since most trials lack it"
                if math.isinf(errors[worst])
                else f"to {math.ceil(100 * errors[worst]) / 100:.2f} sd only"
            )
            parts.append(
                f"the response surface is not good enough to say how sure the knobs are: it predicts {names[worst]} "
                f"{size}, and {ENOUGH_SD:g} sd is the limit"
            )
        if self.untested > UNTESTED:
            parts.append(f"{100 * self.untested:.0f} % of the posterior lies where trials tell too little")
        if not self.noisy:
            parts.append(
                "too few trials have networks of their own, and those of the check do not say how noisy each target is"
            )
        if self.worth < WORTH:
            parts.append(f"the sample of the posterior is worth {self.worth:.0f} independent places, and takes {WORTH}")
        if self.moved is None:
            parts.append("without the last third of the trials there is no posterior to tell whether it has settled")
        elif (far := max(self.moved.values())) > STILL:
            knob = max(self.moved, key=self.moved.__getitem__)
            parts.append(f"the last third of the trials has moved the middle of {knob} by {far:.1f} sd")
        said = "; ".join(parts)
        return f"{said[:1].upper()}{said[1:]}." if parts else ""


def onward(trials: int, knobs: int, settings: Path | str) -> str:
    """Return what to do where a fit of so many trials, in the file `settings`, has too few of them."""
    more = max(2 * trials, GOOD * needed(knobs))
    onward = f"More trials would tell: set trials to {more} in {settings} and run the same again"
    return f"{onward}; those that are made are kept."


def trust(found: Posterior, before: Posterior | None = None) -> Trust:
    """Return how far a posterior may be believed; `before`: that of the first part of its trials.

    A place is untested where trials tell less of a feature than a single one there would, and at the end of the region
    in which the emulator holds: beyond it nothing was sought. A neural posterior does not rest on the emulator.
    """
    if found.neural:
        return Trust(np.zeros(len(found.targets)), 0.0, moved(found, before))
    fitted = found.emulator.fitted
    noisy = not found.emulator.unknown
    far = (fitted.variance(found.places) > 1) | fitted.region.at_the_end(found.places)
    errors = found.emulator.error_sd(found.places)
    return Trust(errors, float(np.mean(far)), moved(found, before), noisy, found.n_effective)


def moved(found: Posterior, before: Posterior | None) -> dict[str, float] | None:
    """Return by knob how many sd of `found` its middle is from that of the posterior `before` the last trials."""
    if before is None:
        return None
    middles = (one.places.mean(axis=0) for one in (found, before))
    sizes = np.abs(np.subtract(*middles)) / found.places.std(axis=0)
    return dict(zip(found.free, sizes.tolist(), strict=True))


def earlier(trials: Trials, fit: Fit, targets: Sequence[Target], noise: np.ndarray) -> Posterior | None:
    """Return the posterior without the last third of the trials; None where those before are too few for one."""
    first = trials[: len(trials) - len(trials) // LAST]
    try:
        return estimate(first, fit, targets, noise, SHORTER)
    except TooFewTrialsError:
        return None
