"""An Optuna study around simulate, features and targets.

Deterministic: trials are asked for in batches of fixed size, simulated in any order on all cores, and told in their
order; the sampler is seeded by the fit's seed and the round. All trials share their networks and thalamic input
(common random numbers). The study is a journal file: an interrupted fit goes on where it stopped.
"""

import os
import statistics
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from pipeline.build import Program
from pipeline.features import UNITS
from pipeline.parameters import Model, fingerprint
from pipeline.settings import Effort, Fit
from pipeline.sweep import Progress, measure
from pipeline.tables import Row
from pipeline.targets import Target, deviation, protocols, score

Measured = dict[tuple[str, str], list[float]]
"""Values over networks, by (protocol, feature); undefined ones are left out."""


class Study:
    """A fit in progress: the Optuna study, and what its trials simulate."""

    def __init__(
        self, fit: Fit, targets: tuple[Target, ...], model: Model, program: Program, journal: Path, first: list[Row]
    ) -> None:
        """Open the study of this fit in the file `journal`, or make it with `first` settings as its first trials."""
        self._fit, self._targets, self._model, self._program = fit, targets, model, program
        self._first = first
        identity = fit.model_dump(exclude={"trials", "check", "about"}) | {"first": first}
        name = fingerprint(identity, [vars(target) for target in targets], model.model_dump(), program.directory.name)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        journal.parent.mkdir(parents=True, exist_ok=True)
        storage = JournalStorage(JournalFileBackend(str(journal)))
        known = {study.study_name for study in optuna.get_all_study_summaries(storage)}
        self.study = optuna.create_study(
            study_name=name, storage=storage, direction="minimize", load_if_exists=True, sampler=self._sampler(0)
        )
        if name not in known:
            self.study.set_metric_names(["rms deviation in sd"])
            for settings in first:
                self.study.enqueue_trial(settings, user_attrs={"origin": "sweep"})
        self._requeue_interrupted()

    def _sampler(self, round_number: int) -> optuna.samplers.BaseSampler:
        seed = int(fingerprint(self._fit.seed, round_number), 16) % 2**32
        if self._fit.sampler == "random":
            return optuna.samplers.RandomSampler(seed=seed)
        if self._fit.sampler == "cmaes":
            start = self._first[0] if self._first else None
            return optuna.samplers.CmaEsSampler(seed=seed, x0=start, popsize=self._fit.batch)
        return optuna.samplers.TPESampler(seed=seed, n_startup_trials=max(8, len(self._first)))

    def _requeue_interrupted(self) -> None:
        """Give trials that a kill left running another go: a journal file has no heartbeat to tell."""
        for trial in self.study.get_trials(states=(TrialState.RUNNING,)):
            self.study.tell(trial.number, state=TrialState.FAIL)
            if trial.params:
                self.study.enqueue_trial(trial.params, user_attrs=trial.user_attrs)

    def finished(self) -> list[optuna.trial.FrozenTrial]:
        """Return the completed trials."""
        return self.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))

    def search(self, cores: int) -> None:
        """Run trials until the budget of completed ones is spent."""
        progress = Progress("fit", self._fit.trials, len(self.finished()), "trials")
        spaces = {
            name: optuna.distributions.FloatDistribution(free.low, free.high, log=free.log)
            for name, free in self._fit.free.items()
        }
        with ThreadPoolExecutor(cores) as pool:
            while (missing := self._fit.trials - len(self.finished())) > 0:
                self.study.sampler = self._sampler(len(self.finished()))
                batch = [self.study.ask(spaces) for _ in range(min(self._fit.batch, missing))]
                runs = [self._submit(pool, trial.params, self._fit.effort) for trial in batch]
                for trial, pending in zip(batch, runs, strict=True):
                    rows = [run.result() for run in pending]
                    measured = collect(rows)
                    trial.set_user_attr("cpu_s", sum(row["cpu_s"] for row in rows))
                    trial.set_user_attr("diverged", sum(row["status"] != "ok" for row in rows))
                    trial.set_user_attr("features", {f"{p} {f}": _mean(v) for (p, f), v in measured.items()})
                    self.study.tell(trial, score(self._targets, means(measured)))
                progress.show(len(self.finished()), f", best {self.study.best_value:.2f}")

    def _submit(self, pool: ThreadPoolExecutor, settings: Mapping[str, float], effort: Effort) -> list[Any]:
        return [
            pool.submit(lambda row=row: measure(self._program, row, self._model)[0])
            for row in self._rows(settings, effort)
        ]

    def _rows(self, settings: Mapping[str, float], effort: Effort) -> Iterable[Row]:
        for protocol in protocols(self._targets):
            for seed in effort.seeds:
                run = {"duration": effort.duration, "seed_network": seed, "seed_input": seed}
                yield {"protocol": protocol, **self._model.point(protocol, {**self._fit.set, **settings, **run})}

    def check(self, cores: int) -> tuple[Row, Measured, float]:
        """Simulate the best trial on the fresh networks of `check`; return its knobs, values over networks and score."""
        best = self.study.best_params
        with ThreadPoolExecutor(cores) as pool:
            measured = collect([run.result() for run in self._submit(pool, best, self._fit.check)])
        return best, measured, score(self._targets, means(measured))

    def trial_rows(self) -> list[Row]:
        """Return a row for each trial: number, state, score, origin, knobs, cost, diverged runs and features."""
        return [
            {
                "trial": trial.number,
                "state": trial.state.name.lower(),
                "score": trial.value,
                "origin": trial.user_attrs.get("origin", self._fit.sampler),
                **{name: trial.params.get(name) for name in self._fit.free},
                "cpu_s": trial.user_attrs.get("cpu_s"),
                "diverged": trial.user_attrs.get("diverged"),
                **trial.user_attrs.get("features", {}),
            }
            for trial in self.study.get_trials(deepcopy=False)
        ]


