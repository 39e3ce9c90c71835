"""A script run with Brian2's runtime target, where C++ standalone cannot take it: Python that runs in each step, say.

Runs in this process, which it changes: to be called in a process of its own.
"""

import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import brian2 as b2
import numpy as np
from brian2.core.base import BrianObject
from brian2.core.network import Network
from brian2.core.variables import ArrayVariable
from brian2.devices.device import RuntimeDevice

from pipeline.engine import populations
from pipeline.engine.device import FinishedError, forget
from pipeline.engine.recording import Divergence, NetworkRecording, Potential, spikes_of
from pipeline.engine.translated import Population, Projection, Wish, read
from pipeline.engine.translation import Playing, projections
from pipeline.engine.watching import INPUT
from pipeline.library import arrivals
from pipeline.library.spiking import own_variables
from pipeline.network import naming
from pipeline.network.adopted import LAG
from pipeline.network.numbers import Number
from pipeline.network.sites import Survey

NETWORK_RUN = Network.run
PROBE_STEPS = 20
"""Steps of each run where only the script's structure is asked."""


@dataclass
class Probe:
    """What a script is made of, seen in runs of a few steps."""

    populations: list[Population]
    projections: list[Projection]
    runs: list[float]
    dt_s: float
    seen: dict[int, list[Number]]
    drawn: bool
    read: list[str]
    problem: str | None
    names: dict[str, str]
    cost_s: float | None
    """CPU seconds of a biological second with Brian2's NumPy code, by the first steps; None where there are none."""


def probe(wish: Wish) -> Probe:
    """Return what a script is made of; ScriptError where it cannot be used."""
    running = _Running(wish, read(wish.path), seed_input=1, transient_s=0, short=True)
    problem = running.play()
    return Probe(
        populations=running.populations(),
        projections=projections(running.objects, running.names(), running.populations()),
        runs=list(running.runs),
        dt_s=running.dt_s(),
        seen=running.seen,
        drawn=running.stage.drawn,
        read=sorted(running.stage.read),
        problem=problem,
        names=running.names(),
        cost_s=float(np.median(np.diff(running.ends_s))) / running.dt_s() if len(running.ends_s) > 2 else None,
    )


def run(wish: Wish, seed_input: int, transient_s: float, everything: bool = False, traced: int = 0) -> NetworkRecording:
    """Return the recording of a script with the numbers of a wish; ScriptError where it cannot be used."""
    begin, begin_cpu = time.perf_counter(), time.process_time()
    running = _Running(wish, read(wish.path), seed_input, transient_s, traced=traced)
    running.play()
    return running.recording(everything, time.perf_counter() - begin, time.process_time() - begin_cpu)


Part = tuple[str, int, int]
"""A population as its group and its first and last neuron: what it is called may change between runs."""


class _Sums:
    """Sums over time of the potential of a population."""

    def __init__(self, size: int) -> None:
        self.steps = 0.0
        self.total, self.square = np.zeros(size), np.zeros(size)
        self.both, self.both_square = 0.0, 0.0
        self.reference: float | None = None

    def add(self, v: np.ndarray, weight: float) -> None:
        if self.reference is None:
            self.reference = float(v.mean())
        x = v - self.reference
        self.steps += weight
        self.total += weight * x
        self.square += weight * x**2
        mean = float(x.mean())
        self.both += weight * mean
        self.both_square += weight * mean**2

    def potential(self, unit: str) -> Potential:
        scale = 1000.0 if unit == "mV" else 1.0
        mean = self.total / self.steps
        middle = self.both / self.steps
        return Potential(
            mean=scale * (mean + (self.reference or 0.0)),
            var=scale**2 * np.maximum(self.square / self.steps - mean**2, 0),
            population_var=float(scale**2 * max(self.both_square / self.steps - middle**2, 0)),
            unit=unit,
        )


