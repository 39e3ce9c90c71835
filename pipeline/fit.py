"""An Optuna study around simulate, features and targets.

Deterministic: trials are asked for in batches of fixed size, simulated in any order on all cores, and told in their
order; the sampler is seeded by the fit's seed and the round. All trials share their networks and thalamic input
(common random numbers). The study is a journal file: an interrupted fit goes on where it stopped.
"""

import os
import statistics
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from pipeline import provenance
from pipeline.features import UNITS
from pipeline.parameters import ConfigError, Model, fingerprint
from pipeline.settings import Effort, Fit
from pipeline.surface import propose
from pipeline.sweep import Measurements, Progress
from pipeline.tables import Row, cut_torn_line
from pipeline.targets import Target, deviation, protocols, score

Measured = dict[tuple[str, str], list[float]]
"""Values over networks, by (protocol, feature); undefined ones are left out."""

Telling = Callable[[optuna.Trial, float, list[Row]], None]
"""What is done with a finished trial, its score and its rows, before it is told and cannot be changed any more."""


@dataclass(frozen=True)
class Tried:
    """Settings of the free knobs that a sweep has already simulated, and their features."""

    settings: dict[str, float]
    rows: list[Row]


class Study:
    """A fit in progress: the Optuna study, and what its trials simulate."""

    def __init__(
        self,
        fit: Fit,
        targets: tuple[Target, ...],
        model: Model,
        measurements: Measurements,
        log: Path,
        program: str,
        first: list[Tried],
    ) -> None:
        """Open the study of this fit in the file `log`, or make it, with `first` as its first trials.

        `program` identifies what simulates: another program, like other settings, makes another study.
        """
        self._fit, self._targets, self._model, self._measurements = fit, targets, model, measurements
        self._first = first
        identity = fit.model_dump(exclude={"trials", "check", "about"})
        begin = [(tried.settings, means(collect(tried.rows))) for tried in first]
        values = model.identity(protocols(targets))
        code = provenance.code((*provenance.MEASURING, "targets.py", "surface.py"))
        name = fingerprint(identity, [vars(target) for target in targets], values, code, program, repr(begin))
        self._space = {
            name: optuna.distributions.FloatDistribution(free.low, free.high, log=free.log)
            for name, free in fit.free.items()
        }
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        log.parent.mkdir(parents=True, exist_ok=True)
        cut_torn_line(log)
        self.study = optuna.create_study(
            study_name=name,
            storage=JournalStorage(JournalFileBackend(str(log))),
            direction="minimize",
            load_if_exists=True,
            sampler=self._sampler(0),
        )
        known = sum(trial.user_attrs.get("origin") == "sweep" for trial in self.study.get_trials(deepcopy=False))
        for tried in first[known:]:
            value, attributes = self._evaluated(tried.rows)
            self.study.add_trial(
                optuna.trial.create_trial(
                    value=value,
                    params=tried.settings,
                    distributions=self._space,
                    user_attrs=attributes | {"origin": "sweep"},
                )
            )
        self._requeue_interrupted()

    def _evaluated(self, rows: list[Row]) -> tuple[float, dict[str, Any]]:
        """Return the score of a trial that gave `rows`, and what to keep of it beside the score."""
        features = means(collect(rows))
        attributes = {
            "cpu_s": sum(row["cpu_s"] for row in rows),
            "diverged": sum(row["status"] != "ok" for row in rows),
            "features": {f"{protocol} {feature}": value for (protocol, feature), value in features.items()},
        }
        return score(self._targets, features), attributes

    def _sampler(self, n_finished: int) -> optuna.samplers.BaseSampler:
        seed = self._seed(n_finished)
        if self._fit.sampler == "tpe":
            return optuna.samplers.TPESampler(seed=seed)
        if self._fit.sampler == "cmaes":
            start = min(self._first, key=lambda tried: self._evaluated(tried.rows)[0]).settings if self._first else None
            return optuna.samplers.CmaEsSampler(seed=seed, x0=start, popsize=self._fit.batch)
        return optuna.samplers.RandomSampler(seed=seed)

    def _seed(self, n_finished: int) -> int:
        return int(fingerprint(self._fit.seed, n_finished), 16) % 2**32

    def _requeue_interrupted(self) -> None:
        """Give trials that a kill left running another go: a journal file has no heartbeat to tell."""
        for trial in self.study.get_trials(states=(TrialState.RUNNING,)):
            self.study.tell(trial.number, state=TrialState.FAIL)
            self.study.enqueue_trial(trial.params, user_attrs=trial.user_attrs)

    def complete(self) -> list[optuna.trial.FrozenTrial]:
        """Return the completed trials, those from a sweep included."""
        return self.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))

    def finished(self) -> int:
        """Return the number of completed trials that the fit itself has simulated."""
        return sum(trial.user_attrs.get("origin") != "sweep" for trial in self.complete())

    def search(self, cores: int, telling: Telling | None = None) -> None:
        """Run trials until the budget of completed ones is spent; `telling` is called before one is told."""
        progress = Progress("fit", self._fit.trials, self.finished(), "trials")
        with ThreadPoolExecutor(cores) as pool:
            while self.finished() < self._fit.trials:
                batch = self._ask()
                runs = [self._submit(pool, trial.params, self._fit.effort) for trial in batch]
                for trial, pending in zip(batch, runs, strict=True):
                    rows = [run.result() for run in pending]
                    value, attributes = self._evaluated(rows)
                    for key, attribute in attributes.items():
                        trial.set_user_attr(key, attribute)
                    if telling:
                        telling(trial, value, rows)
                    self.study.tell(trial, value)
                progress.show(self.finished(), f", best {self.study.best_value:.2f}")

    def _ask(self) -> list[optuna.Trial]:
        """Return the next batch of trials; those that an interruption left waiting are a batch of their own."""
        done = self.finished()
        waiting = len(self.study.get_trials(deepcopy=False, states=(TrialState.WAITING,)))
        n = waiting or min(self._fit.batch, self._fit.trials - done)
        self.study.sampler = self._sampler(done)
        if self._fit.sampler == "response_surface" and not waiting:
            known = [
                (trial.params, {tuple(key.split()): x for key, x in trial.user_attrs["features"].items()})
                for trial in self.complete()
            ]
            for settings in propose(known, self._fit.free, self._targets, n, self._seed(done)):
                self.study.enqueue_trial(settings)
        return [self.study.ask(self._space) for _ in range(n)]

    def _submit(self, pool: ThreadPoolExecutor, settings: Mapping[str, float], effort: Effort) -> list[Any]:
        return [pool.submit(self._measurements.row, row) for row in self._rows(settings, effort)]

    def _rows(self, settings: Mapping[str, float], effort: Effort) -> Iterable[Row]:
        for protocol in protocols(self._targets):
            for seed in effort.seeds:
                run = {"duration": effort.duration, "seed_network": seed, "seed_input": seed}
                yield {"protocol": protocol, **self._model.point(protocol, {**self._fit.set, **settings, **run})}

    def check(self, cores: int) -> tuple[Row, list[Row], float]:
        """Simulate the best trial on the fresh networks of `check`; return its knobs, the rows, and their score."""
        best = self.study.best_params
        with ThreadPoolExecutor(cores) as pool:
            rows = [run.result() for run in self._submit(pool, best, self._fit.check)]
        return best, rows, score(self._targets, means(collect(rows)))

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
    return {key: statistics.fmean(values) for key, values in measured.items()}


