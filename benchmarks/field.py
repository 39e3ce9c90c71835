"""`make field`: the doctor on scripts after reports of users, now and at first sight: docs/doctor.md.

At first sight a batch was scored by somebody who had not seen the doctor, before anything was learned from it. Now: the
kind of finding that tells the cause comes first, and none is an error on the cured script.
"""

import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from pipeline.config.tables import write_text
from pipeline.doctor import gallery

FIELD = Path("tests/field")
PAGE = Path("docs/doctor.md")
BEGIN, END = "<!-- field -->", "<!-- end of field -->"

Report = dict[str, Any]


def cured(script: str, report: Report) -> str:
    """Return a sick script with its report's cure: other lines in the place of some."""
    lines = script.splitlines(keepends=True)
    for change in reversed(report["cure"]):
        first, last = change["lines"]
        lines[first - 1 : last] = change["instead"].splitlines(keepends=True)
    return "".join(lines)


def table(reports: dict[str, Report], now: dict[str, bool]) -> str:
    """Return the curve over batches in Markdown: of each how many were right at first sight, and are now."""
    head = (
        "| batch | scripts | right first | right anywhere | with a false error | the doctor before | right first now |"
    )
    lines = [head, "|" + "---|" * 7]
    batches = sorted({report["batch"] for report in reports.values()} - {0})
    for batch in batches:
        lines.append(
            _row(str(batch), [name for name, report in reports.items() if report["batch"] == batch], reports, now)
        )
    lines.append(_row("all", [name for name, report in reports.items() if report["batch"] > 0], reports, now))
    return "\n".join(lines)


def _row(label: str, names: Sequence[str], reports: dict[str, Report], now: dict[str, bool]) -> str:
    rows = [reports[name] for name in names]
    compared = [row["before"]["first"] for row in rows if "before" in row]
    of = f" of {len(compared)}" if 0 < len(compared) < len(rows) else ""
    before = f"{sum(compared)}{of}" if compared else "–"
    cells = [label, len(rows), *(sum(row[key] for row in rows) for key in ("first", "anywhere", "false_error"))]
    return "| " + " | ".join(map(str, [*cells, before, sum(now[name] for name in names)])) + " |"


def _errors_when_cured(sick: Path, report: Report) -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / sick.name
        path.write_text(cured(sick.read_text(encoding="utf-8"), report), encoding="utf-8")
        return gallery.look(path).errors


def main(only: list[str]) -> None:
    """Look at all scripts, or at those named; write the curve if at all."""
    reports: dict[str, Report] = yaml.safe_load((FIELD / "reports.yaml").read_text(encoding="utf-8"))
    now, false = {}, []
    for name in only or reports:
        sick, report = FIELD / "sick" / f"{name}.py", reports[name]
        outcome = gallery.look(sick)
        now[name] = "kind" in report and outcome.first == report["kind"]
        wrong = _errors_when_cured(sick, report) if "cure" in report else ()
        false += [name] if wrong else []
        said = ", ".join([*outcome.errors, *outcome.warnings]) or "nothing"
        also = f"; cured: {', '.join(wrong)}" if wrong else ""
        print(f"{'right' if now[name] else 'WRONG'}  {name}: {said}{also} ({outcome.seconds:.0f} s)", flush=True)
    print(f"Right cause first in {sum(now.values())} of {len(now)}; an error in {len(false)} when cured.")
    if not only:
        made = f"{BEGIN}\n{table(reports, now)}\n{END}"
        page = PAGE.read_text(encoding="utf-8")
        write_text(PAGE, re.sub(f"{BEGIN}.*{END}", lambda _: made, page, flags=re.DOTALL))


if __name__ == "__main__":
    main(sys.argv[1:])
