"""Faults of the integrator and of what was built, and what is seen in the end. Measurements to findings."""

import brian2 as b2
import numpy as np

from pipeline.doctor.causes import ranked_terms
from pipeline.doctor.constants import shadowed_builtins
from pipeline.doctor.findings import Finding, milli
from pipeline.doctor.judge import at_fault
from pipeline.doctor.material import Material, grave, reversal_list
from pipeline.doctor.stability import EXPONENTIAL, Stability
from pipeline.doctor.structure import in_degrees, rounded_delays
from pipeline.doctor.watch import SLOTS

BLOCK_V = -0.05


def singular_exact(found: Material) -> list[Finding]:
    """The exact method dividing by a difference of equal rates."""
    seen = found.seen
    if seen is None or seen.not_finite is None or seen.nan_at_start or seen.not_finite.slot != "after_groups":
        return []
    name = seen.not_finite.group
    about = found.dynamics.get(name)
    if (
        about is None
        or found.methods[name] not in ("exact", "linear")
        or seen.not_finite.t_s > seen.start_s + 2 * seen.dt_s
    ):
        return []
    rates = about.rates(about.now([seen.not_finite.neuron]))
    if not all(np.isfinite(rate).all() for rate in rates.values()):
        return []
    values = dict(about.external)
    equal = [(a, b) for a in values for b in values if a < b and values[a] == values[b] != 0]
    pairs = ", ".join(f"{a} = {b}" for a, b in equal) or "two rates of the linear equations coincide"
    return [
        Finding(
            "exact_singular",
            "error",
            f"The exact solution of {found.label(name)} is 0/0, since two of its time constants are equal.",
            (f"{pairs}; {', '.join(seen.not_finite.variables)} not finite in the first step, all rates finite before",),
            "Certain: the equations are finite where Brian2's closed solution is not.",
            f"{found.label(name)} = NeuronGroup(..., method='exponential_euler')    # or time constants "
            "that differ by 0.1 %",
            "The same equations; the error of a step is of the order of dt.",
        )
    ]


def step_too_large(found: Material) -> list[Finding]:
    """Integrators that fail on the spike, or did in the run; groups with the same method and step in one finding."""
    findings = []
    fault = at_fault(found.seen, found.runs) if found.seen and found.runs else None
    trouble = found.seen.trouble if found.seen else None
    healthy = found.seen is not None and not grave(found)
    alike: dict[tuple[str, float, bool, bool], list[Stability]] = {}
    for name, s in found.stability.items():
        observed = fault == "integrator" and trouble is not None and trouble.group == name
        if not observed and s.failed is None:
            continue
        spiked = found.seen.spiking.get(name) if found.seen else None
        survived = healthy and spiked is not None and spiked.n > 5
        alike.setdefault((s.method, s.dt_s, observed, survived), []).append(s)
    for (_, _, observed, survived), group in alike.items():
        findings.append(_step_finding(found, group, observed, survived))
    if fault == "integrator" and not any(f.level == "error" for f in findings) and trouble is not None:
        findings.append(_unexplained_step(found, trouble.group))
    return findings


def _step_finding(found: Material, alike: list[Stability], observed: bool, survived: bool) -> Finding:
    s = alike[0]
    about = found.dynamics[s.group]
    labels = " and ".join(found.label(each.group) for each in alike)
    places = ", ".join(found.subject.place(found.group(each.group)) for each in alike)
    evidence = [f"method {s.method} at dt = {s.dt_s * 1e3:.4g} ms: {places}"]
    for each in alike:
        evidence += _limits(found, each)
    if observed and found.seen:
        evidence += refinement_lines(found)
    spike = "the spike" if found.kinds[s.group] == "conductance" else "the equations"
    if observed:
        sure = "Certain: the same network without the trouble at a smaller step."
    elif survived:
        sure = "Likely: this run survived."
    else:
        sure = "Certain for a free neuron; the network's own run got into trouble before, or never got to a spike."
    suggestion = f"defaultclock.dt = {_round_down(_good_step(alike) * 1e3):.4g}*ms"
    if any(each.better.get(f"{EXPONENTIAL} at {each.dt_s * 1e3:.4g} ms") for each in alike):
        suggestion += (
            f"\n# or, at the present step: {found.label(s.group)} = NeuronGroup(..., method='exponential_euler')"
        )
        nonlinear = [n for n in ("m", "m_inf", "minf") if n in about.expressions and n not in about.states]
        if nonlinear:
            suggestion += f", with {nonlinear[0]} = ... : 1 (constant over dt)"
    return Finding(
        "step_too_large",
        "warning" if survived else "error",
        f"The step of {s.dt_s * 1e3:.4g} ms is too large for {s.method} on {spike} of {labels}.",
        tuple(evidence),
        sure,
        suggestion,
        "Steps no longer overshoot. It does not cure a fault of the model, and spike times still change a "
        "little with dt.",
    )


