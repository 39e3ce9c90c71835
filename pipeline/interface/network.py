"""A network from Python: any Brian2 script, or the folder that `adopt` made of one.

    from brian2 import mV, second
    from pipeline import Network

    network = Network("cuba.py")
    run = network.simulate(we=2*mV, seed=3, duration=2*second)
    run.rates, run.spikes, run.features

Results are NumPy arrays and pandas tables; programs are kept in a folder of the user's cache, so a second session
compiles nothing.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config.reader import ConfigError, nearest, parse
from pipeline.engine.cache import home
from pipeline.engine.machine import cores
from pipeline.engine.recording import NetworkRecording
from pipeline.engine.scripts import ScriptEngine
from pipeline.fit.problem import ROUND, Fit
from pipeline.fit.reading import refuse_unfittable
from pipeline.fit.study import Study
from pipeline.fit.targets import Target, protocols, refuse_impossible
from pipeline.fit.trials import rows
from pipeline.measure.envelope import Envelope
from pipeline.measure.network import feature_table, measured, needs_everything, refuse_unknown, units
from pipeline.measure.rates import measured_rate
from pipeline.network.adopted import FILE, digest, read_adopted
from pipeline.network.model import TABLE
from pipeline.network.readfiles import changed
from pipeline.network.reading import read_model
from pipeline.network.steps import refuse_alike
from pipeline.plan import adoption
from pipeline.sweep.rows import Measurements, with_whole
from pipeline.sweep.spikes import spike_table


@dataclass(frozen=True)
class Run:
    """One simulated point.

    `spikes`: a table of population, neuron and t_s; `rates`: spikes/s by population; `features`: every feature that is
    one number, by name; `status`: 'ok', or 'diverged' with `problem` saying what was not finite.
    """

    values: dict[str, float]
    recording: NetworkRecording
    features: pd.Series
    status: str
    problem: str | None

    @property
    def spikes(self) -> pd.DataFrame:
        """All spikes since t = 0: population, neuron, t_s."""
        table: pd.DataFrame = spike_table(0, self.recording).to_pandas().drop(columns="point")
        return table

    @property
    def rates(self) -> pd.Series:
        """Rates of the populations over the measured time, in spikes/s."""
        return pd.Series(
            {
                name: np.nan if self.status != "ok" else measured_rate(spikes, self.values)
                for name, spikes in self.recording.spikes.items()
            }
        )

    def trains(self, population: str) -> list[np.ndarray]:
        """Return the spike times of each neuron of a population, in s; KeyError for another."""
        spikes = self.recording.spikes[population]
        order = np.argsort(spikes.neurons, kind="stable")
        counts = np.bincount(spikes.neurons, minlength=spikes.size)
        return np.split(spikes.times_s[order], np.cumsum(counts)[:-1])

    def voltages(self, population: str) -> pd.DataFrame:
        """Return the potentials of the first neurons of a population, a column each, by time in s, in mV for volts.

        A row is the end of a step of the run, so the first is at dt, and the transient, where there is one, is in it.
        The verb `trace` leaves that out; here `run.voltages("P").loc[run.values["transient"]:]` does.

        KeyError unless `simulate` was asked for them, by voltages=5 for five neurons.
        """
        if population not in self.recording.traces:
            raise KeyError(f"no voltages of {population!r}: ask simulate(..., voltages=5) for those of five neurons")
        times, values = self.recording.traces[population]
        scale = 1000.0 if self.recording.potentials and self.recording.potentials[population].unit == "mV" else 1.0
        return pd.DataFrame(scale * values, index=pd.Index(times, name="t_s"))

    def state(self, name: str, variable: str) -> np.ndarray:
        """Return a variable of an object of the script at the end, in SI; needs simulate(..., states=True)."""
        return self.recording.state(name, variable)


@dataclass(frozen=True)
class Fitted:
    """What a fit found: `best` knobs, its `score` (in sd of the targets), `trials` as a table, best first."""

    best: pd.Series
    score: float
    trials: pd.DataFrame


class Network:
    """A network: a Brian2 script, or the folder that `adopt` made of one.

    `folder` keeps what `adopt` finds of a script, programs and fits; a folder of the user's cache if not given.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        folder: str | os.PathLike[str] | None = None,
        say: Callable[[str], None] | None = None,
    ) -> None:
        """Take a script, which is adopted (10 s to four minutes) unless that was done before; or a folder.

        ConfigError, in one sentence, where the script cannot be used. `say` is told what is being done.
        """
        given = Path(path)
        self.folder = Path(folder) if folder is not None else _cached(given)
        results = self.folder / "results"
        if not given.is_dir() and not _adopted(given, self.folder):
            adoption.take(given, self.folder, results, say or (lambda _: None))
        self._model = read_model(given if given.is_dir() else self.folder)
        self._engine = ScriptEngine(self._model, results)

    @property
    def knobs(self) -> pd.DataFrame:
        """The numbers of the script: value, unit, how each acts and on what, what it means."""
        settings = self._model.adopted.settings
        return pd.DataFrame(
            [
                {"knob": name, "value": knob.value, "unit": knob.unit, "acts": settings[name].acts,
                 "on": ", ".join(settings[name].on), "about": knob.about or settings[name].about}
                for name, knob in self._model.settable.items() if name in settings
            ]
        ).set_index("knob")  # fmt: skip

    @property
    def populations(self) -> dict[str, int]:
        """Sizes of the populations by name."""
        return dict(self._model.populations)

    @property
    def features(self) -> pd.DataFrame:
        """The features that are measured: unit and definition by name."""
        table = feature_table(self._model)
        return pd.DataFrame({n: {"unit": f.unit, "definition": f.definition} for n, f in table.items()}).T

    def simulate(
        self,
        protocol: str | None = None,
        *,
        seed: int = 1,
        seed_network: int | None = None,
        seed_input: int | None = None,
        duration: Any = None,
        transient: Any = None,
        voltages: int = 0,
        states: bool = False,
        **knobs: Any,
    ) -> Run:
        """Return one point: knobs as numbers in the unit of the knob table, or with a Brian2 unit (`we=2*mV`).

        `duration` and `transient` in s or with a unit. ConfigError for an unknown knob, wrong dimensions or a value
        that the script does not take; SimulationError where its program fails.
        """
        given = self._values(knobs) | {
            "seed_network": seed if seed_network is None else seed_network,
            "seed_input": seed if seed_input is None else seed_input,
        }
        given |= {n: self._value(n, v) for n, v in (("duration", duration), ("transient", transient)) if v is not None}
        values = self._model.point(protocol or next(iter(self._model.protocols)), given, "simulate")
        if duration is None:
            values = self._engine.lasting(values)
        everything = states or needs_everything(self._model)
        recording, _ = self._engine.simulate(values, everything, voltages)
        found = with_whole(measured(self._model, recording, values), self._model, recording, values)
        return Run(
            values=values,
            recording=recording,
            features=pd.Series({name: found[name] for name in units(self._model)}, dtype=float),
            status=recording.status,
            problem=Envelope.of(self._model).problem(found, recording.divergence),
        )

    def sweep(
        self, *, networks: int = 1, first_seed: int = 1, duration: Any = None, transient: Any = None, **axes: Any
    ) -> pd.DataFrame:
        """Return all combinations of the values of knobs, one row a point and network: knobs, status, features.

        Points run on all cores; one that diverged has the status 'diverged', a problem, and no features.
        """
        grids = {name: self._many(name, values) for name, values in axes.items()}
        for name, some in grids.items():
            refuse_alike(self._model, name, some, {}, "sweep")
        places: list[dict[str, float]] = [{}]
        for name, grid in grids.items():
            places = [{**place, name: value} for place in places for value in grid]
        wanted = [(place, first_seed + k) for place in places for k in range(networks)]

        def one(point: tuple[dict[str, float], int]) -> dict[str, Any]:
            place, seed = point
            given: dict[str, Any] = {"seed": seed, "duration": duration, "transient": transient, **place}
            run = self.simulate(**given)
            return {**place, "seed": seed, "status": run.status, "problem": run.problem, **run.features}

        if wanted:
            one(wanted[0])  # which builds the program, once
        with ThreadPoolExecutor(cores()) as pool:
            return pd.DataFrame(list(pool.map(one, wanted)))

    def fit(
        self,
        targets: Mapping[str, tuple[float, float]],
        free: Mapping[str, tuple[float, float]],
        *,
        trials: int = 24,
        networks: int = 1,
        duration: Any = None,
        sampler: str = "response_surface",
        seed: int = 1,
    ) -> Fitted:
        """Return the knobs that bring features to their targets: `targets` maps each to (mean, sd), `free` to ranges.

            network.fit({"rate_P": (6, 0.5)}, free={"we": (0.8, 3)}, trials=20)

        Features are those of the first protocol. The score is that on the networks of the search, which is lucky. The
        study is kept in `folder`: the same call goes on where it was interrupted, and more trials go on from those
        that were made. ConfigError where in no trial the network is alive, with what was seen.
        """
        refuse_unknown(targets, self._model, "fit")
        known = units(self._model)
        protocol = next(iter(self._model.protocols))
        wanted = tuple(
            Target(name, protocol, "mean", float(mean), float(sd), known[name], "given")
            for name, (mean, sd) in targets.items()
        )
        duration_s = self._model.knobs["duration"].value if duration is None else self._value("duration", duration)
        for name in free:
            if name not in self._model.settable:
                raise ConfigError(f"fit: unknown knob {name!r}{nearest(name, self._model.settable)}.")
        ranges = {name: [self._value(name, end) for end in ends] for name, ends in free.items()}
        for target in wanted:
            refuse_impossible(target, feature_table(self._model), "fit")
        problem = parse(
            Fit,
            {
                "targets": "given",
                "free": {n: {"low": low, "high": high, "log": low > 0} for n, (low, high) in ranges.items()},
                "sampler": sampler, "seed": seed, "trials": trials, "batch": ROUND if sampler == "neural" else 8,
                "effort": {"networks": networks, "first_seed": 101, "duration": duration_s},
                "check": {"networks": 1, "first_seed": 100_001, "duration": duration_s},
            },
            "fit",
        )  # fmt: skip
        refuse_unfittable(problem, self._model, "fit")
        problem.points(self._model, protocols(wanted), {name: low for name, (low, _) in ranges.items()})
        folder = self.folder / "results" / "fits"
        measurements = Measurements(self._engine, self._model, "", folder / "journal", "fit", "fit")
        study = Study(problem, wanted, self._model, measurements, folder / "study.log", self._engine.meaning, [])
        self._engine.prepare()
        study.search(cores())
        study.refuse_lifeless()
        best = study.ranked()[0]
        table = pd.DataFrame(rows(study.study, problem)).sort_values("score")
        return Fitted(pd.Series(best.params), float(best.user_attrs["score"]), table)

    def close(self) -> None:
        """End the process that runs the script, if there is one; it ends with Python, too."""
        self._engine.close()

    def __enter__(self) -> "Network":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _values(self, knobs: Mapping[str, Any]) -> dict[str, float]:
        for name in knobs:
            if name not in self._model.settable:
                raise ConfigError(f"unknown knob {name!r}{nearest(name, self._model.settable)}.")
        return {name: self._value(name, value) for name, value in knobs.items()}

    def _many(self, name: str, values: Any) -> list[float]:
        self._values({name: 0})  # an unknown name is refused
        listed: Iterable[Any] = np.atleast_1d(values) if not isinstance(values, Sequence) else values
        return [self._value(name, value) for value in listed]

    def _value(self, name: str, value: Any) -> float:
        """Return a value in the unit of a knob; ConfigError where it has other dimensions."""
        unit = self._model.settable[name].unit
        if not hasattr(value, "dimensions"):
            return float(value)
        from brian2.units import allunits, stdunits
        from brian2.units.fundamentalunits import get_dimensions

        known = {**vars(allunits), **vars(stdunits)}
        one = eval("second" if unit == "s" else "1" if unit == "1" else unit, {"__builtins__": {}}, known)  # noqa: S307
        if get_dimensions(value) != get_dimensions(one):
            raise ConfigError(f"{name} = {value}: has other dimensions than {unit}.")
        return float(np.float64(value)) / float(one)


def _cached(script: Path) -> Path:
    """Return the folder of a script in the user's cache."""
    where = hashlib.sha256(str(script.resolve()).encode()).hexdigest()[:8]
    return home() / f"{script.stem}-{where}"


def _adopted(script: Path, folder: Path) -> bool:
    """Return whether a script was adopted into a folder as it is now."""
    if not (folder / FILE).is_file() or not (folder / TABLE).is_file() or not script.is_file():
        return False
    try:
        known = read_adopted(folder)
    except ConfigError:  # damaged, or of another version: it is adopted again
        return False
    return known.sha256 == digest(script) and changed(known.data, script) is None
