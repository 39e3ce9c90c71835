"""What a study tries next: batches of trials from the fit's sampler, and where each trial comes from.

The sampler is a new one for each batch, seeded by the fit's seed and the number of trials that are done, so that a
search that was interrupted proposes what it would have.
"""

import contextlib
import warnings

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, FloatDistribution
from optuna.trial import FrozenTrial, TrialState

from pipeline.config.reader import fingerprint
from pipeline.fit import neural, trials
from pipeline.fit.explore import Proposal, explore, ready
from pipeline.fit.posterior import UndefinedError
from pipeline.fit.problem import OWN, Fit, needed
from pipeline.fit.samplers import COUNTED, Proposed, named
from pipeline.fit.surface import Known, propose
from pipeline.fit.targets import Target

BATCH_END = "end of batch"
"""What a study keeps of its last batch: the trials up to its end."""


class Asking:
    """Asks a study for trials of a fit."""

    def __init__(
        self,
        fit: Fit,
        targets: tuple[Target, ...],
        study: optuna.Study,
        start: dict[str, float] | None,
        worker: int = 0,
    ) -> None:
        """`start`: free knobs at which CMA-ES begins; `worker`: the process, where several share a study."""
        self._fit, self._targets, self._study = fit, targets, study
        self._start, self._worker = start, worker
        self._space = space(fit)
        self._origins: list[str] = []

    def batch(self) -> list[optuna.Trial]:
        """Return the next batch of trials; one that was interrupted is asked to its end, those that wait first."""
        done = trials.finished(self._study)
        end = self._study.user_attrs.get(BATCH_END, 0)
        n = min(end - done if end > done else self._fit.batch, self._fit.trials - done)
        self._study.set_user_attr(BATCH_END, done + n)
        self._study.sampler = self.sampler(done, n)
        asked = [self._next() for _ in range(n)]
        for number, trial in enumerate(asked, done):
            self._originate(trial, number)
        return asked

    def taken(self, trial: optuna.Trial) -> optuna.Trial:
        """Return a trial that a worker took, with its settings and where they come from."""
        self._originate(self._settled(trial), trial.number)
        return trial

    def sampler(self, n_finished: int, n: int) -> optuna.samplers.BaseSampler:
        """Return the sampler of the next `n` trials."""
        others = (self._worker,) if self._worker else ()
        seed = int(fingerprint(self._fit.seed, n_finished, *others), 16) % 2**32
        if self._fit.sampler in OWN:
            proposals = self._proposals(n_finished, n, seed)
            # workers that know the same trials should not all try the same minimum
            proposals = proposals if self._fit.storage is None else proposals[-1:]
            self._origins = [origin for _, origin in proposals]
            return Proposed([settings for settings, _ in proposals], self._space)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # x0 of CMA-ES, for which Optuna has no successor yet
            return named(self._fit, seed, self._start)

    def requeue(self) -> None:
        """Give trials that a kill left running another go: a journal file has no heartbeat to tell."""
        for trial in self._study.get_trials(states=(TrialState.RUNNING,)):
            self._study.tell(trial.number, state=TrialState.FAIL)
            known = trial.user_attrs
            kept: dict[str, object] = {key: known[key] for key in ("origin", "place") if key in known}
            self._study.enqueue_trial(trial.params, user_attrs=kept)

    def _proposals(self, n_finished: int, n: int, seed: int) -> list[Proposal]:
        """Return what the response surface proposes, minima of the score, then draws from the posterior; or sbi."""
        fit = self._fit
        done = [_known(trial) for trial in trials.complete(self._study)]
        alive = sum(trial.alive for trial in done)
        usable = [trial for trial in done if trial.features or not trial.alive]
        if fit.sampler == "neural":
            return neural.propose(usable, fit.free, self._targets, fit.errors, n, seed)
        if ready(usable, n_finished, fit.free):
            first = n_finished - needed(len(fit.free))
            with contextlib.suppress(UndefinedError):  # then the search goes on
                return explore(usable, fit.free, self._targets, fit.errors, first, n, seed)
        # from the few features of trials beyond the envelope alone, a surface would lead anywhere
        known = done if alive >= 2 * len(fit.free) else []
        return [(one, fit.sampler) for one in propose(known, fit.free, self._targets, n, seed)]

    def _next(self) -> optuna.Trial:
        trial = self._study.ask()
        if self._fit.sampler not in COUNTED:
            _ = trial.relative_params  # one that waited has its settings, and yet takes its turn in the sampler's
        return self._settled(trial)

    def _settled(self, trial: optuna.Trial) -> optuna.Trial:
        for name, span in self._fit.free.items():
            trial.suggest_float(name, span.low, span.high, log=span.log)
        return trial

    def _originate(self, trial: optuna.Trial, number: int) -> None:
        """Note where a trial comes from and which one it is, unless it was begun before and knows.

        Its number in the study is another where trials were interrupted.
        """
        origin = self._origins.pop(0) if self._origins else None
        if origin is not None and "place" not in trial.user_attrs:
            trial.set_user_attr("origin", origin)
            trial.set_user_attr("place", number)


def space(fit: Fit) -> dict[str, BaseDistribution]:
    """Return the ranges of the free knobs as Optuna's."""
    return {name: FloatDistribution(free.low, free.high, log=free.log) for name, free in fit.free.items()}


def _known(trial: FrozenTrial) -> Known:
    kept = trial.user_attrs
    features = {tuple(key.split(" ", 1)): x for key, x in kept["features"].items()}
    without = [np.array(sample, float) for sample in kept.get("values_without", [])]
    alive = trial.constraints["envelope"] <= 0
    return Known(trial.params, features, kept["score"], kept.get("origin", ""), without, alive)
