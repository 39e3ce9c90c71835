"""A diagnosis as plain text."""

import textwrap

from pipeline.doctor.diagnosis import Diagnosis
from pipeline.doctor.findings.finding import Finding

WIDTH = 118


def told(diagnosis: Diagnosis) -> str:
    """Return the whole diagnosis: verdict, findings in order, charges, checks."""
    lines = [f"VERDICT  {diagnosis.verdict.says}"]
    lines += [f"         {line}" for line in diagnosis.verdict.refinement]
    if diagnosis.runs.says:
        lines.append(f"         {diagnosis.runs.says}")
    for line in diagnosis.verdict.missed:
        lines += textwrap.wrap(line, WIDTH, initial_indent="  - ", subsequent_indent="    ")
    for number, finding in enumerate(diagnosis.findings, 1):
        lines += ["", *_finding(number, finding, diagnosis.runs.where(finding.runs))]
    if diagnosis.verdict.after:
        lines += ["", "WHAT REMAINS"]
        for line in diagnosis.verdict.after:
            lines += textwrap.wrap(line, WIDTH, initial_indent="  ", subsequent_indent="    ")
    if diagnosis.charges:
        lines += ["", "EVENTS (jump x tau = charge; effect: how far one event would move v at rest)"]
        lines += _charges(diagnosis)
    lines += ["", "CHECKS"] if diagnosis.checks else [""]
    for check in diagnosis.checks:
        lines += textwrap.wrap(f"{check.name}: {check.outcome}", WIDTH, initial_indent="  ", subsequent_indent="    ")
    lines.append(f"  took {diagnosis.seconds:.0f} s")
    return "\n".join(lines)


def _finding(number: int, finding: Finding, where: str) -> list[str]:
    head = f"{number}. {finding.level.upper()} ({finding.kind})" + (f", {where}" if where else "")
    lines = textwrap.wrap(f"{head}: {finding.says}", WIDTH)
    for evidence in filter(None, finding.evidence):
        lines += textwrap.wrap(evidence, WIDTH, initial_indent="   - ", subsequent_indent="     ")
    if finding.sure:
        lines += textwrap.wrap(f"How sure: {finding.sure}", WIDTH, initial_indent="   ", subsequent_indent="     ")
    if finding.instead:
        lines += ["   Write:", *(f"       {line}" for line in finding.instead.splitlines())]
    if finding.effect:
        lines += textwrap.wrap(f"Then: {finding.effect}", WIDTH, initial_indent="   ", subsequent_indent="     ")
    return lines


def _charges(diagnosis: Diagnosis) -> list[str]:
    head = (
        "synapses",
        "from -> to",
        "variable",
        "jump",
        "tau (ms)",
        "charge (x ms)",
        "effect",
        "zero",
        "delay (ms)",
        "in-degree",
    )
    rows = [head]
    for c in diagnosis.charges:
        rows.append(
            (
                c.synapses,
                f"{c.source} -> {c.target}",
                c.variable,
                f"{c.jump:.3g} {c.unit}".strip(),
                "-" if c.tau_ms is None else f"{c.tau_ms:.3g}",
                "-" if c.charge is None else f"{c.charge:.3g}",
                f"{c.effect:.3g} {c.effect_unit}".strip(),
                "-" if c.zero is None else f"{round(c.zero, 2) + 0.0:.3g} {c.effect_unit}".strip(),
                f"{c.delay_ms:.3g}",
                f"{c.in_degree:.3g}",
            )
        )
    widths = [max(len(row[k]) for row in rows) for k in range(len(head))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
