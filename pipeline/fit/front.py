"""The Pareto front of a fit of several objectives, and what of it the noise of networks leaves open.

Objectives are means over networks, so that a trial may be on the front by luck, and another beside it for the lack of
it. Each trial has the probability of being on the front, were its objectives drawn anew with their standard errors; and
two trials are told apart where an objective differs by more than APART standard errors of the difference. Trials that
share their networks differ by less than such errors say: so less is called different than could be.
"""

from collections.abc import Sequence

import numpy as np
import optuna

from pipeline.config.tables import Row
from pipeline.fit.problem import Fit
from pipeline.fit.trials import ranked, rows

APART = 2.0
DRAWS = 1000

LIKELY = 0.05
"""A trial that is on the front with less probability is not shown."""

MOST = 300
"""Trials for which that is found out, those that are the least bettered."""


def front(study: optuna.Study, fit: Fit) -> list[Row]:
    """Return the trials that may be on the Pareto front, as rows, by the first objective.

    `unbettered`: whether no other trial betters it in all objectives, by their means; `probability` of being on the
    front; `alike`: numbers of the trials among these from which it is not told apart. Empty for a fit with one
    objective. Trials beyond the envelope are never on it.
    """
    if not fit.objectives:
        return []
    within = [t for t in ranked(study, fit.trials) if t.constraints["envelope"] <= 0]
    if not within:
        return []
    kept = [[t.user_attrs["objectives"][name] for name in fit.objectives] for t in within]
    values, errors = (np.array([[pair[k] for pair in one] for one in kept], float) for k in (0, 1))
    errors = np.nan_to_num(errors)  # of one network nothing is known of noise
    best, chance = unbettered(values), on_front(values, errors, fit.seed)
    here = [k for k in range(len(within)) if best[k] or chance[k] > LIKELY]
    together = alike(values[here], errors[here])
    columns = [f"{kind}_{name}" for name in fit.objectives for kind in ("score", "sem")]
    shown = ("trial", *fit.free, *fit.tied, *columns, "score", "score_sem")
    by_number = {row["trial"]: row for row in rows(study, fit)}
    found = [
        {name: by_number[within[k].number][name] for name in shown}
        | {"unbettered": bool(best[k]), "probability": float(chance[k])}
        | {"alike": " ".join(str(within[here[j]].number) for j in same)}
        for k, same in zip(here, together, strict=True)
    ]
    return sorted(found, key=lambda row: row[columns[0]])


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

    0 beyond the MOST that others better by the least, in standard errors.
    """
    spread = np.hypot(errors[:, None], errors[None])
    with np.errstate(divide="ignore", invalid="ignore"):
        by = np.nan_to_num((values[:, None] - values[None]) / spread)  # how much the second betters the first
    near = np.argsort(by.min(axis=2).max(axis=1), kind="stable")[:MOST]
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
    on = [row for row in found if row["unbettered"]]
    numbers = {str(row["trial"]) for row in on}
    apart = sum(not numbers.intersection(f"{row['alike']}".split()) for row in on)
    more = len(found) - len(on)
    return (
        f"{apart} of these {len(on)} differ from all others by more than noise ({APART:g} standard errors in an "
        "objective)"
        + (f"; {more} more may be on the front, with a probability above {100 * LIKELY:.0f} %." if more else ".")
    )
