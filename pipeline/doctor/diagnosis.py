"""From a network to its diagnosis: measurements, findings in order, verdict, and a run with the proposed fixes."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import brian2 as b2
import numpy as np
from brian2.core.magic import collect

from pipeline.doctor.findings import (
    causes,
    cures,
    dependence,
    effects,
    gates,
    inputs,
    operations,
    plasticity,
    plausibility,
    scales,
    signs,
    silence,
    steps,
    symptoms,
    terms,
    warned,
    weights,
    wiring,
)
from pipeline.doctor.findings.finding import Charge, Finding, Verdict, ordered, without_consequences
from pipeline.doctor.findings.kinds import ORDER
from pipeline.doctor.findings.unfound import unfound
from pipeline.doctor.instruments.events import Event
from pipeline.doctor.instruments.judge import Fixes, at_fault, mirrored, run_fixed
from pipeline.doctor.instruments.material import OBSERVE_S, Check, Material, gather, grave
from pipeline.doctor.instruments.remedy import conductance_code
from pipeline.doctor.instruments.sizes import sized
from pipeline.doctor.instruments.subject import Subject, now_s
from pipeline.doctor.instruments.trials import leave_out, try_changes, wake
from pipeline.doctor.instruments.watch import Observation
from pipeline.doctor.instruments.witness import present, root, user_frame
from pipeline.doctor.refusals.refusal import tried
from pipeline.doctor.runs import Runs
from pipeline.engine.apart import ExperimentError, apart

CAUSES = frozenset(ORDER[: ORDER.index("runaway")])
FIXED_S = 0.1
FINDERS: tuple[Callable[[Material], list[Finding]], ...] = (
    operations.bad_operations,
    effects.without_effect,
    warned.warned,
    wiring.miswired,
    inputs.misfed,
    steps.singular_exact,
    causes.wrong_currents,
    signs.wrong_events,
    causes.changed_constants,
    causes.singular,
    gates.turned_gates,
    gates.turned_blocks,
    scales.forgotten_starts,
    scales.flooded_cables,
    scales.light_events,
    scales.strong_inputs,
    plausibility.implausible,
    causes.heavy_weights,
    steps.overflowing_upstroke,
    plasticity.odd_rules,
    weights.odd_weights,
    terms.idle_terms,
    steps.unstable_decays,
    steps.step_too_large,
    dependence.depends_on_step,
    symptoms.spiking,
    symptoms.built,
    silence.silent,
)


@dataclass
class Diagnosis:
    """What is wrong with a network, causes first."""

    findings: list[Finding]
    verdict: Verdict
    charges: list[Charge] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    material: Material | None = None
    fixed: Observation | None = None
    seconds: float = 0.0
    runs: Runs = field(default_factory=Runs)
    """Which runs of a script it is about."""

    @property
    def examined(self) -> bool:
        """Whether there is something to go by: a network that ran, errors in one, or Brian2's refusal of the model."""
        if self.material is not None and self.material.seen is not None:
            return True
        return any(f.kind == "refused" or (f.level == "error" and f.kind != "script") for f in self.findings)

    @property
    def exit_code(self) -> int:
        """0: no errors, warnings and notes may be there; 1: errors were found; 2: it could not be examined."""
        if not self.examined:
            return 2
        return 1 if self.errors else 0

    @property
    def errors(self) -> list[Finding]:
        """Findings of level error, causes first; a test can assert that there are none."""
        return [finding for finding in self.findings if finding.level == "error"]

    def __str__(self) -> str:
        from pipeline.doctor.show.text import told

        return told(self)

    def _repr_html_(self) -> str:
        from pipeline.doctor.show.embedded import fragment

        return fragment(self)


def diagnose(
    network: b2.Network | None = None,
    duration: Any = None,
    namespace: Mapping[str, Any] | None = None,
    in_degrees: Mapping[str, float] | None = None,
) -> Diagnosis:
    """Return the diagnosis of a network as it stands; nothing in it changes, and nothing of it is run for the user.

    `network`: all visible objects by default, as `run` would take them. `duration`: biological time to look at, one
    second by default, less where clock time runs out. `namespace`: names for the equations, by default those that the
    caller sees. `in_degrees`: declared mean in-degree by the name of the Synapses.
    """
    frame = user_frame(sys._getframe(1))
    names = (
        dict(namespace)
        if namespace is not None
        else {**(frame.f_globals if frame else {}), **(frame.f_locals if frame else {})}
    )
    objects = list(network.objects) if network is not None else list(collect(level=1))
    start = now_s(network) if network is not None else 0.0
    seconds = 1.0 if duration is None else float(duration)
    return examine(Subject(objects, names, seconds, start, present(objects)), declared=in_degrees)


