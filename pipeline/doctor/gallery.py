"""The gallery: sick networks with one known fault each and healthy ones; how often the doctor is right about them.

Each is a script in `sick/` or `healthy/`; the docstring of a sick one begins with the kind of its cause.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.doctor.findings.kinds import ORDER
from pipeline.doctor.script import examine_script
from pipeline.engine.apart import Experiment, ExperimentError

CPU_S = 100.0
TOTAL_S = 200.0
"""Of clock time: more than a user waits, as other networks may be looked at at the same time."""
BEGIN, END = "<!-- gallery -->", "<!-- end of gallery -->"


@dataclass(frozen=True)
class Outcome:
    """What the doctor said of one network."""

    name: str
    about: str
    cause: str | None
    """The kind of the one fault, None in a healthy network."""
    first: str | None
    """The kind of the first finding that is more than a note."""
    at_fault: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    seconds: float

    @property
    def right(self) -> bool:
        """The cause comes first; no error where there is no fault."""
        return self.first == self.cause if self.cause else not self.errors


def scripts(folder: Path) -> list[Path]:
    """Return the scripts of a gallery, the sick first."""
    return sorted(folder.glob("sick/*.py")) + sorted(folder.glob("healthy/*.py"))


def look(path: Path) -> Outcome:
    """Return what the doctor says of one script; in a process of its own."""
    about = " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split())
    cause = None
    if path.parent.name == "sick":
        cause, _, rest = about.partition(": ")
        cause, about = (cause, rest) if cause in ORDER else (None, about)
    try:
        said = Experiment(_look, path, cpu_s=CPU_S).result()
    except ExperimentError as error:
        said = (f"failed: {error}", "", ("failed",), (), CPU_S)
    return Outcome(path.stem, about, cause, *said)


def _look(path: Path) -> tuple[str | None, str, tuple[str, ...], tuple[str, ...], float]:
    diagnosis = examine_script(path, total_s=TOTAL_S)
    kinds = {level: tuple(f.kind for f in diagnosis.findings if f.level == level) for level in ("error", "warning")}
    more = [*kinds["error"], *kinds["warning"]]
    return more[0] if more else None, diagnosis.verdict.at_fault, kinds["error"], kinds["warning"], diagnosis.seconds


def table(outcomes: list[Outcome]) -> str:
    """Return the tables of sensitivity and specificity in Markdown."""
    sick = [o for o in outcomes if o.cause]
    healthy = [o for o in outcomes if not o.cause]
    lines = [
        f"Right cause first in {sum(o.right for o in sick)} of {len(sick)} sick networks; "
        f"{sum(bool(o.errors) for o in healthy)} of {len(healthy)} healthy ones with a finding of level error.",
        "",
        "| sick | fault | said first | at fault | |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {o.name} | {o.about} | {o.first or 'nothing'} | {o.at_fault} | {'right' if o.right else 'WRONG'} |"
        for o in sick
    ]
    lines += ["", "| healthy | is | errors | warnings |", "|---|---|---|---|"]
    lines += [
        f"| {o.name} | {o.about} | {', '.join(o.errors) or '-'} | {', '.join(o.warnings) or '-'} |" for o in healthy
    ]
    return "\n".join(lines)


def into(page: str, made: str) -> str:
    """Return a Markdown page with the table between its marks replaced."""
    return re.sub(f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n{made}\n{END}", page, flags=re.DOTALL)