def _limits(found: Material, s: Stability) -> list[str]:
    """Return the evidence of one group: the fastest mode, the largest steps, the trial."""
    label, v = found.label(s.group), found.dynamics[s.group].v
    lines = []
    if s.method in s.safe_s:
        limits = ", ".join(f"{m} {x * 1e3:.2g} ms" for m, x in s.safe_s.items() if m not in ("milstein", "heun"))
        lines.append(
            f"{label}: the fastest mode ({s.worst_variable} at v = {milli(s.worst_v)} mV) decays in "
            f"{-1e3 / s.eigenvalues.real.min():.2g} ms; largest steps at which it decays in the "
            f"integrator, too: {limits}"
        )
    if s.failed:
        value = f"{s.failed.value * 1e3:.4g} mV" if s.failed.variable == v else f"{s.failed.value:.4g}"
        passing = ", ".join(k for k, good in s.better.items() if good) or "none of the others"
        lines.append(
            f"{label}: a free neuron, made to spike, has {s.failed.variable} = {value} after "
            f"{s.failed.t_s * 1e3:.4g} ms; "
            f"the same trial passes with {passing}"
        )
    return lines


def _good_step(alike: list[Stability]) -> float:
    """Return a step (s) at which all these groups are safe: two thirds of the limit, and one whose trial passed."""
    steps = []
    for s in alike:
        steps.append(min(s.safe_s.get(s.method, s.dt_s), s.dt_s) / 1.5)
        passing = [float(k.split()[-2]) / 1e3 for k, good in s.better.items() if good and k.startswith(s.method + " ")]
        steps += [max(passing)] if passing else []
    return min(steps)


def _round_down(ms: float) -> float:
    for nice in (1, 0.5, 0.25, 0.2, 0.1, 0.05, 0.025, 0.02, 0.01, 0.005, 0.0025, 0.001):
        if nice <= ms * 1.0001:
            return nice
    return ms


def _unexplained_step(found: Material, name: str) -> Finding:
    dt = found.seen.dt_s if found.seen else 1e-4
    method = found.methods.get(name, "?")
    finer = [f for f, run in found.runs.items() if not isinstance(run, str) and not run.not_finite and not run.beyond]
    factor = min(finer, default=10)
    return Finding(
        "step_too_large",
        "error",
        f"The step of {dt * 1e3:.4g} ms is too large for {method} in {found.label(name)}: the trouble goes "
        "at a smaller one.",
        tuple(refinement_lines(found)),
        "Certain: the same network was run at smaller steps.",
        f"defaultclock.dt = {_round_down(dt / factor * 1e3):.4g}*ms",
        "Steps no longer overshoot.",
    )


def refinement_lines(found: Material) -> list[str]:
    """Return what each run at a smaller step showed, a line a run."""
    lines = []
    if found.seen is None or found.seen.trouble is None:
        return lines
    whole = {1: found.seen, **found.runs}
    for factor, run in sorted(whole.items()):
        if isinstance(run, str):
            lines.append(f"dt/{factor}: {run}")
            continue
        step = f"dt = {run.dt_s * 1e3:.4g} ms"
        if run.not_finite:
            lines.append(f"{step}: not finite at {run.not_finite.t_s * 1e3:.4g} ms")
        elif run.beyond:
            lines.append(f"{step}: out of bounds at {run.beyond.t_s * 1e3:.4g} ms")
        else:
            lines.append(f"{step}: finite and within bounds up to {run.end_s * 1e3:.4g} ms")
    return lines