def examine(subject: Subject, observe_s: float = OBSERVE_S, declared: Mapping[str, float] | None = None) -> Diagnosis:
    """Return the diagnosis of a subject."""
    begin = time.monotonic()
    if (finding := tried(subject)) is not None:
        return refused(finding, "network", time.monotonic() - begin)
    found = gather(subject, observe_s, declared)
    findings = [finding for finder in FINDERS for finding in _found_by(finder, found)]
    if grave(found) and not any(f.kind in CAUSES and f.level == "error" for f in findings):
        try_changes(found)
        findings += cures.cures(found)
    if any(f.kind == "silent" and f.level == "warning" for f in findings):
        wake(found)
        findings += cures.waking(found)
    findings = without_consequences(findings)
    known = any(f.kind in CAUSES and f.level == "error" for f in findings)
    findings += symptoms.divergence(found, known)
    findings = ordered(findings)
    fixed = _with_fixes(found, findings)
    missed = not any(finding.level in ("error", "warning") for finding in findings)
    if missed:
        leave_out(found)
    verdict = _verdict(found, findings, fixed)
    verdict.missed = unfound(found) if missed else []
    run = fixed if isinstance(fixed, Observation) else None
    return Diagnosis(findings, verdict, _charges(found), found.checks, found, run, time.monotonic() - begin)


def refused(finding: Finding, what: str, seconds: float = 0.0) -> Diagnosis:
    """Return the diagnosis of a network, or a script, that Brian2 refuses: there is nothing to measure."""
    return Diagnosis([finding], Verdict("model", f"Brian2 refuses this {what}: {finding.says}"), seconds=seconds)


def _found_by(finder: Callable[[Material], list[Finding]], found: Material) -> list[Finding]:
    """Return what one of FINDERS finds; where it fails on a network that nobody thought of, the others still speak."""
    try:
        return finder(found)
    except Exception as error:
        found.check(finder.__name__.replace("_", " "), f"failed: {type(error).__name__}: {error}")
        return []


def _with_fixes(found: Material, findings: list[Finding]) -> Observation | str | None:
    """Run again with the fixes that can be made without the user: signs, constants, step. None where there are none."""
    kinds = {finding.kind for finding in findings if finding.level == "error"}
    constants: dict[str, dict[str, float]] = {}
    codes: dict[str, str] = {}
    conductances: dict[str, tuple[dict[str, float], bool]] = {}
    factor = 1
    if "shared_constant" in kinds:
        for change in found.changes:
            for name, value in change.then.items() if change.shared else ():
                constants.setdefault(name, {})[change.name] = value
    if "event_sign" in kinds:
        for event in found.events:
            if event.why_not is None and (event.repels or signs.contradicts(event)):
                path = found.subject.pathway(event.pathway)
                force = conductance_code(path) if event.repels and event.zero_v is not None else None
                if force is not None:
                    variable, codes[path.name] = force
                    outward = event.at_rest * event.jumps[variable] < 0
                    conductances.setdefault(path.target.name, ({}, outward))[0][variable] = _reversal_v(found, event)
                    continue
                code = mirrored(path)
                if code is None:
                    return "the events' code is not one simple statement"
                codes[path.name] = code
    if "step_too_large" in kinds:
        factor = _factor(found)
    others = kinds & (CAUSES | {"runaway"}) - {"shared_constant", "event_sign", "step_too_large"}
    if not (constants or codes or factor > 1) or others:
        return None
    duration = min(found.subject.duration_s, FIXED_S)
    try:
        fixes = Fixes(constants, codes, conductances, factor)
        return apart(run_fixed, found.subject, found.bounds, fixes, duration, 20.0, cpu_s=40)
    except ExperimentError as error:
        return str(error)


def _factor(found: Material) -> int:
    """Return by how much the step must shrink."""
    factor = 1
    for s in found.stability.values():
        if s.failed or s.safe_s.get(s.method, 1.0) < s.dt_s:
            factor = max(factor, int(s.dt_s / (s.safe_s.get(s.method, s.dt_s / 4) / 1.5)) + 1)
    finer = [f for f, run in found.runs.items() if not isinstance(run, str) and not run.not_finite and not run.beyond]
    return max(factor, min(finer, default=1), 2)


def _reversal_v(found: Material, event: Event) -> float:
    """Return E (V): of a constant that shares a word with what the event changes (E_ampa for I_ampa), or measured."""
    words = {w.lower() for n in event.jumps for w in n.split("_") if len(w) > 1}
    for name, value in found.subject.namespace.items():
        voltage = isinstance(value, b2.Quantity) and b2.have_same_dimensions(value, b2.volt) and not np.ndim(value)
        if voltage and words & set(name.lower().split("_")):
            return float(value)
    assert event.zero_v is not None
    return event.zero_v


