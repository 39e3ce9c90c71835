"""A diagnosis as one HTML page with its pictures inside."""

import base64
import html
import io

from matplotlib.figure import Figure

from pipeline.doctor import figures
from pipeline.doctor.diagnosis import Diagnosis
from pipeline.doctor.findings import Finding

STYLE = """
body { font-family: sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; line-height: 1.4 }
.error { border-left: 6px solid #d55e00 } .warning { border-left: 6px solid #e69f00 }
.note { border-left: 6px solid #999 }
section { padding: 0.2em 1em; margin: 1em 0; background: #f7f7f7 }
pre { background: #fff; padding: 0.6em; overflow-x: auto } img { max-width: 100% }
table { border-collapse: collapse; font-size: 0.85em }
td, th { padding: 0.2em 0.6em; border: 1px solid #ccc; text-align: left }
"""


def page(diagnosis: Diagnosis, title: str, more: str = "") -> str:
    """Return the page: verdict, findings in order, pictures, events, what remains, `more` (HTML), checks."""
    verdict = diagnosis.verdict
    parts = [f"<h1>{html.escape(title)}</h1>", f"<p><strong>{html.escape(verdict.says)}</strong></p>"]
    parts.append(_list(verdict.refinement))
    parts += [_finding(number, finding) for number, finding in enumerate(diagnosis.findings, 1)]
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
    head = f"<meta charset='utf-8'><title>{html.escape(title)}</title><style>{STYLE}</style>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{''.join(parts)}</body></html>"


def _list(lines: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{html.escape(line)}</li>" for line in lines) + "</ul>" if lines else ""


def _finding(number: int, finding: Finding) -> str:
    parts = [f"<h3>{number}. {html.escape(finding.says)}</h3>", _list([line for line in finding.evidence if line])]
    if finding.sure:
        parts.append(f"<p>How sure: {html.escape(finding.sure)}</p>")
    if finding.instead:
        parts.append(f"<p>Write</p><pre>{html.escape(finding.instead)}</pre>")
    if finding.effect:
        parts.append(f"<p>Then: {html.escape(finding.effect)}</p>")
    return f"<section class='{finding.level}'>{''.join(parts)}</section>"


def _charges(diagnosis: Diagnosis) -> str:
    head = "synapses, from, to, variable, jump, unit, tau (ms), jump x tau (unit ms), "
    head += "moves v by (mV), zero at (mV), delay (ms), in-degree"
    rows = "".join(
        "<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in vars(charge).values()) + "</tr>"
        for charge in diagnosis.charges
    )
    return f"<table><tr>{''.join(f'<th>{name}</th>' for name in head.split(', '))}</tr>{rows}</table>"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{round(value, 6) + 0.0:.4g}"  # 0, not the -6e-09 of an interpolation
    return "-" if value is None else html.escape(str(value))


def picture(drawn: Figure, about: str) -> str:
    """Return a figure as an image inside the page."""
    buffer = io.BytesIO()
    drawn.savefig(buffer, format="png", dpi=110)
    data = base64.b64encode(buffer.getvalue()).decode()
    return f"<img alt='{html.escape(about)}' src='data:image/png;base64,{data}'>"
