"""The verdict: who is at fault, what a run with the proposed fixes shows, and what remains after them."""

from dataclasses import replace

import brian2 as b2
import numpy as np

from pipeline.doctor.findings import signs, steps
from pipeline.doctor.findings.finding import Finding, Verdict
from pipeline.doctor.findings.kinds import CAUSES
from pipeline.doctor.instruments.events import Event
from pipeline.doctor.instruments.judge import Fixes, at_fault, mirrored, run_fixed
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.observation import Observation
from pipeline.doctor.instruments.remedy import conductance_code
from pipeline.doctor.instruments.witness import root
from pipeline.engine.apart import ExperimentError, apart

FIXED_S = 0.1
OF_THE_STEP = ("step_too_large", "upstroke_overflow", "depends_on_step")
"""Kinds that are about the integrator."""


def with_fixes(found: Material, findings: list[Finding]) -> Observation | str | None:
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
                    conductances.setdefault(root(path.target).name, ({}, outward))[0][variable] = _reversal_v(
                        found, event
                    )
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


def made_worse(found: Material, findings: list[Finding], fixed: Observation | str | None) -> bool:
    """Tell whether turned signs alone bring trouble into a network that had none: then they were right as they were."""
    fixes = {f.kind for f in findings if f.level == "error"} & {"event_sign", "shared_constant", "step_too_large"}
    if fixes != {"event_sign"} or not isinstance(fixed, Observation) or found.seen is None:
        return False
    return found.seen.trouble is None and fixed.trouble is not None


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


def judged(found: Material, findings: list[Finding], fixed: Observation | str | None) -> Verdict:
    """Return who is at fault, and what remains suspicious; `fixed`: what `with_fixes` returned."""
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
    elif kinds == {"script"}:
        fault, says = "model", errors[0].says
    elif errors:
        fault = "integrator" if kinds == {"step_too_large"} else "model"
        says = "The run stayed finite, but the network does not do what it should."
    else:
        says = "Nothing that is certainly wrong was found" + (
            "; see the warnings." if any(f.level == "warning" for f in findings) else "."
        )
    return Verdict(fault, " ".join([says, *_limits(found)]), lines, _after(found, findings, fixed))


def of_the_script(found: Material, findings: list[Finding]) -> list[Finding]:
    """Return findings without those that may come from an integrator that the script did not ask for."""
    if not any(made in found.subject.replaced for made in found.subject.all_objects):
        return findings
    findings = [finding for finding in findings if finding.kind not in OF_THE_STEP]
    if found.runs and found.seen is not None and at_fault(found.seen, found.runs) != "model":
        sure = "It may come from the integrator that stands in for the script's."
        findings = [replace(f, level="note", sure=sure) if f.level == "error" else f for f in findings]
    return findings


def _limits(found: Material) -> list[str]:
    """Say what could not be looked at."""
    replaced = found.subject.replaced
    return [
        f"{replaced[made]} of {found.subject.label(made)} could not be looked at: "
        f"{found.methods.get(made.name, 'another')} stood in for it."
        for made in found.subject.all_objects
        if made in replaced
    ] + [
        f"The equations of {found.label(group.name)} could not be looked at (see the checks)."
        for group in found.subject.neurons
        if group.name not in found.dynamics
    ]


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
    told = " ".join(left)
    for name, rest in found.rests.items():
        alone = rest.rate_hz > 0 and found.kinds.get(name) == "conductance"
        if alone and f"A neuron of {found.label(name)} fires by itself" not in told:
            left.append(
                f"Remains: a neuron of {found.label(name)} alone fires by itself, {rest.rate_hz:.3g} "
                "spikes/s; is it meant to?"
            )
    return left