def first_trials(rows: list[Row], fit: Fit, targets: tuple[Target, ...]) -> list[Tried]:
    """Return the best places of a sweep, best first, at most as many as the fit asks; none outside the free ranges."""
    places: dict[tuple[float, ...], list[Row]] = {}
    for row in rows:
        if row["seed_network"] not in fit.effort.seeds or row["duration"] != fit.effort.duration:
            raise ConfigError(
                f"first trials: a row has seed_network = {row['seed_network']:g} and duration = {row['duration']:g} s, "
                f"but the trials of the fit have {list(fit.effort.seeds)} and {fit.effort.duration:g} s."
            )
        places.setdefault(tuple(row[name] for name in fit.free), []).append(row)
    inside = {
        place: here
        for place, here in places.items()
        if all(free.low <= x <= free.high for x, free in zip(place, fit.free.values(), strict=True))
    }
    best = sorted((score(targets, means(collect(here))), place) for place, here in inside.items())
    n = fit.first_trials.best if fit.first_trials else 0
    return [Tried(dict(zip(fit.free, place, strict=True)), inside[place]) for _, place in best[:n]]


def fitted_row(target: Target, rows: list[Row]) -> Row:
    """Return a target beside the values of `rows` over networks: mean, sem, n and deviation in the target's sd."""
    values = collect(rows).get((target.protocol, target.feature), [])
    mean = statistics.fmean(values) if values else None
    return {
        "feature": target.feature,
        "protocol": target.protocol,
        "unit": target.unit,
        "target": target.mean,
        "sd": target.sd,
        "mean": mean,
        "sem": statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else None,
        "n": len(values),
        "diverged": sum(row["status"] != "ok" and row["protocol"] == target.protocol for row in rows),
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
