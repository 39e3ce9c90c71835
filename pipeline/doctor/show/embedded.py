"""A diagnosis as a part of another page, such as a notebook, whose styles it neither takes nor changes."""

import html

from pipeline.doctor.diagnosis import Diagnosis
from pipeline.doctor.show.page import parts

NAME = "brian2-diagnosis"
COLOURS = {"error": "#b3261e", "warning": "#b26a00", "note": "#5f6368"}
RULES = (
    ("", "max-width: 60em; font: 14px/1.45 sans-serif"),
    ("h2", "font-size: 1.15em; margin: 1.2em 0 0.4em"),
    ("h3", "font-size: 1em; margin: 0 0 0.3em"),
    ("img", "max-width: 100%; height: auto; background: #fff"),
    ("pre", "margin: 0.3em 0; padding: 0.4em 0.6em; border: 1px solid #8885; overflow-x: auto"),
    (".lead", "font-size: 1.15em; font-weight: bold"),
    (".finding", "margin: 0.8em 0; padding: 0.1em 0 0.1em 0.8em; border-left: 4px solid #8888"),
    *((f".finding.{level}", f"border-left-color: {colour}") for level, colour in COLOURS.items()),
    (".scroll", "overflow-x: auto"),
    ("table", "border-collapse: collapse"),
    ("th, td", "padding: 0.15em 0.6em; text-align: left; border-bottom: 1px solid #8885"),
)
"""Styles of what is within the part: selectors of it alone, so that nothing else on the page has them."""


def fragment(diagnosis: Diagnosis) -> str:
    """Return an element with all that the page of the diagnosis has, pictures and styles inside."""
    rules = " ".join(f"{_within(selector)} {{ {style} }}" for selector, style in RULES)
    lead = f'<p class="lead">{html.escape(diagnosis.verdict.says)}</p>'
    return f'<div class="{NAME}"><style>{rules}</style>{lead}{"".join(parts(diagnosis))}</div>'


def _within(selector: str) -> str:
    return ", ".join(f".{NAME} {one}".strip() for one in selector.split(", "))
