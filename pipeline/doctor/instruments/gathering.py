"""All measurements of one network, on which the findings rest; each experiment in a process of its own."""

import contextlib
import re
from collections.abc import Mapping
from typing import Any

import brian2 as b2
import numpy as np
from brian2.synapses.synapses import SynapticPathway

from pipeline.doctor.instruments import stability as stable
from pipeline.doctor.instruments.census import census
from pipeline.doctor.instruments.constants import changes
from pipeline.doctor.instruments.dynamics import Dynamics, Values
from pipeline.doctor.instruments.envelope import ABSURD_V, bounds, framed, neuron_kind
from pipeline.doctor.instruments.events import probe
from pipeline.doctor.instruments.failing import ForeignError
from pipeline.doctor.instruments.halving import FACTORS, drifts
from pipeline.doctor.instruments.judge import refine, used_method
from pipeline.doctor.instruments.material import Material, grave, reached_far
from pipeline.doctor.instruments.pairs import pair_up, plastic
from pipeline.doctor.instruments.rest import at_rest, kicked
from pipeline.doctor.instruments.stability import Stability
from pipeline.doctor.instruments.subject import Subject, assigned
from pipeline.doctor.instruments.waiting import waiting, zeros
from pipeline.doctor.instruments.watch import AP_V, observe
from pipeline.doctor.instruments.witness import root
from pipeline.engine.apart import Experiment, ExperimentError, LateError, apart

OBSERVE_S, REFINE_S = 20.0, 15.0
DRIFT_CPU_S = 3.0
SPIKE_S = 8e-3


def gather(subject: Subject, observe_s: float = OBSERVE_S, declared: Mapping[str, float] | None = None) -> Material:
    """Make all measurements. The subject's objects are as before; takes at most about 2 minutes."""
    found = Material(subject, declared=declared or {})
    _read(found)
    found.census = census(subject)
    running = Experiment(observe, subject, found.bounds, subject.duration_s, observe_s, cpu_s=observe_s + 20)
    _rest(found)
    try:
        found.seen = running.result()
        seen = found.seen
        run = f"{(seen.end_s - seen.start_s) * 1e3:.4g} of {subject.span_s * 1e3:.4g} ms"
        run += f" at dt = {seen.dt_s * 1e3:.4g} ms"
        found.check("run under observation", run + (f", stopped {seen.stopped}" if seen.stopped else ""))
    except LateError as error:
        found.check("run under observation", f"not done in the time that the doctor has ({error.seconds:.0f} s)")
    except ExperimentError as error:
        foreign = str(error).removeprefix(f"{ForeignError.__name__}: ")
        how = "failed" if foreign == str(error) else "not done in numpy, with which the doctor looks"
        found.check("run under observation", f"{how}: {foreign}")
    _refine(found)
    _drifts(found)
    _spikes(found)
    _events(found)
    _waiting(found)
    _plasticity(found)
    _stability(found)
    found.changes = changes(subject) if subject.run_number == 1 else []
    if subject.run_number > 1:
        found.check("constants", "does not apply to a later run: a change before it is meant")
    elif subject.witness is None:
        found.check("constants", "does not apply: nobody watched when the groups were made (use `watching()`)")
    else:
        found.check("constants", f"{len(found.changes)} changed between creation and run")
    return found


def _read(found: Material) -> None:
    subject = found.subject
    for group in subject.neurons:
        found.written[group.name] = _written(subject, group)
        try:
            about = Dynamics(group, subject.namespace)
            about.rates(about.now(range(len(group))))
            about.rates(about.now([0, 0, 0]))  # a function of the whole group takes no others
            about.frame = framed(about)
            found.kinds[group.name] = neuron_kind(about)
            found.bounds[group.name] = bounds(about, found.written[group.name], about.v in found.written[group.name])
        except Exception as error:  # whatever cannot be evaluated is left out of the analysis, not of the run
            found.check("equations", f"{subject.label(group)} cannot be analysed: {type(error).__name__}: {error}")
            continue
        found.dynamics[group.name] = about
        if about.v is not None:
            v = about.now(range(len(group)))[about.v]
            subject.potentials[group.name] = about.v, about.frame.model(AP_V)
            found.starts_v[group.name] = float(v.min()), float(v.max())
        if about.level is not None:
            subject.thresholds[group.name] = about.potential, about.level
        if found.kinds[group.name] == "reset" and about.v and about.anchored:
            found.bounds[group.name][about.v] = about.frame.model(-ABSURD_V), about.frame.model(ABSURD_V)
        found.methods[group.name] = used_method(group, subject.namespace)
    if not subject.neurons:
        found.check("equations", "do not apply: no group has differential equations")