def overflowing_upstroke(found: Material) -> list[Finding]:
    """Exponential spike currents that overflow before the threshold is seen."""
    seen = found.seen
    if seen is None or seen.not_finite is None or seen.nan_at_start:
        return []
    name = seen.not_finite.group
    about = found.dynamics.get(name)
    if about is None or about.v is None or found.kinds[name] == "conductance":
        return []
    exponential = [t for t in about.terms(about.v) if "exp(" in t and about.v in t]
    if not exponential:
        return []
    reset = found.kinds[name] == "reset"
    last = seen.history.get(about.v, np.zeros(1))
    last_v = float(last[np.isfinite(last)][-1]) if np.isfinite(last).any() else 0.0
    threshold = found.group(name).events.get("spike", "none")
    return [
        Finding(
            "upstroke_overflow",
            "error",
            f"The exponential upstroke of {found.label(name)} overflows within one step, before "
            + (
                f"the threshold ({threshold}) ends it."
                if reset
                else "anything ends it: there is no threshold with a reset."
            ),
            (
                f"term {exponential[0]}",
                f"neuron {seen.not_finite.neuron}, {seen.not_finite.t_s * 1e3:.4g} ms: v = {milli(last_v)} "
                "mV one step before, "
                f"{', '.join(seen.not_finite.variables)} not finite after",
            ),
            "Certain that this term overflows: it is the only one that is exponential in v.",
            f"{found.label(name)} = NeuronGroup(..., threshold='v > V_T + 5*Delta_T', reset=..., method='euler')\n"
            "# or a bounded upstroke: exp(clip((v - V_T)/Delta_T, -100, 10))",
            "The spike is cut where its upstroke is steep but finite; its time changes by less than a step.",
        )
    ]


def spiking(found: Material) -> list[Finding]:
    """Spikes without action potential, spikes counted again and again, depolarisation block."""
    findings: list[Finding] = []
    seen = found.seen
    if seen is None or seen.not_finite or grave(found):
        return findings
    for name, kind in found.kinds.items():
        about, label, count = found.dynamics[name], found.label(name), seen.spiking.get(name)
        if kind != "conductance" or isinstance(found.group(name), b2.SpatialNeuron):
            continue
        reach = seen.ranges[name][about.v]
        threshold = found.group(name).events.get("spike")
        if count and count.repeats > 0.3 * count.n and count.n > 5:
            findings.append(
                Finding(
                    "spike_counting",
                    "error",
                    f"Every action potential of {label} counts as many spikes: the threshold holds for "
                    "several steps in a row.",
                    (
                        f"{count.n} spikes for {count.action_potentials} crossings of -20 mV; in "
                        f"{count.repeats} the neuron had spiked in the step before",
                        f"threshold = {threshold!r} at {found.subject.place(found.group(name))}",
                    ),
                    "Certain: counted in the run.",
                    f"{label} = NeuronGroup(..., threshold={threshold!r}, refractory={threshold!r})",
                    "One spike for each upward crossing; synapses act once. v itself stays as it is "
                    "without recurrent synapses.",
                )
            )
        elif count and count.n >= 5 and count.action_potentials == 0 and reach[1] < -0.02:
            findings.append(
                Finding(
                    "events_without_ap",
                    "warning",
                    f"{label} sends spikes without action potentials: v never passes {milli(reach[1])} mV.",
                    (
                        f"{count.n} spikes by threshold = {threshold!r}",
                        f"range of v {milli(reach[0])} to {milli(reach[1])} mV",
                    ),
                    "Certain for this run.",
                    f"{label} = NeuronGroup(..., threshold='v > -20*mV', refractory='v > -20*mV')",
                    "Only action potentials are sent on; rates fall.",
                )
            )
        findings += _block(found, name)
    return findings


