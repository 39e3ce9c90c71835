"""The Pareto front of a fit of several objectives, and what of it the noise of networks leaves open.

Objectives are means over networks, so that a trial may be on the front by luck, and another beside it for the lack of
it. Each trial has the probability of being on the front, were its objectives drawn anew with their standard errors; and
two trials are told apart where an objective differs by more than APART standard errors of the difference. Trials that
share their networks differ by less than such errors say: so less is called different than could be.
"""

from collections.abc import Sequence

import numpy as np

from pipeline.config.tables import Row
from pipeline.fit.problem import Fit

APART = 2.0
DRAWS = 1000

LIKELY = 0.05
"""A trial that is on the front with less probability is not shown."""

YES, PERHAPS = "yes", "perhaps"
NONE, UNKNOWN = "no other", "not known"
"""Words of the table, which no reader of CSV files takes for a number or for nothing."""

NOISE = "that takes the noise of two networks in which each target is defined"

MOST = 300
"""Trials for which that is found out, those that are the least bettered."""


def front(rows: Sequence[Row], fit: Fit) -> list[Row]:
    """Return those of the trials of a fit, as `trials.rows`, that may be on the Pareto front, by the first objective.

    `on_front`: YES where no other trial betters it in all objectives, by their means, else PERHAPS; `probability` of
    being on the front; `alike`: the trials among these from which it is not told apart, as '#3 #5', or NONE. Of a trial
    whose noise is not known, as with one network, `probability` is None and `alike` UNKNOWN. Empty for a fit
    with one objective. Trials beyond the envelope are never on it, and of those of the same knobs only the first.
    """
    if not fit.objectives:
        return []
    alive = [row for row in rows if row["state"] == "complete" and row["constraint"] <= 0]
    once = {tuple(row[name] for name in fit.free): row for row in reversed(alive)}
    within = [row for row in alive if row is once[tuple(row[name] for name in fit.free)]]
    if not within:
        return []
    scores, sems = ([f"{kind}_{name}" for name in fit.objectives] for kind in ("score", "sem"))
    values, errors = (np.array([[row[name] for name in names] for row in within], float) for names in (scores, sems))
    noisy = np.isfinite(errors).all(axis=1)
    best = unbettered(values)
    chance = on_front(values, np.where(noisy[:, None], errors, 0), fit.seed) if noisy.any() else np.zeros(len(values))
    here = [k for k in range(len(within)) if best[k] or (noisy[k] and chance[k] > LIKELY)]
    same = alike(values[here], errors[here])
    columns = [name for pair in zip(scores, sems, strict=True) for name in pair]
    shown = ("trial", *fit.free, *fit.tied, *columns, "score", "score_sem")
    found = [
        {name: within[k][name] for name in shown}
        | {"on_front": YES if best[k] else PERHAPS, "probability": float(chance[k]) if noisy[k] else None}
        | {"alike": (" ".join(f"#{within[here[j]]['trial']}" for j in others) or NONE) if noisy[k] else UNKNOWN}
        for k, others in zip(here, same, strict=True)
    ]
    return sorted(found, key=lambda row: row[scores[0]])


def unbettered(values: np.ndarray) -> np.ndarray:
    """Return of which places (n x objectives, the less the better) no other is better in one and worse in none."""
    found = np.zeros(len(values), bool)
    known = values[:0]
    for k in np.lexsort(values.T[::-1]):  # what betters a place comes before it
        if not ((known <= values[k]).all(axis=1) & (known < values[k]).any(axis=1)).any():
            known, found[k] = np.vstack([known, values[k]]), True
    return found


def on_front(values: np.ndarray, errors: np.ndarray, seed: int) -> np.ndarray:
    """Return the probability of each place (n x objectives, errors, too) to be on the front, by DRAWS of all of them.

    0 beyond the MOST that those on it better by the least, in standard errors.
    """
    best = unbettered(values)
    spread = np.hypot(errors[:, None], errors[None, best])
    with np.errstate(divide="ignore", invalid="ignore"):
        by = np.nan_to_num((values[:, None] - values[None, best]) / spread)  # how much the second betters the first
    near = np.sort(np.argsort(by.min(axis=2).max(axis=1), kind="stable")[:MOST])
    rng = np.random.default_rng(seed)
    found = np.zeros(len(values))
    for _ in range(DRAWS):
        found[near] += unbettered(values[near] + errors[near] * rng.standard_normal((len(near), values.shape[1])))
    return found / DRAWS


def alike(values: np.ndarray, errors: np.ndarray) -> list[list[int]]:
    """Return for each place the others from which no objective tells it apart."""
    far = np.abs(values[:, None] - values[None]) > APART * np.hypot(errors[:, None], errors[None])
    same = ~far.any(axis=2)
    return [[j for j in np.flatnonzero(row).tolist() if j != k] for k, row in enumerate(same)]


def said(found: Sequence[Row]) -> str:
    """Return in a sentence how many trials of the front differ from all others on it, and how many more may be."""
    on = [row for row in found if row["on_front"] == YES]
    known = [row for row in on if row["alike"] != UNKNOWN]
    if not known:
        return f"of these {len(on)} none is told from another: {NOISE}."
    numbers = {f"#{row['trial']}" for row in on}
    apart = sum(not numbers.intersection(row["alike"].split()) for row in known)
    more = len(found) - len(on)
    return (
        f"{apart} of these {len(on)} differ from all others by more than noise ({APART:g} standard errors in an "
        "objective)"
        + (f"; {more} more may be on the front, with a probability above {100 * LIKELY:.0f} %" if more else "")
        + (f"; of {len(on) - len(known)} that is not known: {NOISE}." if len(known) < len(on) else ".")
    )
