"""What connect() was asked for: the same again, a probability that is none, fractions, nothing for some neurons."""

import ast
import re
from typing import Any

import numpy as np

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.texts import parsed
from pipeline.doctor.instruments.witness import Connected, root, span

LONELY, FEWEST = 0.1, 5
"""Part of a group without synapses that is told, in blocks of so many neurons at least."""


def connected(found: Material) -> list[Finding]:
    """All of this module."""
    return [*connected_again(found), *improbable(found), *compared_fractions(found), *unconnected(found)]


def connected_again(found: Material) -> list[Finding]:
    """Projections that have more synapses than in the run before: an error where one line made both."""
    findings = []
    for made in found.subject.synapses:
        before = found.subject.synapses_before.get(made)
        if before is None or before >= len(made):
            continue
        label = found.subject.label(made)
        *earlier, last = [one.line for one in _calls(found, made)] or [None]
        findings.append(
            Finding(
                "connected_again",
                "error" if last in earlier else "note",  # another line may be another stage of the protocol
                f"{label} had {before} synapses in the run before and has {len(made)} now: connect() adds to those "
                "that are there.",
                (f"{found.subject.place(made)}; run {found.subject.run_number}",),
                "Certain of the numbers.",
                f"{label}.connect(...)    # once, before the first run; or new Synapses for each trial",
                "All runs have the same connections.",
            )
        )
    return findings


def _calls(found: Material, made: Any) -> list[Connected]:
    """Return each connect() of synapses that was seen."""
    witness = found.subject.witness
    return witness.connected.get(made, []) if witness else []


def improbable(found: Material) -> list[Finding]:
    """Connections whose probability is none: above 1, which Brian2 takes for 1, or below 0, which it takes for 0."""
    findings = []
    for made in found.subject.synapses:
        for one in _calls(found, made):
            if one.p is None or 0 <= one.p <= 1 + 1e-9:  # K/N may be off by its last digit
                continue
            label, every = found.subject.label(made), "every pair" if one.p > 1 else "no pair"
            n_pre, n_post = len(made.source), len(made.target)
            findings.append(
                Finding(
                    "improbable",
                    "error",
                    f"{label} is connected with a probability of {one.p:.4g}: Brian2 connects {every}.",
                    (
                        f"line {one.line}: {label}.connect(...), from {n_pre} to {n_post} neurons",
                        *([f"{one.p * n_pre:.4g} inputs a neuron were meant, and there are {n_pre}"] * (one.p > 1)),
                    ),
                    "Certain: the value of p was seen.",
                    f"{label}.connect(p=...)    # from 0 to 1: 10 % are 0.1; K inputs of N neurons are K/N",
                    "The in-degree is the one that is meant.",
                )
            )
    return findings


def compared_fractions(found: Material) -> list[Finding]:
    """Conditions of connect() that compare fractions of indices by ==, where whole numbers are meant."""
    findings = []
    for made in found.subject.synapses:
        for one in _calls(found, made):
            if not _compares_fractions(one.condition):
                continue
            findings.append(
                Finding(
                    "compared_fraction",
                    "warning",
                    f"connect() of {found.subject.label(made)} compares fractions of indices: / gives 0.2 for 1 of "
                    "5, and // gives 0.",
                    (f"line {one.line}: condition = {one.condition!r}", f"it holds for {len(made)} pairs"),
                    "Certain of the division; whether it is meant, only you know.",
                    f"condition={re.sub('(?<!/)/(?!/)', '//', one.condition)!r}",
                    "All pairs of the groups that are meant are connected.",
                )
            )
    return findings


def _compares_fractions(condition: str) -> bool:
    """Tell whether both sides of == hold a quotient of i or j."""
    compared = [
        one
        for one in ast.walk(parsed(condition.strip()))
        if isinstance(one, ast.Compare) and isinstance(one.ops[0], ast.Eq)
    ]
    return any(all(_fraction(side) for side in (one.left, one.comparators[0])) for one in compared)


def _fraction(side: ast.expr) -> bool:
    if isinstance(side, ast.Call):  # int(i/50) is whole
        return False
    if isinstance(side, ast.BinOp) and isinstance(side.op, ast.Div):
        return bool({"i", "j"} & {one.id for one in ast.walk(side) if isinstance(one, ast.Name)})
    return any(_fraction(one) for one in ast.iter_child_nodes(side) if isinstance(one, ast.expr))


def unconnected(found: Material) -> list[Finding]:
    """Neurons at the end of a group that no synapse reaches or leaves, though projections are over the whole group."""
    findings = []
    for group in found.subject.neurons:
        over = [one for one in found.subject.synapses if group.name in (one.source.name, one.target.name)]
        touched = np.zeros(len(group), bool)
        for made in found.subject.synapses:
            for end, name in ((made.source, "_synaptic_pre"), (made.target, "_synaptic_post")):
                if root(end).name == group.name:
                    touched[np.asarray(made.variables[name].get_value())] = True
        for one in found.subject.poisson_inputs(group.name):
            touched[slice(*span(one._group))] |= not over
        alone = np.nonzero(~touched)[0]
        parts = np.split(alone, np.nonzero(np.diff(alone) > 1)[0] + 1)  # of neurons side by side
        block = len(alone) > LONELY * len(group) and min(map(len, parts)) >= FEWEST
        if not over or not block or not touched.any():
            continue
        label = found.subject.label(group)
        findings.append(
            Finding(
                "unconnected",
                "warning",
                f"Neurons {alone[0]} to {alone[-1]} of {label}, or most of them, have no synapse at all: indices in "
                "connect() count from the beginning of the whole group.",
                tuple(found.subject.place(made) for made in over[:4]),
                "Certain: all synapses were looked at.",
                f"S.connect(i=pre + start_pre, j=post + start_post)    # or Synapses({label}[a:b], {label}[c:d])",
                "Each population has its own connections.",
            )
        )
    return findings
