"""Continuous coupling, as gap junctions: its sign, both its ways, and steps in which it overshoots."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.dynamics import Dynamics
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.witness import numbers_of, root

RETURNED = 0.5
"""Part of the gap junctions that must have their way back; where pairs are drawn with p, a part p of them has it."""

SLIGHT_V = 1e-4
"""By how much a potential is moved for a slope."""


def coupled(found: Material) -> list[Finding]:
    """All of this module."""
    return [*turned_gaps(found), *one_way_gaps(found), *overshooting(found)]


def _sums(found: Material) -> Iterator[tuple[Dynamics, str, Any, str]]:
    """Yield what synapses sum into groups that have a potential: the group, its variable, synapses, expression."""
    for (name, variable), (made, expression) in found.subject.summed().items():
        about = found.dynamics.get(name)
        if about is not None and about.v is not None:
            yield about, variable, made, expression


def turned_gaps(found: Material) -> list[Finding]:
    """Summed currents of v_pre and v_post that drive both apart."""
    findings = []
    for about, variable, made, expression in _sums(found):
        if variable not in about.arrays:
            continue
        slope = _slope(expression, about.potential)
        push = _push(about, variable)
        if slope is None or slope * push <= 0:
            continue
        label = found.subject.label(made)
        findings.append(
            Finding(
                "gap_sign",
                "error",
                f"{label} drives the neurons that it couples apart: the higher {about.v} is above its neighbour's, the "
                "higher it goes.",
                (f"{found.subject.place(made)}: {variable}_post = {expression}",),
                "Certain of the sign: the sum was evaluated at two potentials, and the equation of v with it.",
                f"{variable}_post = g*({about.v}_pre - {about.v}_post) : amp (summed)",
                "Coupled neurons draw each other together.",
            )
        )
    return findings


def _slope(expression: str, v: str) -> float | None:
    """Return the sign of d(expression)/d(v_post), all else at 1; None where v_pre and v_post are not its only v."""
    names = get_identifiers(expression)
    if not {f"{v}_pre", f"{v}_post"} <= names:
        return None
    try:
        code = compile(ast.parse(expression, mode="eval"), "summed", "eval")
        ones = dict.fromkeys(names, 1.0) | {f"{v}_pre": -0.065}
        low, high = (float(eval(code, {"__builtins__": {}}, ones | {f"{v}_post": x})) for x in (-0.06, -0.05))  # noqa: S307
    except Exception:  # functions and conditions: not a plain gap junction
        return None
    return float(np.sign(high - low))


def _push(about: Dynamics, variable: str) -> float:
    """Return d(dv/dt)/d(variable)."""
    here = about.now([0])
    rates = [about.rates({**here, variable: here[variable] + x})[about.potential][0] for x in (0.0, 1.0)]
    return float(rates[1] - rates[0])


def one_way_gaps(found: Material) -> list[Finding]:
    """Electrical coupling (a summed difference of potentials) of which few pairs have the way back."""
    gaps = []
    pairs: dict[str, set[tuple[int, int]]] = {}
    for about, variable, made, expression in _sums(found):
        name = about.group.name
        both = {f"{variable}_pre", f"{variable}_post"} <= set(made.summed_updaters)
        if both or root(made.source) is not root(made.target) or not len(made):
            continue
        own = rf"\b{about.v}(_post)?\b"
        rectified = {"clip", "int", "max", "abs"} & get_identifiers(expression)  # which is one-way on purpose
        if not rectified and re.search(rf"\b{about.v}_pre\s*-\s*{own}|{own}\s*-\s*{about.v}_pre\b", expression):
            i, j = (np.asarray(made.variables[f"_synaptic_{end}"].get_value()) for end in ("pre", "post"))
            gaps.append((name, variable, made, expression, i, j))
            pairs[name] = pairs.get(name, set()) | set(zip(i.tolist(), j.tolist(), strict=True))
    findings = []
    for name, variable, made, expression, i, j in gaps:
        returned = float(np.mean([(b, a) in pairs[name] for a, b in zip(i.tolist(), j.tolist(), strict=True)]))
        if returned > RETURNED:
            continue
        few = f"only {returned:.0%} of the junctions have" if returned else "no junction has"
        label = found.subject.label(made)
        findings.append(
            Finding(
                "one_way_gap",
                "warning",
                f"The current of {label} flows into one neuron of a pair alone: {few} the way back.",
                (
                    f"{found.subject.place(made)}: {variable} = {expression} : ... (summed)",
                    f"each of its {len(made)} synapses changes its target alone",
                ),
                "Certain: all pairs were looked at. An electrical synapse takes from one what it gives the other.",
                f"{label}.connect(i=np.r_[i, j], j=np.r_[j, i])    # each pair in both directions",
                "Coupled neurons draw each other together.",
            )
        )
    return findings


def overshooting(found: Material) -> list[Finding]:
    """Coupling that moves v in one step beyond where it pulls it: Brian2 holds a sum constant over a step."""
    findings = []
    for about, variable, made, expression in _sums(found):
        if f"{variable}_post" not in made.summed_updaters or not len(made):
            continue
        pull = _pull(found, made, expression, about)
        if pull is None:
            continue
        dt_s = float(about.group.clock.dt_)
        moved = float((pull * _push(about, variable)).max()) * dt_s
        if moved <= 1:
            continue
        label = found.subject.label(made)
        findings.append(
            Finding(
                "step_too_large",
                "error" if moved > 2 else "warning",
                f"The step of {dt_s * 1e3:.4g} ms is too large for the coupling by {label}: in one step it moves "
                f"{about.v} by {moved:.2g} times its distance from the coupled neurons', beyond them, and then back.",
                (
                    f"{found.subject.place(made)}: {variable} = {expression} : ... (summed)",
                    "a sum over synapses is held constant over a step, whatever the method of the equations is",
                    f"a neuron has {len(made) / len(made.target):.3g} of these synapses on average, and each has the "
                    "whole strength: is it that of one junction, or of all together?",
                ),
                "Certain: the slope of the sum was taken at all neurons.",
                f"defaultclock.dt = {1e3 * dt_s / (5 * moved):.1g}*ms    # if it is that of one junction\n"
                f"{variable} = ({expression})/N_incoming : ... (summed)    # if it is that of all together",
                f"{about.v} follows the coupling without zigzag. Rates may change.",
            )
        )
    return findings


def _pull(found: Material, made: Any, expression: str, about: Dynamics) -> np.ndarray | None:
    """Return -d(sum)/d(v) of each neuron that is reached; None where the sum cannot be evaluated, or has no v."""
    names = get_identifiers(expression)
    own = f"{about.v}_post" if f"{about.v}_post" in names else str(about.v)
    if own not in names:
        return None
    values: dict[str, Any] = {**vars(np), **numbers_of(found.subject.namespace), "__builtins__": {}}
    for name in names:
        variable = made.variables.get(name)
        if not isinstance(variable, ArrayVariable):
            continue
        array = np.asarray(variable.get_value())
        end = "pre" if name.endswith("_pre") else "post"
        if getattr(variable.owner, "name", "") != made.name and array.size > 1:
            array = array[made.variables[f"_synaptic_{end}"].get_value()]
        values[name] = array
    step = SLIGHT_V * about.frame.per_volt
    try:
        sums = [np.broadcast_to(eval(expression, values | {own: values[own] + x}), len(made)) for x in (0.0, step)]  # noqa: S307
    except Exception:  # functions and conditions that only Brian2 knows
        return None
    post = made.variables["_synaptic_post"].get_value()
    found_slopes: np.ndarray = -np.bincount(post, sums[1] - sums[0]) / step
    return found_slopes
