"""What sweeps did, as accounts and as a page: points, those that diverged and why, costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from pipeline.measure.envelope import Envelope
from pipeline.pages.parts import paragraph, table
from pipeline.pages.shell import page
from pipeline.sweep.cases import Case


def account(rows: pd.DataFrame) -> dict[str, float]:
    """Return what a sweep did: points, those that diverged and that ran away, biological and CPU seconds."""
    diverged = rows["status"] != "ok"
    return {
        "points": len(rows),
        "diverged": int(diverged.sum()),
        "runaway": int((~diverged & rows["problem"].notna()).sum()),
        "biological_s": float((rows["transient"] + rows["duration"]).sum()),
        "cpu_s": float(rows["cpu_s"].sum()),
    }


@dataclass(frozen=True)
class Diverged:
    """A point of a sweep or trial of a fit (`kind`) that diverged, and the doctor's case where it was examined."""

    of: str
    kind: str
    number: int
    problem: str
    case: Case | None


BACK = '<p><a href="../index.html">All results</a></p>'
"""From a page beside the results page back to it."""


def cases_list(diverged: Sequence[Diverged], folder: str) -> str:
    """Return a list of what diverged, each examined one with a link into `folder` to its diagnosis."""
    lines = []
    for one in diverged:
        said = escape(f"{one.of}, {one.kind} {one.number}: {one.problem}.")
        if one.case is not None:
            link = f' <a href="{escape(folder)}/{escape(one.case.page)}">Diagnosis</a>' if one.case.page else ""
            said += f" {escape(one.case.says)}{link}"
        lines.append(f"<li>{said}</li>")
    return f"<h2>Diverged</h2><ul>{''.join(lines)}</ul>" if lines else ""


def ran_away(envelope: Envelope) -> str:
    """Return above which rates a network runs away, in words."""
    highest: dict[float, list[str]] = {}
    for name, (_, high) in envelope.rates.items():
        highest.setdefault(high, []).append(name)
    return " or ".join(f"{', '.join(names)} above {high:g} spikes/s" for high, names in highest.items())


def points_page(
    counts: dict[str, dict[str, float]], envelope: Envelope, diverged_points: Sequence[Diverged] = ()
) -> str:
    """Return the accounts of the sweeps: points, how many diverged or ran away, CPU and biological seconds."""
    head = ["sweep", "points", "diverged", "run away", "biological s", "CPU s", "CPU s per biological s"]
    rows = [
        [
            name,
            f"{c['points']:.0f}",
            f"{c['diverged']:.0f}",
            f"{c['runaway']:.0f}",
            f"{c['biological_s']:.0f}",
            f"{c['cpu_s']:.0f}",
            f"{c['cpu_s'] / c['biological_s']:.2f}",
        ]
        for name, c in counts.items()
    ]
    diverged = sum(c["diverged"] for c in counts.values())
    runaway = sum(c["runaway"] for c in counts.values())
    lead = (
        f"{diverged:.0f} points diverged (a value was not finite); they are counted here and averaged nowhere. "
        f"{runaway:.0f} points ran away ({ran_away(envelope)}); they "
        "are finite and count."
    )
    classes = ["bad" if c["diverged"] else "" for c in counts.values()]
    listed = cases_list(diverged_points, "diagnoses")
    return page("What was simulated", BACK, paragraph(lead), table(head, rows, classes, about="Sweeps"), listed)
