"""Plastic weights that can only grow, or only shrink: a sign in the rule of spike-timing dependent plasticity."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.subject import statements


def one_sided(found: Material) -> list[Finding]:
    """Weights that events before and after a spike change the same way, by traces whose steps have one sign."""
    findings = []
    for made in found.subject.synapses:
        changes: dict[str, list[tuple[str, str, float]]] = {}
        for when, statement in statements(made):
            for weight, trace, sign in _moves(made, statement):
                step = _sign(found, made, trace)
                if step is not None:
                    changes.setdefault(weight, []).append((when, statement, sign * step))
        for weight, rows in changes.items():
            if {when for when, _, _ in rows} != {"pre", "post"} or len({sign for _, _, sign in rows}) != 1:
                continue
            label = found.subject.label(made)
            grows = rows[0][2] > 0
            findings.append(
                Finding(
                    "one_sided_plasticity",
                    "warning",
                    f"{weight} of {label} can only {'grow' if grows else 'shrink'}: spikes in either order move it the "
                    "same way.",
                    (found.subject.place(made), *(f"on_{when}: {statement}" for when, statement, _ in rows)),
                    "Certain of the signs of both traces; whether it is meant, only you know.",
                    "dApost = -dApre*taupre/taupost*1.05    # one of the two traces is negative",
                    "One order of spikes strengthens, the other weakens.",
                )
            )
    return findings


def _moves(made: Any, statement: str) -> Iterator[tuple[str, str, float]]:
    """Yield (weight, trace, sign) for `w += a`, `w -= a`, `w = w + a`, `w = clip(w + a, low, high)` and the like."""
    for pattern in (r"^(\w+)\s*([+-])=\s*(\w+)$", r"^(\w+)\s*=\s*(?:clip\()?\s*\1\s*([+-])\s*(\w+)\s*(?:,.*)?$"):
        hit = re.match(pattern, statement)
        traces = made.equations.diff_eq_names | getattr(made.event_driven, "diff_eq_names", set())
        if hit and hit[1] in made.variables and hit[3] in traces:
            yield hit[1], hit[3], 1.0 if hit[2] == "+" else -1.0


def _sign(found: Material, made: Any, trace: str) -> float | None:
    """Return the sign of all steps of a trace, None where they differ or cannot be told."""
    signs = set()
    for _, statement in statements(made):
        hit = re.match(rf"^{trace}\s*([+-])=\s*(-?\s*)(\w+|[\d.e-]+)$", statement)
        if hit is None:
            continue
        try:
            step = float(found.subject.namespace.get(hit[3], hit[3]))
        except (TypeError, ValueError):
            return None
        signs.add(float(np.sign(step)) * (-1.0 if (hit[1] == "-") != bool(hit[2].strip()) else 1.0))
    return signs.pop() if len(signs) == 1 else None
