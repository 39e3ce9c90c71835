"""How far a run is, and how long it will take: by the biological seconds that are done and that are left."""

from dataclasses import dataclass

from pipeline.overview.asked import Asked
from pipeline.overview.found import Found
from pipeline.plan import cost

FIRST_S = 15.0
"""Seconds after which the pace of a run says how long it will take."""


@dataclass(frozen=True)
class Progress:
    """Points and trials that are done and that there are, and the biological seconds of both together.

    `of_fit`: 'x of n trials', and of how many more parts are kept; '' without a fit.
    """

    points: int
    of_points: int
    trials: int
    of_trials: int
    done_s: float
    of_s: float
    of_fit: str = ""

    @property
    def part(self) -> float:
        """The part of the biological seconds that is simulated, from 0 to 1."""
        return min(self.done_s / self.of_s, 1.0) if self.of_s > 0 else 1.0

    def counts(self) -> str:
        """Return 'x of n points, y of m trials and parts of z more'."""
        said = [f"{self.points:,} of {self.of_points:,} points"] if self.of_points else []
        return ", ".join([*said, *filter(None, [self.of_fit])])


def progress(asked: Asked, found: Found) -> Progress:
    """Return how far the simulations of a run are."""
    plan = asked.plan
    done_s = of_s = 0.0
    for name, sweep in plan.sweeps.items():
        each_s = cost.point_s(sweep, plan.model)
        done_s += each_s * found.sweeps[name].done
        of_s += each_s * found.sweeps[name].of
    trials, of_trials, of_fit = 0, 0, ""
    if found.fit is not None:
        trials, of_trials, of_fit = found.fit.done, found.fit.of, found.fit.counts()
        trial_s, check_s = cost.trial_s(plan)
        of_s += trial_s * of_trials + check_s
        done_s += trial_s * (trials + sum(found.fit.parts)) + (check_s if found.fit.whole else 0)
    points = sum(one.done for one in found.sweeps.values())
    return Progress(points, sum(one.of for one in found.sweeps.values()), trials, of_trials, done_s, of_s, of_fit)


def left_s(first: Progress, now: Progress, elapsed_s: float) -> float | None:
    """Return the seconds that are left at the pace since `first`, None while that says nothing yet."""
    gained_s = now.done_s - first.done_s
    if elapsed_s < FIRST_S or gained_s <= 0:
        return None
    return elapsed_s * (now.of_s - now.done_s) / gained_s


def spoken(seconds: float) -> str:
    """Return a time in words: '40 s', '12 min', '3.5 h'."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