def collect(rows: Iterable[Row]) -> Measured:
    """Return the defined values of every feature of the rows with status ok, by (protocol, feature)."""
    measured: Measured = {}
    for row in rows:
        if row["status"] == "ok":
            for feature in UNITS:
                if row[feature] is not None:
                    measured.setdefault((row["protocol"], feature), []).append(row[feature])
    return measured


def means(measured: Measured) -> dict[tuple[str, str], float]:
    """Return the mean over networks."""
    return {key: _mean(values) for key, values in measured.items()}


def _mean(values: list[float]) -> float:
    return statistics.fmean(values)


def first_trials(rows: list[Row], fit: Fit, targets: tuple[Target, ...]) -> list[Row]:
    """Return the settings of the free knobs of the best places of a sweep, best first, at most as many as the fit asks.

    Places outside the free ranges, or without all protocols that the targets need, are passed over.
    """
    if fit.first_trials is None:
        return []
    places: dict[tuple[float, ...], list[Row]] = {}
    for row in rows:
        places.setdefault(tuple(row[name] for name in fit.free), []).append(row)
    scored = []
    for place, here in places.items():
        inside = all(free.low <= x <= free.high for x, free in zip(place, fit.free.values(), strict=True))
        if inside and {row["protocol"] for row in here} >= set(protocols(targets)):
            scored.append((score(targets, means(collect(here))), place))
    scored.sort()
    return [dict(zip(fit.free, place, strict=True)) for _, place in scored[: fit.first_trials.best]]


def fitted_row(target: Target, measured: Measured) -> Row:
    """Return a target beside the values over networks: mean, sem, n and deviation in the target's sd."""
    values = measured.get((target.protocol, target.feature), [])
    mean = _mean(values) if values else None
    return {
        "feature": target.feature,
        "protocol": target.protocol,
        "unit": target.unit,
        "target": target.mean,
        "sd": target.sd,
        "mean": mean,
        "sem": statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else None,
        "n": len(values),
        "deviation_sd": deviation(target, mean),
        "source": target.source,
    }


def gain_row(name: str, fitted: float, fit: Fit, model: Model) -> Row:
    """Return a fitted knob beside the model's value and the range it was sought in."""
    base = model.knobs[name]
    free = fit.free[name]
    return {
        "knob": name,
        "fitted": fitted,
        "model": base.value,
        "ratio": fitted / base.value if base.value else None,
        "low": free.low,
        "high": free.high,
        "unit": base.unit,
    }


def cores() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
