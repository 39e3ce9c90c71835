"""Rules of spike-timing dependent plasticity: the traces that each side reads, and weights that go one way only."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.census import key_of
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.subject import assigned, statements


def odd_rules(found: Material) -> list[Finding]:
    """All of this module: of each Synapses object the first fault."""
    findings = []
    for made in found.subject.synapses:
        findings += (_own_traces(found, made) or _one_sided(found, made))[:1]
    return findings


def _traces(made: Any) -> set[str]:
    return set(made.equations.diff_eq_names) | set(getattr(made.event_driven, "diff_eq_names", ()))


def _changes(made: Any) -> dict[str, dict[str, set[str]]]:
    """Return, by weight and side ('pre', 'post'), what the statements that change it read."""
    traces, found = _traces(made), {}  # type: ignore[var-annotated]
    for side, statement in statements(made):
        left, _, right = statement.partition("=")
        name = left.strip(" +-*/")
        if made.equations.get(name) is not None and name not in traces and key_of(made, name):
            found.setdefault(name, {}).setdefault(side, set()).update(get_identifiers(right))
    return found


def _own_traces(found: Material, made: Any) -> list[Finding]:
    """Rules in which each side reads the trace that it makes itself: no pair of spikes is ever seen."""
    writes = {
        side: set().union(*(assigned(text) for one, text in statements(made) if one == side))
        for side in ("pre", "post")
    }
    findings = []
    for weight, sides in _changes(made).items():
        if set(sides) != {"pre", "post"}:
            continue
        read = {side: names & _traces(made) for side, names in sides.items()}
        other = {"pre": "post", "post": "pre"}
        if not all(read.values()) or any(read[side] & writes[other[side]] for side in read):
            continue
        label = found.subject.label(made)
        findings.append(
            Finding(
                "own_trace",
                "error",
                f"The rule of {label} never sees a pair of spikes: each side changes {weight} by the trace that it "
                "makes itself, and none by the other's.",
                (
                    found.subject.place(made),
                    *(
                        f"on_{side} reads {', '.join(sorted(names))}, which on_{side} sets"
                        for side, names in read.items()
                    ),
                    *_course(found, made, weight),
                ),
                "Certain: what each side reads and writes was followed.",
                f"on_pre = '...; {weight} = ... {next(iter(read['post']))} ...'    # the trace of the other side\n"
                f"on_post = '...; {weight} = ... {next(iter(read['pre']))} ...'",
                f"{weight} changes with the order and the distance of two spikes.",
            )
        )
    return findings


def _course(found: Material, made: Any, weight: str) -> list[str]:
    course = found.seen.weights.get(made.name, {}).get(weight) if found.seen else None
    return [f"in the run its mean went from {course[0][1]:.4g} to {course[1][1]:.4g}"] if course else []


def _one_sided(found: Material, made: Any) -> list[Finding]:
    """Weights that events before and after a spike change the same way, by traces whose steps have one sign."""
    changes: dict[str, list[tuple[str, str, float]]] = {}
    for when, statement in statements(made):
        for weight, trace, sign in _moves(made, statement):
            step = _sign(found, made, trace)
            if step is not None:
                changes.setdefault(weight, []).append((when, statement, sign * step))
    findings = []
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
                (
                    found.subject.place(made),
                    *(f"on_{when}: {statement}" for when, statement, _ in rows),
                    *_course(found, made, weight),
                ),
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
        if hit and hit[1] in made.variables and hit[3] in _traces(made):
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
