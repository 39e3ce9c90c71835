"""Faults of the integrator: exact solutions, steps and upstrokes. Measurements to findings."""

import brian2 as b2
import numpy as np

from pipeline.doctor.findings.causes import last_finite
from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.judge import at_fault
from pipeline.doctor.instruments.material import Material, grave, sizes
from pipeline.doctor.instruments.stability import EXPONENTIAL, POLYNOMIALS, Stability, growth

GROWN = 1e6
"""By so much, and its square, a variable must have grown to be seen."""


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
        alone = s.failed is None and s.safe_s.get(s.method, 0.0) > s.dt_s  # as where its coupling is in trouble
        if alone or (not observed and s.failed is None):
            continue
        spiked = found.seen.spiking.get(name) if found.seen else None
        survived = healthy and spiked is not None and spiked.n > 5
        alike.setdefault((s.method, s.dt_s, observed, survived), []).append(s)
    for (_, _, observed, survived), group in alike.items():
        findings.append(_step_finding(found, group, observed, survived))
    if fault == "integrator" and not any(f.level == "error" for f in findings) and trouble is not None:
        findings.append(_unexplained_step(found, trouble.group))
    return findings


def unstable_decays(found: Material) -> list[Finding]:
    """Variables that decay at a constant rate in their equation and grow in the integrator."""
    findings = []
    for name, about in found.dynamics.items():
        method, dt_s = found.methods[name], float(found.group(name).clock.dt_)
        if method not in POLYNOMIALS:
            continue
        for variable in [n for n in about.states if n != about.v]:
            here = about.now([0])
            there = {
                n: x + (0.03 * about.frame.per_volt if n == about.v else 0.1 * np.abs(x)) if n in about.states else x
                for n, x in here.items()
            }
            slope, other = (float(about.jacobian(dict(at), [variable])[0, 0, 0]) for at in (here, there))
            grows = float(growth(method, np.array(slope * dt_s)))
            if (
                slope >= 0
                or -slope * dt_s <= 1  # within the stability of every method
                or not np.isclose(slope, other, rtol=1e-3)
                or grows < 1 - 1e-9
                or _was_seen_bounded(found, name, variable, grows)
            ):
                continue
            label, tau_ms = found.label(name), -1e3 / slope
            factor = -grows if method in ("euler", "milstein") else grows
            findings.append(
                Finding(
                    "step_too_large",
                    "error",
                    f"The step of {dt_s * 1e3:.4g} ms is too large for {method} on {variable} of {label}, which decays "
                    f"in {tau_ms:.3g} ms.",
                    (
                        f"a step multiplies {variable} by {factor:.3g}, the equation by {np.exp(slope * dt_s):.3g}: "
                        f"it {'grows' if grows > 1 + 1e-9 else 'swings'} for ever",
                        f"{found.subject.place(found.group(name))}",
                    ),
                    "Certain: the rate is a constant of the equation.",
                    f"{_set_step(found, name, tau_ms / 5e3)}\n"
                    f"# or {label} = NeuronGroup(..., method='exponential_euler') and a step that resolves it",
                    f"{variable} decays as its equation says.",
                )
            )
    return findings


def _was_seen_bounded(found: Material, name: str, variable: str, grows: float) -> bool:
    """Tell whether a variable stayed 0 in the run or kept its size: what grows in each step does not."""
    seen = found.seen
    steps = 0.0 if seen is None else (seen.end_s - seen.start_s) / float(found.group(name).clock.dt_)
    if seen is None or grave(found) or steps * np.log10(grows) < 2 * np.log10(GROWN):
        return False
    samples, largest = sizes(found, name, variable)
    samples = samples[samples > 0]
    return not len(samples) or bool(largest < GROWN * np.median(samples))


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
    label, about = found.label(s.group), found.dynamics[s.group]
    lines = []
    if s.method in s.safe_s:
        limits = ", ".join(f"{m} {x * 1e3:.2g} ms" for m, x in s.safe_s.items() if m not in ("milstein", "heun"))
        lines.append(
            f"{label}: the fastest mode ({s.worst_variable} at {about.v} = {about.shown(s.worst_v)}) decays in "
            f"{-1e3 / s.eigenvalues.real.min():.2g} ms; largest steps at which it decays in the "
            f"integrator, too: {limits}"
        )
    if s.failed:
        value = about.shown(s.failed.value) if s.failed.variable == about.v else f"{s.failed.value:.4g}"
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
    dt = float(found.group(name).clock.dt_)
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
        _set_step(found, name, dt / factor),
        "Steps no longer overshoot.",
    )


