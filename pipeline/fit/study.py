"""An Optuna study around simulate, features and targets.

Deterministic where it is kept in a journal file: trials are asked for in batches of fixed size, simulated in any order
on all cores, and told in their order; the sampler is seeded by the fit's seed and the round. Trials share their
networks and input (common random numbers), but those that are drawn from a posterior have their own. An interrupted fit
goes on where it stopped; with pruning, one that is interrupted while a batch is told may prune other trials of that
batch than it would have. In a database, any number of workers take trials one by one until the budget is spent.
"""

import itertools
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.trial import FrozenTrial

from pipeline.config.reader import fingerprint
from pipeline.config.tables import Row
from pipeline.fit import storage, trials
from pipeline.fit.asking import Asking, space
from pipeline.fit.leaders import rank
from pipeline.fit.lifeless import refuse_lifeless
from pipeline.fit.loss import collect, columns, comparisons, excess, loss, means
from pipeline.fit.problem import EXPLORED, MIDDLE_OF_POSTERIOR, Effort, Fit
from pipeline.fit.reading import asked, grouped
from pipeline.fit.start import Tried
from pipeline.fit.targets import Target, protocols
from pipeline.fit.workers import work
from pipeline.measure.envelope import Envelope
from pipeline.measure.network import units
from pipeline.network.model import Model
from pipeline.sweep.rows import Measurements, Progress

WORSE = 0.1
"""A trial is pruned where it is worse than the best, run for run, with less than that probability of being no worse."""

OWN_SEEDS = "own networks from seed"
"""What a study keeps of its fit: the first seed of the networks that one trial has alone."""

Telling = Callable[[optuna.Trial, float, list[Row]], None]
"""What is done with a trial, its score and its rows, before it is told and cannot be changed any more."""