def _verdict(found: Material, findings: list[Finding], fixed: Observation | str | None) -> Verdict:
    seen = found.seen
    errors = [finding for finding in findings if finding.level == "error"]
    if seen is None:
        why = next((c.outcome for c in found.checks if c.name == "run under observation"), "")
        how = why.removeprefix("not done ") if why.startswith("not done ") else f"({why})"
        return Verdict("undecided", f"The network could not be run {how}.")
    kinds = {finding.kind for finding in errors}
    lines = steps.refinement_lines(found) if found.runs else []
    fault = at_fault(seen, found.runs) if found.runs else "nothing"
    if "nan_at_start" in kinds or "exact_singular" in kinds:
        fault = "model" if "nan_at_start" in kinds else "integrator"
        says = (
            "The model is at fault: it starts from values that are not numbers."
            if fault == "model"
            else "The integrator is at fault: the equations are finite, their closed solution is not."
        )
    elif fault == "model" and "step_too_large" in kinds:
        fault = "model and integrator"
        says = (
            "The model is at fault: the trouble is there at every step. Once it is right, the integrator will "
            "fail on the spike."
        )
    elif fault == "model":
        says = "The model is at fault: the trouble is there at every step."
    elif fault == "integrator":
        says = "The integrator is at fault: the trouble goes at a smaller step."
    elif fault == "undecided":
        says = "Undecided: no run at a smaller step got far enough."
    elif errors:
        fault = "integrator" if kinds == {"step_too_large"} else "model"
        says = "The run stayed finite, but the network does not do what it should."
    else:
        says = "Nothing that is certainly wrong was found" + (
            "; see the warnings." if any(f.level == "warning" for f in findings) else "."
        )
    return Verdict(fault, says, lines, _after(found, findings, fixed))


def _after(found: Material, findings: list[Finding], fixed: Observation | str | None) -> list[str]:
    """Say what remains suspicious after the proposed fixes."""
    if fixed is None:
        left = []
    elif isinstance(fixed, str):
        left = [f"The fixes could not be tried: {fixed}."]
    else:
        ms = (fixed.end_s - fixed.start_s) * 1e3
        if fixed.not_finite:
            left = [f"With all fixes, still not finite at {fixed.not_finite.t_s * 1e3:.4g} ms."]
        else:
            reached = ", ".join(
                f"{found.label(n)} {about.shown(r[about.v][0])} to {about.shown(r[about.v][1])}"
                for n, r in fixed.ranges.items()
                if (about := found.dynamics.get(n)) and about.v in r
            )
            rates = ", ".join(
                f"{found.label(n)} {s.n / len(found.group(n)) / max(fixed.end_s - fixed.start_s, 1e-9):.3g}/s"
                for n, s in fixed.spiking.items()
                if n in found.dynamics
            )
            left = [
                f"With the fixes of sign, constants and step ({fixed.dt_s * 1e3:.3g} ms): finite over "
                f"{ms:.4g} ms; v: {reached}; rates: {rates}."
            ]
            if fixed.beyond:
                b = fixed.beyond
                left.append(
                    f"Still suspicious: {found.label(b.group)}.{b.variables[0]} leaves its bounds "
                    f"({b.value:.4g} at {b.t_s * 1e3:.4g} ms)."
                )
    left += [f"Remains: {f.says}" for f in findings if f.level == "warning"]
    for name, rest in found.rests.items():
        if rest.rate_hz > 0 and found.kinds.get(name) == "conductance":
            left.append(
                f"Remains: a neuron of {found.label(name)} alone fires by itself, {rest.rate_hz:.3g} "
                "spikes/s; is it meant to?"
            )
    return left


def _charges(found: Material) -> list[Charge]:
    rows = []
    for event in found.events:
        if event.why_not is not None:
            continue
        path, scale = found.subject.pathway(event.pathway), 1e3 if event.in_volts else 1.0
        target = root(path.target)
        for variable, jump in event.jumps.items():
            tau = event.taus_s.get(variable)
            size, unit = sized(jump, target.variables[variable].dim)
            rows.append(
                Charge(
                    event.synapses,
                    event.source,
                    event.target,
                    variable,
                    size,
                    unit,
                    None if tau is None else tau * 1e3,
                    None if tau is None else size * tau * 1e3,
                    event.at_rest * scale,
                    None if event.zero_v is None else event.zero_v * scale,
                    "mV" if event.in_volts else "",
                    event.delay_s * 1e3,
                    len(path.synapses) / len(path.target),
                )
            )
    return rows
