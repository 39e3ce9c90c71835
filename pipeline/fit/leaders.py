"""The leading trials again on fresh networks, more and more of them, until they separate or are called equal."""

import math
from collections.abc import Callable, Mapping, Sequence

from scipy.special import stdtrit

from pipeline.config.tables import Row
from pipeline.fit.loss import columns, jackknife, loss
from pipeline.fit.problem import Effort, Fit
from pipeline.fit.targets import Target, Values, score
from pipeline.measure.envelope import Envelope

LEVEL = 0.95
"""The confidence of all verdicts together that a trial is worse than the best."""

Settings = Mapping[str, float]


def rank(
    trials: Mapping[int, Settings],
    fit: Fit,
    targets: Sequence[Target],
    simulated: Callable[[Settings, Effort], list[Row]],
    envelope: Envelope,
) -> list[Row]:
    """Return a row for each trial, best first: trial, knobs, score, score_sem, networks, difference, its sem, verdict.

    All begin with 2 fresh networks; those that are not worse than the best get twice as many, up to the `leaders` of
    the fit. All see the same networks, so differences are taken network for network. The verdict is 'best', 'equal'
    (not told apart from the best with all networks) or 'worse'; `networks` says on how many that rests.

    Worse is what is beyond the envelope where the best is not, and what differs significantly (paired t). The best is
    found from the same networks, so that any two trials may be those that are compared, after each doubling: the level
    is divided by the numbers of pairs and of doublings (Bonferroni).
    """
    wanted = fit.leaders
    if wanted is None:
        raise ValueError("the fit asks for no leaders")
    left, networks = list(trials), 2
    compared = math.ceil(math.log2(wanted.networks)) * max(math.comb(len(trials), 2), 1)
    worse: list[Row] = []
    while True:
        effort = Effort(networks=networks, first_seed=wanted.first_seed, duration=wanted.duration)
        runs = {number: simulated(trials[number], effort) for number in left}
        losses = {number: loss(targets, {}, runs[number], envelope) for number in left}
        left.sort(key=lambda number: losses[number].score)
        rows: list[Row] = []
        for number in left:
            found, best = losses[number], losses[left[0]]
            difference, sem = found.score - best.score, _paired(targets, runs[number], runs[left[0]])
            apart = sem is not None and difference > stdtrit(networks - 1, 1 - (1 - LEVEL) / 2 / compared) * sem
            apart = apart or found.constraint > 0 >= best.constraint
            rows.append(
                {
                    "trial": number,
                    **fit.knobs(trials[number]),
                    "score": found.score,
                    "score_sem": found.sem,
                    "networks": networks,
                    "difference": difference,
                    "difference_sem": sem if number != left[0] else None,
                    "verdict": "best" if number == left[0] else "worse" if apart else "equal",
                }
            )
        worse = [row for row in rows if row["verdict"] == "worse"] + worse
        left = [row["trial"] for row in rows if row["verdict"] != "worse"]
        if len(left) == 1 or networks == wanted.networks:
            return [row for row in rows if row["verdict"] != "worse"] + worse
        networks = min(2 * networks, wanted.networks)


def _paired(targets: Sequence[Target], own: Sequence[Row], best: Sequence[Row]) -> float | None:
    """Return the standard error over networks of the difference of two scores on the same networks."""
    tagged = [
        {**row, "protocol": f"{tag} {row['protocol']}"} for tag, rows in (("own", own), ("best", best)) for row in rows
    ]

    def part(values: Values, tag: str) -> Values:
        return {
            (protocol.removeprefix(f"{tag} "), feature): value
            for (protocol, feature), value in values.items()
            if protocol.startswith(f"{tag} ")
        }

    return jackknife(
        tagged,
        columns(targets),
        lambda values: score(targets, part(values, "own")) - score(targets, part(values, "best")),
    )
