"""Workers that share a database: each takes trials one by one until the budget is spent."""

import time
from collections.abc import Callable

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState

from pipeline.fit.trials import counted

POLL_S = 1.0
"""Seconds between two looks at trials that other workers are running."""


class Surplus(Exception):  # noqa: N818, no error but the end of the budget
    """A trial that a worker took when the budget was spent already."""


def work(
    study: optuna.Study,
    budget: int,
    sampler: Callable[[], optuna.samplers.BaseSampler],
    objective: Callable[[optuna.Trial], list[float]],
    say: Callable[[], None],
) -> None:
    """Run trials, with a new sampler each, until as many as the budget are finished by all workers together.

    Numbers of trials are given out one by one, and a failed trial stays failed: a worker that counts the trials before
    its own cannot overrun the budget, whatever others do meanwhile, and no lock is needed. In the end no trial is left
    running or waiting.
    """

    def take(trial: optuna.Trial) -> list[float]:
        before = [other for other in study.get_trials(deepcopy=False) if other.number < trial.number]
        if len(counted(before)) >= budget:
            raise Surplus
        return objective(trial)

    while True:
        optuna.storages.fail_stale_trials(study)  # another worker's, which was killed; it is queued again
        trials = study.get_trials(deepcopy=False)
        if len(counted(trials)) < budget or any(trial.state == TrialState.WAITING for trial in trials):
            study.sampler = sampler()
            try:
                study.optimize(take, n_trials=1, catch=(Surplus,))
            except (UpdateFinishedTrialError, ValueError) as error:
                if not _told_already(error):
                    raise
        elif any(trial.state == TrialState.RUNNING for trial in trials):
            time.sleep(POLL_S)
        else:
            return
        say()


def _told_already(error: Exception) -> bool:
    """Whether a trial was told before: as failed, since its worker was taken for dead, or just now, unheard."""
    return isinstance(error, UpdateFinishedTrialError) or str(error).startswith("Cannot tell a ")
