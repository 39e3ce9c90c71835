"""What the doctor finds in the network that a text makes."""

from conftest import watched

from pipeline.doctor.diagnosis import examine
from pipeline.doctor.findings.finding import Finding


def findings_of(text: str, duration_s: float = 0.1) -> dict[str, Finding]:
    """Return the findings above a note, by kind, the last of each."""
    return {one.kind: one for one in examine(watched(text, duration_s)).findings if one.level != "note"}
