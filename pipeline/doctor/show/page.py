"""A diagnosis as one HTML page with its pictures inside."""

import html
import io

from matplotlib.figure import Figure

from pipeline.doctor.diagnosis import Diagnosis
from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.show import figures
from pipeline.pages import parts as pieces
from pipeline.pages import shell


def page(diagnosis: Diagnosis, title: str, more: str = "") -> str:
    """Return the page: verdict, findings in order, pictures, events, what remains, `more` (HTML), checks."""
    return shell.page(title, *parts(diagnosis, more), lead=pieces.paragraph(diagnosis.verdict.says, kind="lead"))


def parts(diagnosis: Diagnosis, more: str = "") -> list[str]:
    """Return all of the page behind its first sentence, as HTML."""
    verdict, runs = diagnosis.verdict, diagnosis.runs
    parts = [_list([*verdict.refinement, *verdict.missed, *filter(None, [runs.says])])]
    parts += [_finding(n, finding, runs.where(finding.runs)) for n, finding in enumerate(diagnosis.findings, 1)]
    found = diagnosis.material
    if found is not None:
        for heading, drawn in (
            ("What happened", figures.trajectory(found)),
            ("What one event does", figures.events(found)),
            ("The integrator on the spike", figures.stability(found)),
            ("With the proposed fixes", figures.after(found, diagnosis.fixed)),
        ):
            if drawn is not None:
                parts.append(f"<h2>{heading}</h2>{picture(drawn, heading)}")
    if verdict.after:
        parts.append("<h2>What remains</h2>" + _list(verdict.after))
    if diagnosis.charges:
        parts.append("<h2>Events</h2>" + _charges(diagnosis))
    parts.append(more)
    parts.append("<h2>Checks</h2>" + _list([f"{check.name}: {check.outcome}" for check in diagnosis.checks]))
    return parts


def _list(lines: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{html.escape(line)}</li>" for line in lines) + "</ul>" if lines else ""


def _finding(number: int, finding: Finding, where: str) -> str:
    place = f" ({html.escape(where)})" if where else ""
    parts = [
        f"<h3>{number}. {html.escape(finding.says)}{place}</h3>",
        _list([line for line in finding.evidence if line]),
    ]
    if finding.sure:
        parts.append(f"<p>How sure: {html.escape(finding.sure)}</p>")
    if finding.instead:
        parts.append(f"<p>Write</p>{pieces.code(finding.instead)}")
    if finding.effect:
        parts.append(f"<p>Then: {html.escape(finding.effect)}</p>")
    return f"<section class='finding {finding.level}'>{''.join(parts)}</section>"


def _charges(diagnosis: Diagnosis) -> str:
    head = "synapses, from, to, variable, jump, unit, tau (ms), jump x tau (unit ms), "
    head += "moves v by, zero at, unit, delay (ms), in-degree"
    rows = [[_cell(value) for value in vars(charge).values()] for charge in diagnosis.charges]
    return pieces.table(head.split(", "), rows, about="What one event of each pathway does")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{round(value, 6) + 0.0:.4g}"  # 0, not the -6e-09 of an interpolation
    return "-" if value is None else str(value)


def picture(drawn: Figure, about: str) -> str:
    """Return a figure as an image inside the page."""
    buffer = io.BytesIO()
    drawn.savefig(buffer, format="png", dpi=110)
    return pieces.picture(buffer.getvalue(), about)
