"""A run under observation: where and when the first value leaves its bounds, and what led to it.

All state variables are looked at after every slot of every step. Meant for a forked process: it runs the network.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

import brian2 as b2
import numpy as np
from brian2.core.variables import ArrayVariable

from pipeline.doctor.instruments.failing import failure
from pipeline.doctor.instruments.hearing import hearing
from pipeline.doctor.instruments.observation import Bounds, Observation, Sighting, Spiking
from pipeline.doctor.instruments.origin import Origin, origin
from pipeline.doctor.instruments.subject import RUN, Subject, fresh_network, refine

SLOTS = {
    "after_groups": "the integration of its equations",
    "after_synapses": "a synaptic event",
    "after_resets": "the reset after a spike",
    "end": "another operation of the step",
}
"""Where a value is looked at, and what has just acted then."""

WALL = 1.5
"""How much longer than its CPU time a run may take by the clock: others have a use for what is left."""
HISTORY_NUMBERS = 8_000_000
HISTORY_STEPS = 600
SAMPLES = 60
AP_V = -0.02
"""Nominal potential (V) whose upward crossing counts as an action potential."""


def observe(
    subject: Subject, bounds: Bounds, duration_s: float, cpu_s: float, factor: int = 1, until_first: bool = False
) -> Observation:
    """Run the network for `duration_s` or `cpu_s` of CPU time, all steps divided by `factor`.

    `until_first`: stop at the first value that is not finite instead of looking how far it spreads.
    """
    np.seterr(all="ignore")
    refine(subject, factor)
    watcher = _Watcher(subject, bounds, cpu_s, until_first)
    network = fresh_network(subject, *watcher.operations)
    watcher.stop = network.stop
    watcher.look("start")
    try:
        with hearing(watcher.seen.logged):
            RUN(network, duration_s * b2.second, namespace=dict(subject.namespace))
    except Exception as error:
        watcher.seen.failure = failure(error, subject.namespace, float(network.t_))
        if watcher.seen.failure is None:
            raise
        watcher.seen.stopped = "by an exception of the script's own"
    return watcher.finish()


class _Watcher:
    def __init__(self, subject: Subject, bounds: Bounds, cpu_s: float, until_first: bool) -> None:
        self._bounds, self._until_first, self._potentials = bounds, until_first, subject.potentials
        self._thresholds = subject.thresholds
        self._begin = time.process_time()
        self._deadline = self._begin + cpu_s
        self._end_s = time.monotonic() + WALL * cpu_s
        self._subject = subject
        self._groups = {group.name: group for group in subject.neurons}
        self._labels = {made.name: made for made in subject.synapses}
        self._arrays = {name: _state_arrays(group) for name, group in self._groups.items()}
        self._synaptic = {name: _state_arrays(made) for name, made in self._labels.items()}
        self._sources = {o.name: o for o in subject.all_objects if "_spikespace" in getattr(o, "variables", {})}
        clock = min((made.clock for made in subject.all_objects), key=lambda c: float(c.dt_))
        self._clock = clock
        self.seen = Observation(subject.start_s, subject.start_s, float(clock.dt_))
        self.operations = []
        for when in SLOTS:
            operation = b2.NetworkOperation(_caller(self.look, when), clock=clock, when=when, order=10**6)
            self.operations.append(operation)
        numbers = sum(a.size for arrays in self._arrays.values() for a in arrays.values())
        self._past: deque[Any] = deque(maxlen=max(3, min(HISTORY_STEPS, HISTORY_NUMBERS // max(numbers, 1))))
        self._previous_spikes = dict.fromkeys(self._sources, np.zeros(0, int))
        self._above: dict[str, np.ndarray] = {}
        self._beyond: dict[str, np.ndarray] = {}
        self._waiting: dict[str, np.ndarray] = {}
        self._spikers: dict[str, set[int]] = {name: set() for name in self._sources}
        self._samples: dict[str, list[Any]] = {name: [] for name in self._groups}
        self._traces: dict[str, list[Any]] = {name: [] for name in self._groups}
        self._traced = dict.fromkeys(self._groups, 0)
        self._step = 0
        self.seen.spiking = {name: Spiking() for name in self._sources}
        self._low = {g: dict.fromkeys(arrays, np.inf) for g, arrays in self._arrays.items()}
        self._high = {g: dict.fromkeys(arrays, -np.inf) for g, arrays in self._arrays.items()}
        self._infinite: dict[str, dict[str, np.ndarray]] = {}
        """What was infinite from the start, as "never yet" or "no decay": meant, as long as it stays so."""
        self.stop: Callable[[], None] = lambda: None

    def look(self, slot: str) -> None:
        seen = self.seen
        if slot == "start":
            self._at_start()
            return
        if seen.not_finite is None:
            for name, arrays in self._arrays.items():
                given = self._infinite[name]
                bad = [v for v, a in arrays.items() if not np.isfinite(a.sum()) and not _as_given(a, given.get(v))]
                if bad:
                    self._not_finite(name, arrays, bad, slot)
                    break
        if slot == "end":
            self._end_of_step()
        elif seen.beyond is None:
            self._look_at_bounds(slot)

    def _at_start(self) -> None:
        for name, arrays in {**self._arrays, **self._synaptic}.items():
            self._infinite[name] = {v: a.copy() for v, a in arrays.items() if np.isinf(a).any()}
            bad = {v: int(np.isnan(a).sum()) for v, a in arrays.items() if np.isnan(a).any()}
            if bad:
                self.seen.nan_at_start[name] = bad
        self._past.append((self._t(), self._copied()))
        self._before = {name: _spans(arrays) for name, arrays in self._synaptic.items()}

    def _copied(self) -> dict[str, dict[str, np.ndarray]]:
        return {name: {v: a.copy() for v, a in arrays.items()} for name, arrays in self._arrays.items()}

    def _not_finite(self, name: str, arrays: dict[str, np.ndarray], bad: list[str], slot: str) -> None:
        wrong = ~np.isfinite(np.vstack([arrays[v] for v in bad])).all(axis=0)
        neuron = int(np.argmax(wrong))
        variables = [v for v in bad if not np.isfinite(arrays[v][neuron])]
        value = float(arrays[variables[0]][neuron])
        self.seen.not_finite = Sighting(self._t(), slot, name, variables, neuron, value, int(wrong.sum()))
        self._keep_history()
        self.seen.origin = self._origin(self.seen.not_finite)
        if self._until_first:
            self.seen.stopped = "at the first value that is not finite"
            self.stop()

    def _origin(self, trouble: Sighting) -> Origin | None:
        """Trace the trouble with the state as it was before the step; what is summed has been set by then."""
        now = self._copied()
        states = {name: set(group.equations.diff_eq_names) for name, group in self._groups.items()}
        before = self._past[-1][1]
        for name, arrays in self._arrays.items():
            for variable in states[name] & set(arrays):
                arrays[variable][:] = before[name][variable]
        try:
            return origin(self._subject, self._groups[trouble.group], trouble.variables, trouble.neuron, trouble.slot)
        finally:
            for name, arrays in self._arrays.items():
                for variable, array in arrays.items():
                    array[:] = now[name][variable]

    def _look_at_bounds(self, slot: str) -> None:
        for name, limits in self._bounds.items():
            for variable, (low, high) in limits.items():
                values = self._arrays[name].get(variable)
                if values is None or not (values.min() < low or values.max() > high):
                    continue
                wrong = (values < low) | (values > high)
                neuron = int(np.argmax(np.where(wrong, np.abs(values - (low + high) / 2), -1)))
                self.seen.beyond = Sighting(
                    self._t(), slot, name, [variable], neuron, float(values[neuron]), int(wrong.sum())
                )
                return

    def _end_of_step(self) -> None:
        seen = self.seen
        t = self._t()
        for name, source in self._sources.items():
            space = source.variables["_spikespace"].get_value()
            fired = np.array(space[: space[-1]])
            if len(fired):
                spiking = seen.spiking[name]
                spiking.first_s = t if spiking.first_s is None else spiking.first_s
                spiking.last_s = t
                if not spiking.n and name in self._traced:
                    self._traced[name] = int(fired[0])
                spiking.n += len(fired)
                spiking.repeats += int(np.isin(fired, self._previous_spikes[name]).sum())
                self._spikers[name].update(fired.tolist())
                if name in self._samples and len(self._samples[name]) < SAMPLES and self._past:
                    before = self._past[-1][1][name]
                    self._samples[name].append({v: a[fired[:2]] for v, a in before.items()})
            self._previous_spikes[name] = fired
        for name, arrays in self._arrays.items():
            for v, a in arrays.items():
                low, high = np.fmin.reduce(a), np.fmax.reduce(a)
                if low < self._low[name][v]:
                    self._low[name][v] = float(low)
                if high > self._high[name][v]:
                    self._high[name][v] = float(high)
            v, top = self._potentials.get(name, ("", 0.0))
            if v in arrays:
                if name in seen.spiking:
                    seen.spiking[name].action_potentials += _risen(self._above, name, arrays[v] > top)
                    _, level = self._thresholds.get(name, ("", np.inf))
                    beyond = arrays[v] > level
                    seen.spiking[name].crossings += _risen(self._beyond, name, beyond)
                    free = self._groups[name].variables.get("not_refractory")
                    if free is not None:
                        meanwhile = beyond & ~free.get_value()
                        seen.spiking[name].crossings_refractory += _risen(self._waiting, name, meanwhile)
                self._traces[name].append((t, float(arrays[v][self._traced[name]])))
        if seen.not_finite is None or len(self._past) == 0:
            self._past.append((t, self._copied()))
        self._step += 1
        if self._step % 200 == 1:
            for name, arrays in self._arrays.items():
                self._samples[name].append({v: a[:3].copy() for v, a in arrays.items()})
        self._whether_to_stop(t)

    def _whether_to_stop(self, t: float) -> None:
        if time.process_time() > self._deadline or time.monotonic() > self._end_s:
            self.seen.stopped = "at the limit of time"
            self.stop()
        elif self.seen.not_finite and t > self.seen.not_finite.t_s + 5e-3:
            counts = self._nan_neurons()
            if any(counts[name] > 0.05 * len(group) for name, group in self._groups.items()):
                self.seen.stopped = "when non-finite values had spread"
                self.stop()

    def _nan_neurons(self) -> dict[str, int]:
        counts = {}
        for name, arrays in self._arrays.items():
            stacked = [~np.isfinite(a) for a in arrays.values()]
            counts[name] = int(np.any(stacked, axis=0).sum()) if stacked else 0
        return counts

    def _keep_history(self) -> None:
        """Keep the past of the neuron in trouble; the step in which it failed is the last row."""
        seen = self.seen
        trouble = seen.not_finite or seen.beyond
        assert trouble is not None
        rows = [(t, {v: a[trouble.neuron] for v, a in state[trouble.group].items()}) for t, state in self._past]
        rows.append((self._t(), {v: a[trouble.neuron] for v, a in self._arrays[trouble.group].items()}))
        seen.history = {"t": np.array([t for t, _ in rows])}
        for v in self._arrays[trouble.group]:
            seen.history[v] = np.array([state[v] for _, state in rows])

    def _t(self) -> float:
        return float(self._clock.variables["t"].get_value().item())

    def finish(self) -> Observation:
        seen = self.seen
        seen.end_s = self._t()
        seen.cpu_s = time.process_time() - self._begin
        if seen.beyond and not seen.not_finite:
            self._keep_history()
        seen.nan_neurons = self._nan_neurons()
        for name, arrays in self._synaptic.items():
            before, after = self._before[name], _spans(arrays)
            seen.weights[name] = {v: (before[v], after[v]) for v in arrays if before[v] != after[v]}
        for name, fired in self._spikers.items():
            seen.spiking[name].neurons = len(fired)
        for name, arrays in self._arrays.items():
            seen.ranges[name] = {v: (self._low[name][v], self._high[name][v]) for v in arrays}
            parts = self._samples[name]
            seen.samples[name] = {v: np.concatenate([p[v] for p in parts]) for v in arrays} if parts else {}
            seen.final[name] = {v: a.copy() for v, a in arrays.items()}
            trace = np.array(self._traces[name][:: max(1, len(self._traces[name]) // 4000)]).reshape(-1, 2)
            seen.trace[name] = {"t": trace[:, 0], "v": trace[:, 1]}
        return seen


def _risen(before: dict[str, np.ndarray], name: str, above: np.ndarray) -> int:
    """Return how many neurons of a group are above a level and were not, and keep which are."""
    risen = int((above & ~before[name]).sum()) if name in before else 0
    before[name] = above
    return risen


def _spans(arrays: dict[str, np.ndarray]) -> dict[str, tuple[float, float, float]]:
    return {
        n: (float(a.min()), float(a.mean()), float(a.max())) if a.size else (0.0, 0.0, 0.0) for n, a in arrays.items()
    }


def _caller(look: Any, slot: str) -> Any:
    return lambda: look(slot)


def _state_arrays(group: Any) -> dict[str, np.ndarray]:
    """Return the arrays of a group's own variables of floating point, one value a neuron (or synapse)."""
    wanted = {}
    for name, equation in group.equations.items():
        variable = group.variables.get(name)
        if not isinstance(variable, ArrayVariable) or variable.scalar or variable.constant:
            continue
        if variable.owner is not None and variable.owner.name != group.name:
            continue
        value = variable.get_value()
        if equation.type != "subexpression" and np.issubdtype(value.dtype, np.floating):
            wanted[name] = value
    if isinstance(group, b2.SpatialNeuron):
        wanted["v"] = group.variables["v"].get_value()
    return wanted


def _as_given(values: np.ndarray, given: np.ndarray | None) -> bool:
    """Return whether all values are finite, or infinite where they were so from the start."""
    finite = np.isfinite(values)
    if given is None:
        return bool(finite.all())
    return bool((finite | (values == given)).all())