def _written(subject: Subject, group: Any) -> set[str]:
    texts = [path.code for made in subject.synapses for path in made._pathways]
    names = {re.sub(r"_(post|pre)$", "", name) for text in texts for name in assigned(text)}
    return names | subject.set_in(group)


def _rest(found: Material) -> None:
    for name, about in found.dynamics.items():
        if isinstance(found.group(name), b2.SpatialNeuron):
            found.check("rest", f"does not apply to {found.label(name)}: a compartment is never alone")
            continue
        if about.v is None:
            found.check("rest", f"does not apply to {found.label(name)}: it has no potential")
            continue
        try:
            found.rests[name] = apart(at_rest, about, found.written[name], cpu_s=10)
        except ExperimentError as error:
            found.check("rest", f"failed for {found.label(name)}: {error}")


def _spikes(found: Material) -> None:
    for name, kind in found.kinds.items():
        cable = isinstance(found.group(name), b2.SpatialNeuron)
        if kind == "conductance" and not cable and name in found.rests and found.rests[name].state:
            with contextlib.suppress(ExperimentError):
                found.spikes[name] = apart(_spike, found, name, cpu_s=20)


def _spike(found: Material, name: str) -> tuple[np.ndarray, Values]:
    about = found.dynamics[name]
    start = kicked(about, found.rests[name])
    times, states = stable.fine_path(about, start, SPIKE_S, float(found.group(name).clock.dt_))
    v = np.array([state[about.potential] for state in states])
    inside = [k for k in range(v.shape[1]) if np.isfinite(v[:, k]).all()]
    best = max(inside, key=lambda k: v[:, k].max(), default=0)
    return times, {n: np.array([state[n][best] for state in states]) for n in about.states}


def _refine(found: Material) -> None:
    seen = found.seen
    if seen is None:
        return
    troubled = seen.not_finite or (seen.beyond and reached_far(found, seen))
    if not troubled:
        found.check("dt refinement", "does not apply: all values stayed finite and within their bounds")
        return
    if seen.nan_at_start:
        found.check("dt refinement", "does not apply: values are not finite before the first step")
        return
    found.runs = refine(found.subject, found.bounds, seen, REFINE_S)
    found.check("dt refinement", ", ".join(f"dt/{factor}" for factor in found.runs))


def _drifts(found: Material) -> None:
    """Compare rates at finer steps, over what fits into the time, where the run was healthy."""
    seen = found.seen
    if seen is None or grave(found) or not any(count.n for count in seen.spiking.values()):
        return
    share = min(1.0, DRIFT_CPU_S / max(sum(FACTORS) * seen.cpu_s, 1e-9))
    duration = max(share, 0.05) * (seen.end_s - seen.start_s)
    found.drifts = drifts(found.subject, duration, 2 * DRIFT_CPU_S)
    found.check(
        "rates at finer steps", f"{duration * 1e3:.4g} ms at dt, dt/2, dt/4" if found.drifts else "not compared"
    )


def _events(found: Material) -> None:
    subject = found.subject
    if not subject.pathways():
        found.check("events", "do not apply: there are no synapses with events")
        return
    rest_v = {name: _near(found.dynamics[name], rest.v) for name, rest in found.rests.items()}
    pre_v = {path.name: _v_at_arrival(found, path) for path in subject.pathways()}
    try:
        found.events = apart(probe, subject, found.dynamics, rest_v, pre_v, cpu_s=25)
    except ExperimentError as error:
        found.check("events", f"failed: {error}")
        return
    for event in found.events:
        if event.why_not:
            found.check("events", f"{event.synapses}: does not apply, {event.why_not}")
    good = sum(event.why_not is None for event in found.events)
    found.check("events", f"{good} of {len(found.events)} pathways probed at {len(found.events[0].v_post)} potentials")


def _waiting(found: Material) -> None:
    if zeros(found.subject):
        with contextlib.suppress(ExperimentError):
            found.waiting = apart(waiting, found.subject, cpu_s=10)


def _plasticity(found: Material) -> None:
    """Try pairs of spikes on plastic weights that nothing else changes."""
    subject = found.subject
    if subject.operated or not any(plastic(made) for made in subject.synapses):
        return
    with contextlib.suppress(ExperimentError):
        elsewhere = {
            (group.name, name)
            for made, group, code in subject.operations()
            for name in assigned(code)
            if not isinstance(made, SynapticPathway)
        }
        tried = apart(pair_up, subject, cpu_s=15)
        found.plasticity = [one for one in tried if (one.synapses, one.weight) not in elsewhere]
        found.check("plasticity", f"pairs of spikes tried on {len(found.plasticity)} weights")


