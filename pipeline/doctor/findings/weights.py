"""Weights as a whole: signs by source and by target, and what the bounds of a rule made of them."""

from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.observation import Span
from pipeline.doctor.instruments.subject import assigned, statements
from pipeline.doctor.instruments.witness import root

ENOUGH = 8
"""Sources and targets with several synapses each, for their signs to tell."""
FELL = 0.1
GREW, ABSURD = 100.0, 1e6
"""By which factor weights have grown in a run, from the largest, that are told, and beyond which no rule means it."""


def odd_weights(found: Material) -> list[Finding]:
    """All of this module."""
    return [*by_target(found), *clipped(found), *unbounded(found)]


def by_target(found: Material) -> list[Finding]:
    """Recurrent weights whose signs are those of their targets, not of their sources: connected the wrong way round."""
    findings = []
    for made in found.subject.synapses:
        if root(made.source) is not root(made.target) or len(made) < 4 * ENOUGH:
            continue
        pre, post = (np.asarray(made.variables[n].get_value()) for n in ("_synaptic_pre", "_synaptic_post"))
        for name, equation in made.equations.items():
            if equation.type != "parameter" or not isinstance(made.variables[name], ArrayVariable):
                continue
            weight = np.asarray(made.variables[name].get_value(), float)
            if weight.size != len(made) or not (weight > 0).any() or not (weight < 0).any():
                continue
            if _alike(weight, post) and not _alike(weight, pre):
                label = found.subject.label(made)
                findings.append(
                    Finding(
                        "wrong_way_round",
                        "warning",
                        f"{name} of {label} has one sign for each target and both for each source: a neuron excites "
                        "some and inhibits others, and the matrix is likely transposed.",
                        (found.subject.place(made), f"{int((weight < 0).sum())} of {len(made)} are negative"),
                        "Certain of the signs; Dale's principle gives each source one sign.",
                        f"{label}.connect(i=sources, j=targets)    # of W[post, pre]: the column is the source",
                        "Each neuron excites or inhibits.",
                    )
                )
    return findings


def _alike(weight: np.ndarray, of: np.ndarray) -> bool:
    """Tell whether all weights of one neuron have the same sign, where it has several."""
    several = 0
    for neuron in np.unique(of):
        signs = np.sign(weight[of == neuron])
        signs = signs[signs != 0]
        if len(signs) > 1:
            several += 1
            if np.ptp(signs):
                return False
    return several >= ENOUGH


def clipped(found: Material) -> list[Finding]:
    """Plastic weights that the first updates put at a bound far below where they began."""
    findings = []
    for made in found.subject.synapses:
        for name, (before, after) in _courses(found, made).items():
            if 0 <= after[2] < FELL * before[0]:
                label = found.subject.label(made)
                findings.append(
                    Finding(
                        "clipped_weights",
                        "warning",
                        f"{name} of {label} fell from {before[0]:.4g} or more to {after[2]:.4g} or less: "
                        "its bound is far below where it begins.",
                        (found.subject.place(made), *(text for text in _clips(made, name))),
                        "Certain: seen in the run; likely the unit of the bound.",
                        f"{name} = clip({name} + ..., 0, w_max)    # w_max in the unit in which {name} counts",
                        f"{name} stays between 0 and its bound, and moves in steps of the rule.",
                    )
                )
    return findings


def unbounded(found: Material) -> list[Finding]:
    """Plastic weights that grow without a bound."""
    seen = found.seen
    if seen is None:
        return []
    findings = []
    for made in found.subject.synapses:
        for name, (before, after) in _courses(found, made).items():
            first, last = (max(abs(span[0]), abs(span[2])) for span in (before, after))
            if not first or not GREW * first < last < np.inf:
                continue
            label = found.subject.label(made)
            rules = [f"on_{when}: {text}" for when, text in statements(made) if name in assigned(text)]
            findings.append(
                Finding(
                    "unbounded_weights",
                    "error" if last > ABSURD * first else "warning",
                    f"{name} of {label} grows without bound: the largest was {first:.4g} before the run and is "
                    f"{last:.4g} after {1e3 * (seen.end_s - seen.start_s):.4g} ms.",
                    (found.subject.place(made), *rules),
                    "Certain: seen in the run.",
                    f"{name} = clip(..., 0, w_max)    # in each statement that changes it",
                    f"{name} stays between 0 and its bound. Rates fall with it.",
                )
            )
    return findings


def _courses(found: Material, made: Any) -> dict[str, tuple[Span, Span]]:
    """Return what the run made of the parameters of synapses that it changed: by name, before and after."""
    courses = found.seen.weights.get(made.name, {}) if found.seen else {}
    parameters = {name for name, equation in made.equations.items() if equation.type == "parameter"}
    return {name: course for name, course in courses.items() if name in parameters}


def _clips(made: Any, name: str) -> list[str]:
    return [
        line.strip() for path in made._pathways for line in path.code.splitlines() if "clip" in line and name in line
    ]
