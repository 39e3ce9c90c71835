"""A network against a reference: the comparison as a whole, and as text and as a part of the page."""

import html
import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.doctor.compare.counterparts import matched, renamed
from pipeline.doctor.compare.deviation import Deviation, deviations, told
from pipeline.doctor.compare.effects import ALL, NETWORKS, Effect
from pipeline.doctor.compare.explanation import Explainer
from pipeline.doctor.compare.portrait import Portrait
from pipeline.doctor.compare.reference import Reference
from pipeline.network.model import Model
from pipeline.pages.parts import paragraph, table

WIDTH = 118
Effects = Sequence[Effect | str]


@dataclass(frozen=True)
class Comparison:
    """All deviations, and which populations and projections were taken for which."""

    model: Model
    deviations: list[Deviation]
    groups: dict[str, str]
    """Their population by the name of ours."""


def compare(theirs: Portrait, model: Model) -> Comparison:
    """Return where a network deviates from that of a folder; NotComparableError where populations do not match."""
    with Reference(model) as reference:
        ours = reference.portraits([{}])[0]
        assert ours is not None  # the script was adopted
        groups = matched(theirs, ours)
        explained = Explainer(renamed(theirs, ours, groups), reference).explain()
    return Comparison(model, deviations(explained, model.adopted.settings), groups)


def lead(comparison: Comparison) -> str:
    """Return which populations were taken for which, and what the numbers mean."""
    groups = ", ".join(f"{ours} is {theirs} there" for ours, theirs in comparison.groups.items())
    return (
        f"Populations of the reference: {groups}. Rates (spikes/s) are those of the reference before and with the "
        f"deviation alone, mean ± s.e.m. over the same {NETWORKS} networks."
    )


def rows(comparison: Comparison, found: Effects) -> list[tuple[str, str, str, str]]:
    """Return what, theirs, ours and effect of each deviation, and of all together."""
    lines = []
    for one, effect in zip(comparison.deviations, found, strict=False):
        knobs = told(one.knobs, comparison.model.adopted.settings)
        lines.append((one.what, one.theirs, one.ours, ". ".join(filter(None, [knobs, *one.notes, _said(effect)]))))
    if len(comparison.deviations) > 1:
        lines.append((ALL, "", "", _said(found[-1])))
    return lines


def _said(effect: Effect | str) -> str:
    if isinstance(effect, str):
        return f"not simulated: {effect}"
    rates = ", ".join(f"{name} {_rate(effect.before[name])} -> {_rate(effect.after[name])}" for name in effect.before)
    return f"{rates}; {effect.problem}" if effect.problem else rates


def _rate(value: tuple[float, float]) -> str:
    mean, sem = value
    return f"{mean:.3g}" + (f" ± {sem:.1g}" if math.isfinite(sem) else "")


def text(comparison: Comparison, found: Effects) -> str:
    """Return the comparison as plain text."""
    lines = [f"AGAINST {comparison.model.folder}"]
    lines += textwrap.wrap(lead(comparison), WIDTH, initial_indent="  ", subsequent_indent="  ")
    for what, theirs, ours, effect in rows(comparison, found):
        first = f"- {what}{f': {theirs}' if theirs else ''}{f'; the reference: {ours}' if ours else ''}"
        lines += textwrap.wrap(first, WIDTH, initial_indent="  ", subsequent_indent="    ")
        lines += textwrap.wrap(effect, WIDTH, initial_indent="      ", subsequent_indent="      ")
    if not comparison.deviations:
        lines.append("  It does not deviate from the reference.")
    return "\n".join(lines)


def section(comparison: Comparison, found: Effects) -> str:
    """Return the comparison as a part of the page."""
    head = ("deviation", "theirs", "reference", "alone in the reference")
    compared = table(head, rows(comparison, found), about="Deviations from the reference")
    return f"<h2>Against {html.escape(comparison.model.folder)}</h2>{paragraph(lead(comparison))}{compared}"
