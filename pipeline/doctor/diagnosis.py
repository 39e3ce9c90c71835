"""From a network to its diagnosis: measurements, findings in order, the verdict on them."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import brian2 as b2
from brian2.core.magic import collect
from brian2.devices.device import RuntimeDevice, get_device

from pipeline.doctor.findings import (
    causes,
    connecting,
    coupling,
    cures,
    dependence,
    effects,
    ends,
    gates,
    inputs,
    moments,
    once,
    operations,
    order,
    plasticity,
    plausibility,
    pulses,
    resets,
    scales,
    signs,
    silence,
    steps,
    symptoms,
    terms,
    transmission,
    warned,
    weights,
    wiring,
)
from pipeline.doctor.findings.finding import Charge, Finding, Verdict, ordered, without_consequences
from pipeline.doctor.findings.kinds import CAUSES
from pipeline.doctor.findings.unfound import unfound
from pipeline.doctor.instruments.caller import names_of, user_frame
from pipeline.doctor.instruments.gathering import OBSERVE_S, gather
from pipeline.doctor.instruments.material import Check, Material, grave
from pipeline.doctor.instruments.observation import Observation
from pipeline.doctor.instruments.sizes import sized
from pipeline.doctor.instruments.subject import Subject, in_degree, now_s
from pipeline.doctor.instruments.trials import leave_out, try_changes, wake
from pipeline.doctor.instruments.witness import present, root
from pipeline.doctor.refusals.refusal import tried
from pipeline.doctor.runs import Runs
from pipeline.doctor.verdict import judged, made_worse, of_the_script, with_fixes

FINDERS: tuple[Callable[[Material], list[Finding]], ...] = (
    operations.bad_operations,
    effects.without_effect,
    once.set_once,
    once.one_delay,
    once.lost_values,
    warned.warned,
    order.out_of_order,
    wiring.miswired,
    connecting.connected,
    transmission.passed_on,
    moments.untimely,
    ends.receivers,
    ends.summed_of_others,
    coupling.coupled,
    inputs.misfed,
    steps.singular_exact,
    causes.wrong_currents,
    signs.wrong_events,
    resets.of_spikes,
    causes.changed_constants,
    causes.singular,
    gates.turned_gates,
    gates.runaway_states,
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
    terms.fixed_forces,
    terms.below_zero,
    steps.unstable_decays,
    steps.step_too_large,
    pulses.missed_pulses,
    dependence.depends_on_step,
    dependence.held_noise,
    symptoms.failed,
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
    explained: list[Finding] = field(default_factory=list)
    """What is not said, since one of `findings` explains it."""

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
    if not isinstance(get_device(), RuntimeDevice):
        return unexamined(
            "The network is of a standalone program, whose values nobody knows before it has run.",
            ("`python -m pipeline doctor` with the script examines one, as it stands",),
        )
    frame = user_frame(sys._getframe(1))
    names = names_of(frame) if namespace is None else dict(namespace)
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
    measured = findings
    findings = without_consequences(measured)
    explained = [finding for finding in measured if finding not in findings]
    known = any(f.kind in CAUSES and f.level == "error" for f in findings)
    findings += symptoms.divergence(found, known)
    findings = ordered(of_the_script(found, findings))
    fixed = with_fixes(found, findings)
    if made_worse(found, findings, fixed):
        findings = [finding for finding in findings if finding.kind != "event_sign"]
        fixed = with_fixes(found, findings)
    missed = not any(finding.level in ("error", "warning") for finding in findings)
    if missed:
        leave_out(found)
    verdict = judged(found, findings, fixed)
    verdict.missed = unfound(found) if missed else []
    run = fixed if isinstance(fixed, Observation) else None
    seconds = time.monotonic() - begin
    return Diagnosis(findings, verdict, _charges(found), found.checks, found, run, seconds, explained=explained)


def refused(finding: Finding, what: str, seconds: float = 0.0) -> Diagnosis:
    """Return the diagnosis of a network, or a script, that Brian2 refuses: there is nothing to measure."""
    return Diagnosis([finding], Verdict("model", f"Brian2 refuses this {what}: {finding.says}"), seconds=seconds)


def unexamined(sentence: str, evidence: Sequence[str] = ()) -> Diagnosis:
    """Return the diagnosis of what could not be examined, for the reason that the sentence says."""
    finding = Finding("script", "error", sentence, tuple(evidence), "Certain.")
    return Diagnosis([finding], Verdict("undecided", "There is no network to examine."))


def _found_by(finder: Callable[[Material], list[Finding]], found: Material) -> list[Finding]:
    """Return what one of FINDERS finds; where it fails on a network that nobody thought of, the others still speak."""
    try:
        return finder(found)
    except Exception as error:
        found.check(finder.__name__.replace("_", " "), f"failed: {type(error).__name__}: {error}")
        return []


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
                    in_degree(path),
                )
            )
    return rows