class Study:
    """A fit in progress: the Optuna study, and what its trials simulate."""

    def __init__(
        self,
        fit: Fit,
        targets: tuple[Target, ...],
        model: Model,
        measurements: Measurements | None,
        log: Path,
        program: str,
        first: list[Tried],
        worker: int = 0,
        title: str = "fit",
    ) -> None:
        """Open the study of this fit, or make it, with `first` as its first trials, in `log` or the fit's storage.

        `program` identifies what simulates: another program, like other settings, makes another study. It is
        called after the network, the `title` and a fingerprint of these. `worker` numbers the processes that share a
        database; each has a seed of its own, and the first makes the study. Without `measurements` the study is only
        made, with no trial.
        """
        self.fit, self._targets, self._model, self._measurements = fit, targets, model, measurements
        self._first, self._worker, self._groups = first, worker, grouped(fit, targets)
        self._telling: Telling | None = None
        self.envelope = Envelope.of(model, fit.envelope)
        """The rates within which a trial is alive."""
        self._features = units(model)
        begin = [(tried.settings, means(collect(tried.rows, columns(targets)))) for tried in first]
        mark = fingerprint(asked(fit, targets, model), program, repr(begin))
        name = f"{Path(model.folder).resolve().name} {title} {mark[:8]}"
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.filterwarnings("ignore", category=ExperimentalWarning)  # versions are pinned
        warnings.filterwarnings("ignore", message="Constraints have been set")  # the loss tells CMA-ES as much
        kept = storage.journal(log) if fit.storage is None else storage.database(fit.storage)
        self.study = self._opened(name, kept)
        if OWN_SEEDS not in self.study.user_attrs:
            self.study.set_user_attr(OWN_SEEDS, fit.beyond)
        self._own_seeds = int(self.study.user_attrs[OWN_SEEDS])
        fit.refuse_used(self._own_seeds)
        best = min(first, key=lambda tried: self._evaluated(tried.rows)[0], default=None)
        self._asking = Asking(fit, targets, self.study, best.settings if best else None, worker)
        if measurements is not None and not worker:
            self._begin()
        if fit.storage is None:
            self._asking.requeue()

    def _opened(self, name: str, kept: optuna.storages.BaseStorage) -> optuna.Study:
        pruner = optuna.pruners.WilcoxonPruner(p_threshold=WORSE, n_startup_steps=2)
        if self._worker:
            return storage.joined(name, kept, pruner)
        study = optuna.create_study(
            study_name=name,
            storage=kept,
            directions=["minimize"] * max(1, len(self._groups)),
            load_if_exists=True,
            pruner=pruner,
        )
        if self._groups:
            study.set_metric_names(list(self._groups))
        return study

    def _begin(self) -> None:
        """Add the first trials that are not there yet; worker 0 alone does so."""
        known = sum(trial.user_attrs.get("origin") == "sweep" for trial in self.study.get_trials(deepcopy=False))
        for tried in self._first[known:]:
            values, constraint, attributes = self._evaluated(tried.rows)
            self.study.add_trial(
                optuna.trial.create_trial(
                    values=values,
                    params=tried.settings,
                    distributions=space(self.fit),
                    user_attrs=attributes | {"origin": "sweep"},
                    constraints={"envelope": constraint},
                    intermediate_values=dict(enumerate(self._compared(tried.rows))) if self.fit.prune else None,
                )
            )

    def _evaluated(self, rows: list[Row], own: bool = False) -> tuple[list[float], float, dict[str, Any]]:
        """Return the values and the constraint of a trial that gave `rows`, and what to keep of it beside."""
        found = loss(self._targets, self._groups, rows, self.envelope)
        values = [value for value, _ in found.objectives.values()] or [found.score]
        return values, found.constraint, trials.attributes(found, rows, self._targets, self._features, own)

    def _compared(self, rows: list[Row]) -> list[float]:
        """Return what a trial is compared by, run for run, in the order of its runs."""
        places = {(protocol, seed): k for k, (protocol, seed) in enumerate(self._order())}
        ordered = sorted(rows, key=lambda row: places[row["protocol"], row["seed_network"]])
        return [value for row in ordered for value in comparisons(self._targets, row)]

    def _order(self) -> list[tuple[str, float]]:
        middle = {name: span.low for name, span in self.fit.free.items()}
        runs = self.fit.points(self._model, protocols(self._targets), middle)
        return [(run["protocol"], run["seed_network"]) for run in runs]

    def ranked(self) -> list[FrozenTrial]:
        """Return the trials of the fit that were simulated to the end, best first."""
        return trials.ranked(self.study, self.fit.trials)

    def refuse_lifeless(self) -> None:
        """Raise LifelessError, with what was seen, where no trial is alive."""
        refuse_lifeless(self.ranked(), self.fit, self._targets, self.envelope, self._model)

    def leaders(self, cores: int) -> list[Row]:
        """Return the best trials within the envelope, ranked again on fresh networks; empty without `leaders`."""
        if self.fit.leaders is None:
            return []
        alive = [trial for trial in self.ranked() if trial.constraints["envelope"] <= 0]
        best = {trial.number: trial.params for trial in alive[: self.fit.leaders.best]}
        return rank(
            best,
            self.fit,
            self._targets,
            lambda knobs, effort: self.simulated(knobs, effort, cores),
            self.envelope,
        )

    def search(self, cores: int, telling: Telling | None = None) -> None:
        """Run trials until the budget of completed ones is spent; `telling` is called with each that was not pruned."""
        self._telling = telling
        progress = Progress("fit", self.fit.trials, trials.finished(self.study), "trials")
        self._spend(cores, lambda: progress.show(lambda: trials.finished(self.study), self._so_far))
        progress.end(trials.finished(self.study), self._so_far())

    def _spend(self, cores: int, say: Callable[[], None]) -> None:
        with ThreadPoolExecutor(cores) as simulations:
            if self.fit.storage is not None:
                work(
                    self.study,
                    self.fit.trials,
                    lambda: self._asking.sampler(trials.finished(self.study), 1 + self._worker),
                    lambda trial: self._take(simulations, trial),
                    say,
                )
                return
            while trials.finished(self.study) < self.fit.trials:
                batch = self._asking.batch()
                with ThreadPoolExecutor(len(batch)) as side_by_side:
                    pending = [side_by_side.submit(self._run, simulations, trial) for trial in batch]
                    # none is told before all have run: pruning compares with the best, which must not change meanwhile
                    runs = [run.result() for run in pending]
                for trial, run in zip(batch, runs, strict=True):
                    self.study.tell(trial, self._keep(trial, *run))
                say()

    def _so_far(self) -> str:
        best = self.ranked()
        return f", best {best[0].user_attrs['score']:.2f}" if best else ""

    def _take(self, simulations: Executor, trial: optuna.Trial) -> list[float]:
        return self._keep(trial, *self._run(simulations, self._asking.taken(trial)))

    def _run(self, simulations: Executor, trial: optuna.Trial) -> tuple[list[Row], bool]:
        """Simulate a trial; return its rows and whether it was pruned.

        A run beyond the envelope is the last one, and so is one after which the trial is clearly worse than the best.
        """
        simulated = protocols(self._targets)
        if trial.user_attrs.get("origin") == EXPLORED:
            place = trial.user_attrs["place"]
            points = self.fit.own_points(self._model, simulated, trial.params, place, self._own_seeds)
        else:
            points = self.fit.points(self._model, simulated, trial.params)
        # the middle of a posterior is worth all of its runs, and the best score may be one on other networks
        if not self.fit.prune or trial.user_attrs.get("origin") in (EXPLORED, MIDDLE_OF_POSTERIOR):
            rows = [simulations.submit(self._row, points[0]).result()]
            if excess(rows[0], self.envelope)[0] <= 0:
                pending = [simulations.submit(self._row, point) for point in points[1:]]
                rows += [run.result() for run in pending]
            return rows, False
        rows, steps = [], itertools.count()
        for point in points:
            rows.append(simulations.submit(self._row, point).result())
            last = len(rows) == len(points)
            if not last and excess(rows[-1], self.envelope)[0] > 0:
                return rows, False
            for value in comparisons(self._targets, rows[-1]):
                trial.report(value, next(steps))
            if not last and trial.should_prune():
                return rows, True
        return rows, False

    def _row(self, point: Row) -> Row:
        if self._measurements is None:
            raise ValueError("a study that is only made has nothing to simulate with")
        return self._measurements.row(point)

    def _keep(self, trial: optuna.Trial, rows: list[Row], pruned: bool) -> list[float]:
        """Note what a trial gave, and return the values to tell.

        A pruned trial is told the best score times the ratio of both trials' deviations over the same runs, as
        the pruner's documentation advises: samplers ignore trials that are pruned without a value.
        """
        own = trial.user_attrs.get("origin") == EXPLORED
        values, constraint, attributes = self._evaluated(rows, own)
        attributes["pruned"] = pruned
        if pruned:
            reported = self.study.trials[trial.number].intermediate_values
            best = self.study.best_trial
            squares = [(value**2, best.intermediate_values[step] ** 2) for step, value in reported.items()]
            ratio = (sum(own for own, _ in squares) / max(sum(theirs for _, theirs in squares), 1e-12)) ** 0.5
            values = [best.values[0] * max(1.0, ratio)]
            attributes |= {"score": values[0], "score_sem": None, "score_without": []}
        for key, attribute in attributes.items():
            trial.set_user_attr(key, attribute)
        trial.set_constraint("envelope", constraint)
        if self._telling and not pruned and constraint <= 0:
            self._telling(trial, attributes["score"], rows)
        return values

    def check(self, cores: int, number: int | None = None) -> tuple[FrozenTrial, list[Row], float]:
        """Simulate a trial, the best if None, on the networks of `check`; return it, its rows there and their score."""
        trial = self.study.trials[self.ranked()[0].number if number is None else number]
        rows = self.simulated(trial.params, self.fit.check, cores)
        return trial, rows, loss(self._targets, {}, rows, self.envelope).score

    def simulated(self, settings: Mapping[str, float], effort: Effort, cores: int) -> list[Row]:
        """Return the runs of settings of the free knobs on other networks than those of the trials."""
        points = self.fit.points(self._model, protocols(self._targets), settings, effort)
        with ThreadPoolExecutor(cores) as pool:
            return list(pool.map(self._row, points))
