"""A diagnosis as data: JSON whose keys stay, for programs that read it."""

import platform
from pathlib import Path
from typing import Literal

import brian2 as b2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from pipeline.config import provenance
from pipeline.doctor.diagnosis import Diagnosis

BEGIN = '{\n  "format": "diagnosis 1",'
"""How every file of a diagnosis begins: one that begins so may be written over."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True, ser_json_inf_nan="null")


class Verdict(_Part):
    """Who is at fault."""

    at_fault: Literal["model", "integrator", "model and integrator", "undecided", "nothing"]
    says: str = Field(description="the verdict in one sentence")
    refinement: list[str] = Field(description="what the runs at smaller steps gave")
    after: list[str] = Field(description="what remains suspicious after the proposed fixes")


class Finding(_Part):
    """One thing that is wrong, or that one should know."""

    kind: str = Field(description="a word such as event_sign, the same in each version")
    level: Literal["error", "warning", "note"]
    says: str = Field(description="what is wrong, in one sentence")
    evidence: list[str] = Field(description="what was measured")
    sure: str = Field(description="how sure it is")
    instead: str = Field(description="code to write instead; may be empty")
    effect: str = Field(description="what that changes, and what it does not; may be empty")
    runs: list[int] = Field(description="the runs of the script in which it was found, from 1 on")


class Event(_Part):
    """What one event of a projection does."""

    synapses: str
    source: str
    target: str
    variable: str = Field(description="what the event changes")
    jump: float | None = Field(description="by how much, in `unit`")
    unit: str
    tau_ms: float | None = Field(description="the time constant with which that decays, null where it does not")
    charge: float | None = Field(description="jump times tau_ms, in `unit` times ms")
    effect: float | None = Field(description="how far one event would move v at rest, in `effect_unit`")
    zero: float | None = Field(description="v at which it moves v by nothing, in `effect_unit`; null without one")
    effect_unit: str = Field(description="mV, or empty where v has no unit")
    delay_ms: float | None
    in_degree: float | None = Field(description="synapses a neuron of the target has, on average")


class Check(_Part):
    """A check that was made, or why it does not apply."""

    name: str
    outcome: str


class Run(_Part):
    """A run of the script that was looked at."""

    number: int = Field(description="from 1 on")
    start_s: float = Field(description="time of the network at its beginning, s")
    duration_s: float = Field(description="what the script asks for, s")


class Runs(_Part):
    """The runs of the script."""

    total: int = Field(description="how many the script had, as far as it was followed")
    whole: bool = Field(description="whether it was followed to its end")
    looked: list[Run] = Field(description="those that were looked at")


class Versions(_Part):
    """What made the diagnosis."""

    software: str
    brian2: str
    numpy: str
    python: str


class Record(_Part):
    """All that a diagnosis says. Keys may be added; those that are here keep name, unit and meaning."""

    format: Literal["diagnosis 1"] = "diagnosis 1"
    script: str = Field(description="the path of the script as it was given")
    exit_code: Literal[0, 1, 2] = Field(description="0: no errors, 1: errors, 2: could not be examined")
    verdict: Verdict
    findings: list[Finding] = Field(description="errors first, causes before consequences")
    runs: Runs
    events: list[Event]
    checks: list[Check]
    seconds: float = Field(description="clock time that it took, s")
    versions: Versions


def record(diagnosis: Diagnosis, script: Path) -> Record:
    """Return a diagnosis as data; `script` as it was given."""
    versions = Versions(
        software=provenance.release(), brian2=b2.__version__, numpy=np.__version__, python=platform.python_version()
    )
    return Record.model_validate(
        {
            "script": str(script),
            "exit_code": diagnosis.exit_code,
            "verdict": Verdict.model_validate(diagnosis.verdict),
            "findings": [Finding.model_validate(one) for one in diagnosis.findings],
            "runs": Runs.model_validate(diagnosis.runs),
            "events": [Event.model_validate(charge) for charge in diagnosis.charges],
            "checks": [Check.model_validate(check) for check in diagnosis.checks],
            "seconds": round(diagnosis.seconds, 2),
            "versions": versions,
        }
    )


def text(diagnosis: Diagnosis, script: Path) -> str:
    """Return a diagnosis as JSON, with a line break at its end; what is not finite is null."""
    return record(diagnosis, script).model_dump_json(indent=2) + "\n"
