"""A comparison with our network as text, as a part of the page, and as a picture of the gates."""

import html
import math
import textwrap
from collections.abc import Sequence

from matplotlib.figure import Figure

from pipeline.doctor.comparison import Comparison
from pipeline.doctor.effects import ALL, DURATION_S, FEATURES, NETWORKS, Effect
from pipeline.doctor.figures import COLOURS
from pipeline.doctor.kinetics import GATES, V_MV
from pipeline.doctor.page import picture

WIDTH = 118
Effects = Sequence[Effect | str]


def lead(comparison: Comparison) -> str:
    """Return which groups were taken for what, and what the numbers mean."""
    groups = ", ".join(f"{name} = {label}" for name, label in comparison.groups.items())
    features = ", ".join(f"{feature} ({protocol})" for feature, protocol in FEATURES.items())
    return (
        f"{groups}. Each deviation alone in our network changes {features} by so many percent, mean ± s.e.m. over the "
        f"same {NETWORKS} networks of {DURATION_S:g} s."
    )


def rows(comparison: Comparison, found: Effects) -> list[tuple[str, str, str, str]]:
    """Return what, theirs, ours and effect of each deviation, and of all together."""
    told = [(one.what, one.theirs, one.ours) for one in comparison.deviations]
    return [(*one, _said(effect)) for one, effect in zip([*told, (ALL, "", "")], found, strict=True)]


def _said(effect: Effect | str) -> str:
    if isinstance(effect, str):
        return f"not simulated: {effect}"
    changes = ", ".join(
        f"{feature} {_percent(mean)}{f' ± {sem:.2g}' if math.isfinite(sem) else ''} %"
        for feature, (mean, sem) in effect.change.items()
    )
    return f"{changes}; {effect.problem}" if effect.problem else changes


def _percent(value: float) -> str:
    return "undefined" if math.isnan(value) else f"{value:+.0f}"


def text(comparison: Comparison, found: Effects) -> str:
    """Return the comparison as plain text."""
    lines = ["AGAINST OUR NETWORK"]
    lines += textwrap.wrap(lead(comparison), WIDTH, initial_indent="  ", subsequent_indent="  ")
    for what, theirs, ours, effect in rows(comparison, found):
        first = f"- {what}: {theirs}; ours: {ours}" if ours else f"- {what}{f': {theirs}' if theirs else ''}"
        lines += textwrap.wrap(first, WIDTH, initial_indent="  ", subsequent_indent="    ")
        lines += textwrap.wrap(effect, WIDTH, initial_indent="      ", subsequent_indent="      ")
    if not comparison.deviations:
        lines.append("  It does not deviate from ours.")
    return "\n".join(lines)


def section(comparison: Comparison, found: Effects) -> str:
    """Return the comparison as a part of the page."""
    head = "".join(f"<th>{name}</th>" for name in ("deviation", "theirs", "ours", "alone in our network"))
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows(comparison, found)
    )
    return (
        f"<h2>Against our network</h2><p>{html.escape(lead(comparison))}</p><table><tr>{head}</tr>{body}</table>"
        f"{picture(gates(comparison), 'Gates of theirs and ours')}"
    )


def gates(comparison: Comparison) -> Figure:
    """Draw steady state and time constant of each gate against v, theirs and ours."""
    drawn = Figure(figsize=(9, 4), layout="constrained")
    panels = drawn.subplots(2, len(GATES), sharex=True)
    styles = {"ours": ("black", "-", 3.0), "E": (COLOURS[0], "-", 1.2), "I": (COLOURS[1], "--", 1.2)}
    for column, gate in enumerate(GATES):
        above, below = panels[:, column]
        for name, (colour, line, width) in styles.items():
            curve = comparison.curves[name].get(gate)
            if curve is None:
                continue
            label = name if name == "ours" else f"{name}, theirs"
            above.plot(V_MV, curve.steady, color=colour, linestyle=line, linewidth=width, label=label, alpha=0.8)
            if curve.tau_ms is not None:
                below.plot(V_MV, curve.tau_ms, color=colour, linestyle=line, linewidth=width, alpha=0.8)
        above.set_title(gate)
        below.set_xlabel("v (mV)")
        if not below.lines:
            below.text(0.5, 0.5, "instantaneous", ha="center", transform=below.transAxes)
            below.set_yticks([])
    panels[0, 0].set_ylabel("steady state")
    panels[1, 0].set_ylabel("time constant (ms)")
    panels[0, 0].legend(fontsize=7)
    return drawn
