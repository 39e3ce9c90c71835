"""`make field`: the doctor on scripts after reports of users, now and at first sight: docs/doctor.md.

At first sight a batch was scored by somebody who had not seen the doctor, before anything was learned from it. Now: the
kind of finding that tells the cause comes first.
"""

import re
import sys
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
    before = sum(row["before"]["first"] for row in rows)
    cells = [label, len(rows), *(sum(row[key] for row in rows) for key in ("first", "anywhere", "false_error"))]
    return "| " + " | ".join(map(str, [*cells, before, sum(now[name] for name in names)])) + " |"


def main(only: list[str]) -> None:
    """Look at all scripts, or at those named; write the curve if at all."""
    reports: dict[str, Report] = yaml.safe_load((FIELD / "reports.yaml").read_text(encoding="utf-8"))
    now = {}
    for name in only or reports:
        outcome = gallery.look(FIELD / "sick" / f"{name}.py")
        kind = reports[name].get("kind")
        now[name] = kind is not None and outcome.first == kind
        said = ", ".join([*outcome.errors, *outcome.warnings]) or "nothing"
        print(f"{'right' if now[name] else 'WRONG'}  {name}: {said} ({outcome.seconds:.0f} s)", flush=True)
    print(f"Right cause first in {sum(now.values())} of {len(now)}.")
    if not only:
        made = f"{BEGIN}\n{table(reports, now)}\n{END}"
        page = PAGE.read_text(encoding="utf-8")
        write_text(PAGE, re.sub(f"{BEGIN}.*{END}", lambda _: made, page, flags=re.DOTALL))


if __name__ == "__main__":
    main(sys.argv[1:])
