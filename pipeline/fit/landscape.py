"""The score around the optimum: along each knob, over each pair, and which knobs matter, all from the trials made."""

import math
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import optuna
import pandas as pd
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from scipy.optimize import least_squares

from pipeline.fit.free import Free, knob_values
from pipeline.fit.posterior import Posterior

ALONG, ACROSS = 41, 31
"""Places along a knob, and along each side of a pair."""

WIDTH_SD = 5
"""How far around the optimum, in sd of the posterior, within the ranges of the fit."""

STARTS = 3
"""Places of the posterior from which a minimum is sought."""

COLUMNS = ("kind", "knob", "value", "knob_2", "value_2", "score")

TOP, FEWEST = 0.1, 5
"""Part of the trials that counts as good in importances, Optuna's default, and the fewest that say anything."""


def optimum(found: Posterior) -> np.ndarray:
    """Return the place of the least score by the surface, in the unit cube."""
    return _least(found, found.places, [])


def _least(surface: Posterior, starts: np.ndarray, held: list[int]) -> np.ndarray:
    """Return the place of the least score, sought from the best of `starts` (n x knobs), the knobs `held` as there."""
    moved = [k for k in range(starts.shape[1]) if k not in held]
    starts = np.clip(starts[np.argsort(surface.scores(starts))[:STARTS]], 1e-6, 1 - 1e-6)
    found = [starts[0]]
    for start in starts if moved else ():

        def residuals(part: np.ndarray, start: np.ndarray = start) -> np.ndarray:
            off: np.ndarray = surface.residuals(_held(start[None], moved, part))[0]
            return off

        found.append(_held(start, moved, least_squares(residuals, start[moved], bounds=(0, 1)).x))
    return min(found, key=lambda place: surface.scores(place[None])[0])


def _held(places: np.ndarray, knobs: int | list[int], at: float | np.ndarray) -> np.ndarray:
    moved = places.copy()
    moved[..., knobs] = at
    return moved


def landscape(found: Posterior) -> pd.DataFrame:
    """Return the score by the surface around the optimum, in COLUMNS; those of a second knob may be empty.

    Kinds `slice` and `pair` have the other knobs at the optimum, `profile` has them at their best: where a profile is
    flat and the slice is not, the other knobs make up for this one.
    """
    names = list(found.free)
    top = optimum(found)
    half = WIDTH_SD * found.places.std(axis=0)
    spans = [partial(np.linspace, max(u - h, 0), min(u + h, 1)) for u, h in zip(top, half, strict=True)]
    around = found.places[:: max(len(found.places) // 200, 1)]
    tables = []
    for k, name in enumerate(names):
        u = spans[k](ALONG)
        places = _held(np.tile(top, (ALONG, 1)), k, u)
        value = knob_values(places, found.free)[:, k]
        best = np.array([_least(found, _held(np.vstack([top, around]), k, x), [k]) for x in u])
        for kind, here in (("slice", places), ("profile", best)):
            tables.append(pd.DataFrame({"kind": kind, "knob": name, "value": value, "score": found.scores(here)}))
    for i, first in enumerate(names):
        for j, second in list(enumerate(names))[i + 1 :]:
            grid = np.column_stack([np.repeat(spans[i](ACROSS), ACROSS), np.tile(spans[j](ACROSS), ACROSS)])
            places = _held(np.tile(top, (ACROSS**2, 1)), [i, j], grid)
            values = knob_values(places, found.free)
            pair = {"kind": "pair", "knob": first, "value": values[:, i], "knob_2": second, "value_2": values[:, j]}
            tables.append(pd.DataFrame({**pair, "score": found.scores(places)}))
    return pd.concat(tables, ignore_index=True).reindex(columns=list(COLUMNS))  # one knob makes no pair


def importance(trials: pd.DataFrame, free: Mapping[str, Free], objectives: Sequence[str] = ()) -> pd.DataFrame:
    """Return knob and importance (their sum is 1): how much it takes to be among the better trials, by PED-ANOVA.

    Watanabe et al. (2023), with the defaults of Optuna, and of all completed trials, those that were given up early
    included: what optuna-dashboard shows of the study. With several objectives there is a column importance_OBJECTIVE
    for each. NaN with fewer than two trials.
    """
    done = trials[trials["state"].isin(["complete", "pruned"])]
    space: dict[str, optuna.distributions.BaseDistribution] = {
        name: optuna.distributions.FloatDistribution(span.low, span.high, log=span.log) for name, span in free.items()
    }
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    table = pd.DataFrame({"knob": list(free)})
    for end in [f"_{name}" for name in objectives] or [""]:
        if len(done) < 2:
            table[f"importance{end}"] = np.nan
            continue
        study = optuna.create_study()
        study.add_trials(
            [
                optuna.trial.create_trial(
                    params={name: row[name] for name in free}, distributions=space, value=row[f"score{end}"]
                )
                for row in done.to_dict("records")
            ]
        )
        found = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())
        table[f"importance{end}"] = [found.get(name, np.nan) for name in free]
    return table


def rests_on(trials: pd.DataFrame) -> str:
    """Return in one sentence what an importance is, and how many trials it rests on."""
    n = math.ceil(TOP * int(trials["state"].isin(["complete", "pruned"]).sum()))
    few = f" and so fewer than the {FEWEST} that say something" if n < FEWEST else ""
    return (
        f"Importance is what it takes to be among the best tenth of the trials, here {n}{few} (PED-ANOVA); its sum "
        "over knobs is 1; optuna-dashboard computes it alike, of all trials of a study."
    )
