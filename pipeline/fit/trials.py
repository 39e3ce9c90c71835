"""Trials of a study: what is kept of each, which of them count, and as rows.

A study may hold more trials than a fit asks for, since it was asked for more before. Then the fit is that of the first
so many, as if the others had not been made: `made`, `ranked` and `rows` are of these. None is deleted.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from pipeline.config.tables import Row
from pipeline.fit.loss import Loss, Sample, collect, columns, left_out, means, samples
from pipeline.fit.problem import EXPLORED, Fit
from pipeline.fit.targets import Target


def attributes(
    found: Loss, rows: list[Row], targets: Sequence[Target], features: Mapping[str, str], own: bool = False
) -> dict[str, Any]:
    """Return what is kept of a trial that gave `rows`, beside its values: scores, cost, problem, records, features.

    `own`: whether it has networks of its own; then values of the targets without each of these are kept.
    """
    measured = means(collect(rows, features))
    diverged = [row for row in rows if row["status"] != "ok"]
    return {
        "score": found.score,
        "score_sem": found.sem,
        "score_without": found.without,
        "objectives": {name: list(both) for name, both in found.objectives.items()},
        "problem": found.problem,
        "runs": len(rows),
        "cpu_s": sum(row["cpu_s"] for row in rows),
        "diverged": len(diverged),
        "diverged_run": next(
            (f"{row['protocol']}/{row['seed_network']:.0f}: {row['problem']}" for row in diverged), None
        ),
        "record": " ".join(sorted({row["record"] for row in rows if row.get("record")})),
        "features": {f"{protocol} {feature}": value for (protocol, feature), value in measured.items()},
        **({"values_without": _without(rows, targets)} if own else {}),
        # each by itself, too, for columns and plots of the dashboard
        **{f"{target.protocol} {target.name}": target.value(measured) for target in targets},
    }


def _without(rows: list[Row], targets: Sequence[Target]) -> list[list[list[float | None]]]:
    """Return values of targets without each network in turn, by sample; None for one that lacks what others have."""
    features = columns(targets)
    measured = collect(rows, features)
    whole = means(measured)

    def lacks(target: Target, sample: Sample, seed: int) -> bool:
        of = [measured.get((name, target.column), {}) for name in target.protocols if name in sample.protocols]
        return any(of) and all(seed not in by_network for by_network in of)

    return [
        [
            [None if lacks(target, sample, seed) else target.value(left, target.value(whole)) for target in targets]
            for seed, left in zip(sample.seeds, left_out(measured, sample), strict=True)
        ]
        for sample in samples(rows)
        if len(sample.seeds) > 1
    ]


def complete(study: optuna.Study) -> list[FrozenTrial]:
    """Return the completed trials, those from a sweep and pruned ones included."""
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))


def made(study: optuna.Study, budget: int) -> list[FrozenTrial]:
    """Return all trials up to the one, by number, with which `budget` completed ones were spent."""
    every = study.get_trials(deepcopy=False)
    spent = counted([trial for trial in every if trial.state == TrialState.COMPLETE])
    if len(spent) <= budget:
        return every
    last = sorted(trial.number for trial in spent)[budget - 1]
    return [trial for trial in every if trial.number <= last]


def counted(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """Return the trials that count for the budget: not those from a sweep, and none that failed."""
    return [t for t in trials if t.state != TrialState.FAIL and t.user_attrs.get("origin") != "sweep"]


def finished(study: optuna.Study) -> int:
    """Return the number of completed trials that the fit itself has simulated."""
    return len(counted(complete(study)))


def ranked(study: optuna.Study, budget: int) -> list[FrozenTrial]:
    """Return the trials that were simulated to the end, best first, those within the envelope before others.

    Not those on networks of their own, whose scores are of other networks.
    """
    whole = [
        t
        for t in made(study, budget)
        if t.state == TrialState.COMPLETE and not t.user_attrs.get("pruned") and t.user_attrs.get("origin") != EXPLORED
    ]
    return sorted(whole, key=lambda t: (max(0.0, t.constraints["envelope"]), t.user_attrs["score"], t.number))


def rows(study: optuna.Study, fit: Fit) -> list[Row]:
    """Return a row for each trial: number, state, score, origin, knobs, cost, diverged runs, records and features.

    The state of a pruned trial is 'pruned', and its score an estimate.
    """
    return [_row(trial, fit) for trial in made(study, fit.trials)]


def _row(trial: FrozenTrial, fit: Fit) -> Row:
    kept = trial.user_attrs
    objectives = {
        column: number
        for name, both in kept.get("objectives", {}).items()
        for column, number in zip((f"score_{name}", f"sem_{name}"), both, strict=True)
    }
    settings = fit.knobs(trial.params) if trial.params else {}
    return {
        "trial": trial.number,
        "state": "pruned" if kept.get("pruned") else trial.state.name.lower(),
        "score": kept.get("score"),
        "score_sem": kept.get("score_sem"),
        "score_without": kept.get("score_without"),
        "values_without": kept.get("values_without"),
        "constraint": trial.constraints.get("envelope"),
        **objectives,
        "origin": kept.get("origin", fit.sampler),
        **{name: settings.get(name) for name in (*fit.free, *fit.tied)},
        "runs": kept.get("runs"),
        "cpu_s": kept.get("cpu_s"),
        "diverged": kept.get("diverged"),
        "diverged_run": kept.get("diverged_run"),
        "record": kept.get("record"),
        "problem": _failure(trial) if trial.state == TrialState.FAIL else kept.get("problem"),
        **kept.get("features", {}),
    }


def _failure(trial: FrozenTrial) -> str:
    return "interrupted, and run again" if trial.params else "taken when the budget was spent"
