"""Pulses that the grid of steps misses: conditions on the time that are true for less than a step."""

import ast
from collections.abc import Iterator

import numpy as np
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.dynamics import Dynamics
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.sizes import milli

FINER = 20
"""Looks in a step."""

LONGEST = 100_000
"""Steps that are looked at."""

FEWEST, LOST = 3, 0.05
"""Pulses from which on, and the part of them that must be missed."""


def missed_pulses(found: Material) -> list[Finding]:
    """Conditions on t alone in equations whose true times hold no step, each time or now and then."""
    findings = []
    for name, about in found.dynamics.items():
        dt_s = float(found.group(name).clock.dt_)
        steps = min(int(found.subject.span_s / dt_s), LONGEST)
        for variable, condition in _conditions(about):
            times = found.subject.start_s + dt_s / FINER * np.arange(steps * FINER)
            pulses, seen, longest = _counted(np.asarray(about.evaluate(condition, {"t": times}), bool))
            if pulses < FEWEST or pulses - seen <= LOST * pulses:
                continue
            label, width_s = found.label(name), dt_s / FINER * longest
            findings.append(
                Finding(
                    "missed_pulses",
                    "warning",
                    f"{pulses - seen} of {pulses} pulses of {label} fall between two steps: {condition} is true for "
                    f"{milli(width_s)} ms at a time, and a step is {milli(dt_s)} ms.",
                    (f"{found.subject.place(found.group(name))}: {variable} = {about.expressions[variable]}",),
                    "Certain: the condition was evaluated at all steps and between them.",
                    f"defaultclock.dt = {milli(width_s / 3)}*ms    # or pulses that last a step or more",
                    "Each pulse is given, and lasts as long as it should.",
                )
            )
    return findings


def _conditions(about: Dynamics) -> Iterator[tuple[str, str]]:
    """Yield the variable and the condition of each int(...) of a group's equations that hangs on t and constants."""
    known = {"t", *about.constants, *about.functions}
    for variable, expression in about.expressions.items():
        for node in ast.walk(ast.parse(expression, mode="eval")):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "int":
                condition = ast.unparse(node.args[0])
                names = get_identifiers(condition) - {"and", "or", "not"}
                if "t" in names and names <= known:
                    yield variable, condition


def _counted(on: np.ndarray) -> tuple[int, int, int]:
    """Return how many times a condition becomes true, how many of these times hold a step, and the longest in looks."""
    edges = np.diff(np.concatenate([[False], on, [False]]).astype(int))
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    first = FINER * np.ceil((begins - 1) / FINER)  # the first step from a begin on; a look of slack for rounding
    return len(begins), int(np.count_nonzero(first <= ends)), int((ends - begins).max(initial=0))
