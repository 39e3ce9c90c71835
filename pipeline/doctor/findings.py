"""Findings, and the order in which they are told: cause before consequence."""

from dataclasses import dataclass, field
from typing import Any

import brian2 as b2

LEVELS = ("error", "warning", "note")
ORDER = (
    "nan_at_start",
    "exact_singular",
    "left_out",
    "overwritten",
    "without_weight",
    "gap_sign",
    "current_sign",
    "gate_direction",
    "block_direction",
    "singularity",
    "event_sign",
    "event_presynaptic",
    "shared_constant",
    "changed_constant",
    "connected_again",
    "never_decays",
    "late_delay",
    "invalid_argument",
    "weight_scale",
    "refractory_not_held",
    "forgotten_start",
    "upstroke_overflow",
    "step_too_large",
    "runaway",
    "spike_counting",
    "events_without_ap",
    "depolarisation_block",
    "in_degree",
    "overlapping_parts",
    "input_ends",
    "strong_inputs",
    "one_sided_plasticity",
    "delay_rounding",
    "shadowed_builtin",
    "silent",
    "divergence",
    "script",
)
"""Kinds of findings, causes first: a sign makes v run away, a step overflows on it, NaN is what is seen in the end."""


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

    def __post_init__(self) -> None:
        assert self.kind in ORDER
        assert self.level in LEVELS


@dataclass(frozen=True)
class Check:
    """Whether a check was made, and if not, why it does not apply."""

    name: str
    outcome: str


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
    effect_mv: float
    zero_mv: float | None
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


def ordered(findings: list[Finding]) -> list[Finding]:
    """Return findings by level, within a level causes before consequences."""
    return sorted(findings, key=lambda f: (LEVELS.index(f.level), ORDER.index(f.kind)))


def milli(value: float) -> str:
    """Return a number of volts or seconds as text in mV or ms (without the unit)."""
    return f"{round(value * 1e3, 3) + 0.0:.4g}"


def sized(value: float, dim: Any) -> tuple[float, str]:
    """Return a number in SI units as one in a unit that people use, and the unit: nS, mV, uS/cm2; '' without any."""
    for area, name in ((1.0, ""), (b2.cm**2, "/cm2")):
        size = b2.Quantity(value, dim=dim) * area
        if not isinstance(size, b2.Quantity):  # no dimension is left
            return (value, "") if not name else (float(size), f"1{name}")
        unit = size.get_best_unit()
        if not str(unit).startswith("1. "):  # else Brian2 has no name for it
            return float(size / unit), f"{unit}{name}"
    return value, str(dim)


def measure(value: float, dim: Any) -> str:
    """Return a number in SI units as text such as '6 nS'."""
    size, unit = sized(value, dim)
    return f"{size:.4g} {unit}".strip()


def several(n: int, one: str, more: str) -> str:
    """Return how many things there are: "one" and the word `one`, or the number and the word `more`."""
    return f"one {one}" if n == 1 else f"{n} {more}"