class _Running(Playing):
    def __init__(
        self, wish: Wish, known: Survey, seed_input: int, transient_s: float, short: bool = False, traced: int = 0
    ) -> None:
        super().__init__(wish, known)
        forget()
        self._seed_input, self._transient_s, self._short = seed_input, transient_s, short
        self._seed: Callable[[int], None] = np.random.seed
        arrivals.given_seed = seed_input
        self._monitors: dict[str, b2.SpikeMonitor] = {}
        self._sums: dict[Part, _Sums] = {}
        self._traced = traced
        self._traced_at: list[float] = []
        self._traces: dict[Part, list[np.ndarray]] = {}
        self._found: Divergence | None = None
        self._failed_run = False
        self._later: dict[str, list[tuple[int, float]]] = {}
        """By monitor, for each run how many spikes it had before, and by how much the run's own times are too early."""
        self._ahead_s = 0.0
        self._joins_s: list[float] = []
        self._first_step_s = 0.0
        self.ends_s: list[float] = []
        """When steps ended; CPU time comes in ticks of 10 ms on some machines, and a step takes less."""

    def broken(self) -> bool:
        return self._failed_run

    def play(self) -> str | None:
        b2.set_device("runtime")
        b2.prefs.codegen.target = "numpy" if self._short else b2.prefs.codegen.target
        chosen, seeding = b2.set_device, RuntimeDevice.seed
        running = self

        def intercepted(
            network: Network, duration: Any, report: Any = None, report_period: Any = None, namespace: Any = None,
            profile: Any = None, level: int = 0,
        ) -> None:  # fmt: skip
            scope = b2.core.namespace.get_local_namespace(level + 1) if namespace is None else namespace
            running._run(network, float(duration), scope)

        module = sys.modules["brian2.devices.device"]
        Network.run = intercepted
        RuntimeDevice.seed = lambda *_, **__: None
        for owner in (b2, module):
            setattr(owner, "set_device", lambda *_, **__: None)  # noqa: B010 (a module, whose names are not typed)
        try:
            return super().play()
        finally:
            Network.run, RuntimeDevice.seed = NETWORK_RUN, seeding
            for owner in (b2, module):
                setattr(owner, "set_device", chosen)  # noqa: B010

    def _run(self, network: Network, duration_s: float, scope: dict[str, Any]) -> None:
        first = not self.runs
        taken = self.begin_run(network, duration_s, scope)
        if not network.objects:
            return
        if first:
            self._seed((self._seed_input ^ INPUT) % 2**32)
            device = b2.get_device()
            device.rand_buffer_index[:] = device.randn_buffer_index[:] = 0  # drawn ahead, for Cython
        if self._short:
            taken = min(taken, PROBE_STEPS * self.dt_s())
        added = self._watch(network)
        self._note_time(network, sum(self.runs[:-1]))
        network.objects |= added
        self._failed_run = True
        with self.stage.trusted():
            NETWORK_RUN(network, taken * b2.second, namespace=scope)
        self._failed_run = False
        network.objects -= added
        if self._found is not None:
            raise FinishedError
        self.end_run()

    def _note_time(self, network: Network, begun_s: float) -> None:
        """Note by how much the time of a run is behind that of all runs: `restore` sets it back."""
        ahead_s = begun_s - float(network.t)
        if abs(ahead_s - self._ahead_s) > self.dt_s() / 2:
            self._joins_s.append(begun_s)
            self._ahead_s = ahead_s
        for owner, monitor in self._monitors.items():
            self._later.setdefault(owner, []).append((len(monitor.t_), self._ahead_s))

    def _times_s(self, owner: str) -> np.ndarray:
        """Return the times of the spikes of a monitor, from the beginning of the first run."""
        times = np.asarray(self._monitors[owner].t_[:])
        firsts, ahead_s = zip(*self._later[owner], strict=True)
        found: np.ndarray = times + np.repeat(ahead_s, np.diff([*firsts, len(times)]))
        return found

    def _watch(self, network: Network) -> set[BrianObject]:
        """Return the monitors that a network lacks, and what looks at its variables after each step."""
        for one in sorted(network.objects, key=lambda one: one.name):
            if populations.spiking(one) and one.name not in self._monitors:
                self._monitors[one.name] = populations.spike_monitor(one, f"spikes_of_{len(self._monitors)}")
        potentials = [p for p in self.populations() if p.potential is not None]
        looked = [
            (one, variable)
            for one in network.objects
            if isinstance(one, b2.NeuronGroup | b2.Synapses | b2.PoissonGroup)
            for variable in one.variables.values()
            if isinstance(variable, ArrayVariable) and variable.owner is one
            and variable.name not in own_variables(one) | {"lastspike"}
            and np.issubdtype(variable.dtype, np.floating) and not variable.constant
        ]  # fmt: skip
        names = self.names()
        clock = min((one.clock for one in network.objects if hasattr(one, "clock")), key=lambda c: float(c.dt_))
        step_s = float(clock.dt_)
        self._first_step_s = self._first_step_s or step_s
        weight = step_s / self._first_step_s  # of a mean over time, where steps change between runs

        def look() -> None:
            self.ends_s.append(time.perf_counter())
            now = float(clock.variables["t"].get_value().item()) + float(clock.dt_) + self._ahead_s
            for one, variable in looked:
                values = variable.get_value()
                if not np.isfinite(values.sum()) and not np.isfinite(values).all():
                    index = int(np.argmin(np.isfinite(values)))
                    self._found = Divergence(names[one.name], variable.name, index, now)
                    network.stop()
                    return
            if self._traced:
                self._traced_at.append(now)
            for p in potentials:
                part = p.source, p.start, p.stop
                values = self.objects[p.source].variables[p.potential].get_value()[p.start : p.stop]
                if self._traced:
                    self._traces.setdefault(part, []).append(values[: self._traced].copy())
                if now > self._transient_s * (1 + 1e-9):
                    self._sums.setdefault(part, _Sums(p.size)).add(values, weight)

        watch = b2.NetworkOperation(look, clock=clock, when="end", order=10**6)
        present = {one.name for one in network.objects}
        return {watch, *(monitor for owner, monitor in self._monitors.items() if owner in present)}

    def names(self) -> dict[str, str]:
        return naming.names(list(self.objects.values()), self.scopes, self.noted)

    def populations(self) -> list[Population]:
        return populations.populations(self.objects, self.names(), self.scopes, self.noted)

    def dt_s(self) -> float:
        return min(float(one.clock.dt_) for one in self.objects.values() if hasattr(one, "clock"))

    def recording(self, everything: bool, wall_s: float, cpu_s: float) -> NetworkRecording:
        spikes, potentials, traces = {}, {}, {}
        for p in self.populations():
            part = p.source, p.start, p.stop
            if part in self._sums and self._sums[part].steps:
                potentials[p.name] = self._sums[part].potential(p.potential_unit)
            if part in self._traces:
                traces[p.name] = np.array(self._traced_at), np.array(self._traces[part])
            if not p.spikes_by:
                continue
            monitor = self._monitors[p.source]
            lags = monitor.variables[LAG].get_value() if LAG in monitor.variables else None
            found = spikes_of(self._times_s(p.source), np.asarray(monitor.i[:]), lags, p.start, p.stop)
            spikes[p.name] = replace(found, joins_s=np.array(self._joins_s))
        states: Mapping[str, np.ndarray] = {}
        if everything:
            states = {
                f"{part.name}.{variable.name}": np.asarray(variable.get_value()).copy()
                for one in self.objects.values()
                for part in (*one.contained_objects, one)  # delays are variables of the pathways that synapses contain
                for variable in getattr(part, "variables", {}).values()
                if isinstance(variable, ArrayVariable)
                and getattr(variable.owner, "name", "") == one.name
                and (part is one or variable.name == "delay")
            }
        return NetworkRecording(
            spikes=spikes,
            potentials=potentials,
            divergence=self._found,
            wall_s=wall_s,
            cpu_s=cpu_s,
            memory_mb=float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024,
            states=states,
            traces=traces,
            names=self.names(),
        )