def _v_at_arrival(found: Material, path: Any) -> float | None:
    """Return v of a free presynaptic neuron, its delay after it crosses threshold; None where it has no v."""
    source = root(path.source)
    about = found.dynamics.get(source.name)
    rest = found.rests.get(source.name)
    if about is None or rest is None or about.v is None:
        return None
    uses = "v_pre" in path.code or any("v_pre" in str(e.expr) for e in path.synapses.equations.values() if e.expr)
    if not uses or source.name not in found.spikes:
        return _near(about, rest.v)
    delay = float(np.mean(path.variables["delay"].get_value()))
    times, states = found.spikes[source.name]
    v = states[about.v]
    alone = about.now(np.zeros(len(v), int)) | states
    passes = np.broadcast_to(about.evaluate(source.events.get("spike", "True"), alone), v.shape)
    first = int(np.argmax(passes)) if passes.any() else int(np.argmax(v))
    return float(np.interp(times[first] + delay, times, v))


def _near(about: Dynamics, rest_v: float) -> float:
    """Return a resting potential, or the nominal -65 mV where it is nobody's."""
    return rest_v if abs(about.frame.nominal(rest_v)) < 0.2 else about.frame.model(-0.065)


def _stability(found: Material) -> None:
    for name, about in found.dynamics.items():
        label, method = found.label(name), found.methods[name]
        if isinstance(found.group(name), b2.SpatialNeuron):
            found.check("stability", f"does not apply to v of {label}: cables are integrated implicitly")
            continue
        if about.v is None or not found.rests.get(name) or not found.rests[name].state:
            found.check("stability", f"does not apply to {label}: it has no resting state")
            continue
        if method not in stable.POLYNOMIALS and method != stable.EXPONENTIAL:
            found.check("stability", f"does not apply to {label}: method {method!r} is exact or the user's own")
            continue
        try:
            found.stability[name] = apart(_stability_of, found, name, cpu_s=20)
        except ExperimentError as error:
            found.check("stability", f"failed for {label}: {error}")


def _stability_of(found: Material, name: str) -> Stability:
    np.seterr(all="ignore")
    about, method = found.dynamics[name], found.methods[name]
    v = about.potential
    dt_s = float(found.group(name).clock.dt_)
    start = kicked(about, found.rests[name])
    if name in found.spikes:
        times, path = found.spikes[name]
    else:
        low, high = _reach(found, name)
        path = {n: np.full(81, start[n][0]) for n in about.states} | {v: np.linspace(low, high, 81) + 1.1e-6}
        times = np.zeros(81)
    here = {**about.now(np.zeros(len(times), int)), **path}
    eigenvalues, safe, at, variable = stable.linear_limits(about, here)
    failed, t_s, v_user, better = None, np.zeros(1), np.zeros(1), {}
    limits = found.bounds[name]
    if name in found.spikes and _within(path[v], limits.get(v, (-np.inf, np.inf)), 0.01 * about.frame.per_volt):
        failed, t_s, potentials = stable.trial(about, start, dt_s, method, SPIKE_S, limits)
        v_user = potentials[:, -1]
        if failed is not None:
            for other, divide in ((method, 2), (method, 4), (method, 10), (stable.EXPONENTIAL, 1)):
                worse, _, _ = stable.trial(about, start, dt_s / divide, other, SPIKE_S, limits)
                better[f"{other} at {dt_s / divide * 1e3:.4g} ms"] = worse is None
    return Stability(
        name,
        method,
        dt_s,
        eigenvalues,
        safe,
        float(here[v][at]),
        variable,
        failed,
        better,
        t_s,
        np.stack([times, path[v]]),
        v_user,
    )


def _within(v: np.ndarray, limits: tuple[float, float], slack: float) -> bool:
    """Tell whether the true solution stays where it belongs; else a trial of the integrator says nothing."""
    return bool(np.isfinite(v).all() and v.min() > limits[0] - slack and v.max() < limits[1] + slack)


def _reach(found: Material, name: str) -> tuple[float, float]:
    """Return the range of v that a group with a reset was seen in, 20 mV around rest at least."""
    about, rest = found.dynamics[name], found.rests[name]
    frame = about.frame
    low, high = rest.v - 0.01 * frame.per_volt, rest.v + 0.02 * frame.per_volt
    if found.seen and name in found.seen.ranges and about.v in found.seen.ranges[name]:
        seen = found.seen.ranges[name][about.v]
        low, high = min(low, max(seen[0], frame.model(-0.12))), max(high, min(seen[1], frame.model(-0.03)))
    return low, high
