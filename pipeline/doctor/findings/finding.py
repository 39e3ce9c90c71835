"""Findings, and the order in which they are told: cause before consequence."""

from dataclasses import dataclass, field

from pipeline.doctor.findings.kinds import ORDER

LEVELS = ("error", "warning", "note")
EXPLAINS = {
    "spike_counting": ("too_fast", "depends_on_step"),
    "reset_above": ("too_fast", "depends_on_step"),
    "step_too_large": ("too_fast", "depends_on_step"),
    "noise_per_step": ("depends_on_step",),
    "left_out": ("silent",),
    "never_set": ("silent",),
    "no_effect": ("silent",),
    "weak_input": ("silent",),
    "rest_beyond": ("refractory_not_held",),
}
"""What is not said, too, where a kind is."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or that one should know."""

    kind: str
    level: str
    says: str
    """What is wrong, in one sentence."""
    evidence: tuple[str, ...] = ()
    sure: str = ""
    instead: str = ""
    """Code to write instead."""
    effect: str = ""
    """What the fix changes, and what it does not."""
    runs: tuple[int, ...] = ()
    """Runs of the script in which it was found, from 1 on; empty where nobody counted."""

    def __post_init__(self) -> None:
        assert self.kind in ORDER
        assert self.level in LEVELS


@dataclass(frozen=True)
class Charge:
    """A row of the table of events."""

    synapses: str
    source: str
    target: str
    variable: str
    jump: float
    unit: str
    tau_ms: float | None
    charge: float | None
    """jump x tau, in unit * ms."""
    effect: float
    zero: float | None
    effect_unit: str
    """Of effect and zero: mV, or none."""
    delay_ms: float
    in_degree: float


@dataclass
class Verdict:
    """Who is at fault, and what is left after the proposed fixes."""

    at_fault: str
    """'model', 'integrator', 'model and integrator', 'undecided' or 'nothing'."""
    says: str
    refinement: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    """Where nothing was found: what was looked at, what is unusual, what the behaviour hangs on."""


def ordered(findings: list[Finding]) -> list[Finding]:
    """Return findings by level, within a level causes before consequences."""
    return sorted(findings, key=lambda f: (LEVELS.index(f.level), ORDER.index(f.kind)))


def without_consequences(findings: list[Finding]) -> list[Finding]:
    """Return findings without those that only say in another way what one of them, no less certain, explains."""

    def explained(finding: Finding) -> bool:
        causes = [one for one in findings if finding.kind in EXPLAINS.get(one.kind, ())]
        return any(LEVELS.index(one.level) <= LEVELS.index(finding.level) for one in causes)

    return [finding for finding in findings if not explained(finding)]