def _set_step(found: Material, name: str, dt_s: float) -> str:
    """Return what gives a group that step: the default clock's, or its own."""
    group, step = found.group(name), f"{_round_down(dt_s * 1e3):.4g}*ms"
    if np.isclose(float(group.clock.dt_), float(b2.defaultclock.dt_)):
        return f"defaultclock.dt = {step}"
    return f"{found.label(name)} = NeuronGroup(..., dt={step})    # {found.subject.place(group)}"


def refinement_lines(found: Material) -> list[str]:
    """Return what each run at a smaller step showed, a line a run."""
    lines: list[str] = []
    if found.seen is None or found.seen.trouble is None:
        return lines
    whole = {1: found.seen, **found.runs}
    own = float(found.group(found.seen.trouble.group).clock.dt_) / found.seen.dt_s  # of several clocks, that in trouble
    for factor, run in sorted(whole.items()):
        if isinstance(run, str):
            lines.append(f"dt/{factor}: {run}")
            continue
        step = f"dt = {own * run.dt_s * 1e3:.4g} ms"
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
    if reset and _held_back(found, name):
        return [_refractory_upstroke(found, name, exponential[0])]
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
                f"neuron {seen.not_finite.neuron}, {seen.not_finite.t_s * 1e3:.4g} ms: {about.v} = "
                f"{about.shown(last_v)} one step before, "
                f"{', '.join(seen.not_finite.variables)} not finite after",
            ),
            "Certain that this term overflows: it is the only one that is exponential in v.",
            f"{found.label(name)} = NeuronGroup(..., threshold='v > V_T + 5*Delta_T', reset=..., method='euler')\n"
            "# or a bounded upstroke: exp(clip((v - V_T)/Delta_T, -100, 10))",
            "The spike is cut where its upstroke is steep but finite; its time changes by less than a step.",
        )
    ]


def _held_back(found: Material, name: str) -> bool:
    """Tell whether v had passed the threshold before, and went on without a reset since the neuron was refractory."""
    seen, about, group = found.seen, found.dynamics[name], found.group(name)
    threshold = group.events.get("spike")
    if seen is None or threshold is None or group._refractory is False or _clamped(group, about.potential):
        return False
    values = last_finite(found, seen.not_finite) if seen.not_finite else None
    return (
        values is not None
        and bool(np.all(about.evaluate(threshold, values)))
        and about.frame.nominal(float(values[about.potential][0])) > 0.5
    )


def _clamped(group: b2.NeuronGroup, v: str) -> bool:
    return "unless refractory" in group.equations[v].flags


def _refractory_upstroke(found: Material, name: str, term: str) -> Finding:
    seen, about, label = found.seen, found.dynamics[name], found.label(name)
    assert seen is not None
    assert seen.not_finite is not None
    return Finding(
        "refractory_not_held",
        "error",
        f"{label} is refractory, but {about.v} goes on: it passes the threshold again meanwhile, is not reset, and its "
        "exponential upstroke overflows.",
        (
            f"refractory = {found.group(name)._refractory} at {found.subject.place(found.group(name))}; the equation "
            f"of {about.v} has no (unless refractory)",
            f"term {term}",
            f"neuron {seen.not_finite.neuron}, not finite at {seen.not_finite.t_s * 1e3:.4g} ms",
        ),
        "Certain: the last finite value is above threshold, without a spike.",
        f"d{about.v}/dt = ... : volt (unless refractory)",
        f"{about.v} is held at its reset value as long as the neuron is refractory.",
    )