def _block(found: Material, name: str) -> list[Finding]:
    about, seen, label = found.dynamics[name], found.seen, found.label(name)
    assert seen is not None
    rest = found.rests.get(name)
    trace = seen.trace.get(name, {}).get("v")
    lines = []
    if rest and rest.settled and rest.why_not is None and rest.v > BLOCK_V:
        lines.append(f"a neuron alone comes to rest at {milli(rest.v)} mV")
    if trace is not None and len(trace) > 300 and about.v == "v":
        end = trace[-len(trace) // 3 :]
        long_enough = (seen.end_s - seen.start_s) / 3 > 20e-3
        if long_enough and np.ptp(end) < 2e-3 and end.mean() > BLOCK_V:
            lines.append(f"in the run, v stays at {milli(float(end.mean()))} mV to the end")
    if not lines:
        return []
    return [
        Finding(
            "depolarisation_block",
            "warning",
            f"{label} hangs in depolarisation block: it stays depolarised and cannot spike.",
            (
                *lines,
                f"reversal potentials: {reversal_list(about)}",
                "a potassium conductance or a leak too small, or an input too strong, does this",
            ),
            "Certain of the state; likely a conductance with a wrong factor.",
            f"# compare the conductances in {label}'s equations with the source, gK above all "
            "(Hodgkin-Huxley: 36 mS/cm2)",
            "The neuron repolarises after a spike.",
        )
    ]


def built(found: Material) -> list[Finding]:
    """In-degrees that are not as declared, delays that the grid changes, builtins that are numpy's."""
    findings = []
    degrees = in_degrees(found.subject, found.declared)
    found.check("in-degrees", f"{len(degrees)} declared" if degrees else "do not apply: no K is declared")
    for d in degrees:
        if d.off:
            findings.append(
                Finding(
                    "in_degree",
                    "warning",
                    f"{d.synapses} has {d.realised:.4g} synapses a neuron, but its weights assume {d.name} "
                    f"= {d.declared:.4g}.",
                    (f"line {d.line}",) if d.line else (),
                    "Certain of both numbers.",
                    f"{d.synapses}.connect(p={d.name}/N_presynaptic)    # now "
                    f"{d.realised / d.declared:.3g} times as many",
                    f"The mean input through {d.synapses} changes by a factor {d.declared / d.realised:.3g}.",
                )
            )
    for r in rounded_delays(found.subject):
        findings.append(
            Finding(
                "delay_rounding",
                "warning" if r.far else "note",
                f"The delay of {r.synapses}, {milli(r.asked_s)} ms, becomes {milli(r.made_s)} ms on the "
                f"grid of dt = {milli(r.dt_s)} ms.",
                (),
                "Certain.",
                f"{r.synapses}.delay = {milli(max(r.made_s, r.dt_s))}*ms    # or a step that divides it",
                "The delay in the run is the one that you read.",
            )
        )
    for line, name in shadowed_builtins(found.subject.source or ""):
        findings.append(
            Finding(
                "shadowed_builtin",
                "warning",
                f"{name}(... for ...) on line {line} is numpy's {name}, which does not understand a generator.",
                (f"line {line}",),
                "Certain: `from brian2 import *` replaces it.",
                f"import builtins; builtins.{name}(...)    # or {name}([...]) with a list",
                "The line does what it says.",
            )
        )
    return findings


def quiet(found: Material) -> list[Finding]:
    """Groups that never spiked although they could."""
    seen = found.seen
    if seen is None or seen.trouble:
        return []
    return [
        Finding(
            "silent",
            "note",
            f"{found.label(name)} sent no spike in {(seen.end_s - seen.start_s) * 1e3:.4g} ms.",
            (),
            "Seen in the run.",
        )
        for name, count in seen.spiking.items()
        if count.n == 0 and name in found.dynamics
    ]


def divergence(found: Material, cause_known: bool) -> list[Finding]:
    """The consequence: where and when the first value left its bounds, and the terms of dv/dt there."""
    seen = found.seen
    if seen is None or not grave(found) or seen.nan_at_start:
        return []
    trouble = seen.not_finite or seen.beyond
    assert trouble is not None
    label = found.label(trouble.group)
    about = found.dynamics.get(trouble.group)
    evidence = []
    if seen.beyond and seen.not_finite and seen.beyond.t_s < seen.not_finite.t_s:
        b = seen.beyond
        milli_v = b.variables[0] == (about.v if about else None)
        evidence.append(
            f"first out of bounds: {found.label(b.group)}.{b.variables[0]} = "
            f"{b.value * (1e3 if milli_v else 1):.4g}{' mV' if milli_v else ''}, "
            f"neuron {b.neuron}, {b.t_s * 1e3:.4g} ms"
        )
    terms = ranked_terms(found)
    if terms:
        evidence.append(
            "terms of dv/dt at the last finite state: " + "; ".join(f"{t} = {x:.3g} V/s" for t, x in terms[:4])
        )
    counts = {found.label(n): k for n, k in seen.nan_neurons.items() if k}
    if counts:
        evidence.append(
            "neurons that are not finite when the run was stopped: "
            + ", ".join(f"{k} of {n}" for n, k in counts.items())
        )
        if all(k < 0.05 * len(found.group(n)) for n, k in seen.nan_neurons.items()):
            evidence.append("so few that mean rates look right")
    evidence += refinement_lines(found)
    findings = []
    if not cause_known:
        big = terms[0][0] if terms else "its equations"
        findings.append(
            Finding(
                "runaway",
                "error",
                f"{label} runs away at every step size: the model itself diverges, driven by {big}.",
                tuple(refinement_lines(found)),
                "Certain that a smaller step does not help; the cause is where this term comes from.",
                f"# look at the sign and the size of {big}",
                "",
            )
        )
    what = "is not a number" if seen.not_finite else f"reaches {trouble.value:.4g} (SI)"
    findings.append(
        Finding(
            "divergence",
            "error",
            f"{', '.join(f'{label}.{v}' for v in trouble.variables)} {what} in neuron {trouble.neuron} at "
            f"{trouble.t_s * 1e3:.4g} ms, after "
            f"{SLOTS.get(trouble.slot, trouble.slot)}.",
            tuple(evidence),
            "Certain: this is what happens; the findings above say why.",
        )
    )
    return findings
