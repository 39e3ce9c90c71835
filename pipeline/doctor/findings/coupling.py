"""Continuous coupling, as gap junctions: its sign, both its ways, and steps in which it overshoots."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable
from brian2.utils.stringtools import get_identifiers

from pipeline.doctor.findings.finding import Finding
from pipeline.doctor.instruments.caller import numbers_of
from pipeline.doctor.instruments.dynamics import Dynamics
from pipeline.doctor.instruments.material import Material
from pipeline.doctor.instruments.witness import root

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
        own, other = (_slopes(found, made, expression, about, end) for end in ("post", "pre"))
        # of the difference alone: a synapse that opens with v_post, as NMDA, drives it up and is no mistake
        if own is None or other is None or not np.allclose(own, -other, atol=0):
            continue
        if not _apart(own * _push(about, variable)):
            continue
        label = found.subject.label(made)
        findings.append(
            Finding(
                "gap_sign",
                "error",
                f"{label} drives the neurons that it couples apart: the higher {about.v} is above its neighbour's, the "
                "higher it goes.",
                (f"{found.subject.place(made)}: {variable}_post = {expression}",),
                "Certain: the sum was evaluated at two potentials of each neuron, and the equation of v with it.",
                f"{variable}_post = g*({about.v}_pre - {about.v}_post) : amp (summed)",
                "Coupled neurons draw each other together.",
            )
        )
    return findings


def _apart(slopes: np.ndarray) -> bool:
    """Return whether coupling moves neurons away from those that they are coupled to: some, and draws none to them."""
    return bool((slopes > 0).any() and (slopes >= 0).all())


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
        slopes = _slopes(found, made, expression, about, "post")
        if slopes is None:
            continue
        dt_s = float(about.group.clock.dt_)
        moved = float((-slopes * _push(about, variable)).max()) * dt_s
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


def _slopes(found: Material, made: Any, expression: str, about: Dynamics, end: str) -> np.ndarray | None:
    """Return d(sum)/d(v_post) or d(sum)/d(v_pre) of each neuron that is reached.

    None where the sum cannot be evaluated, or has no such v.
    """
    names = get_identifiers(expression)
    moved = f"{about.v}_{end}"
    if end == "post" and moved not in names:
        moved = str(about.v)
    if moved not in names:
        return None
    values: dict[str, Any] = {**vars(np), **numbers_of(found.subject.namespace), "__builtins__": {}}
    for name in names:
        variable = made.variables.get(name)
        if not isinstance(variable, ArrayVariable):
            continue
        array = np.asarray(variable.get_value())
        if getattr(variable.owner, "name", "") != made.name and array.size > 1:
            array = array[made.variables[f"_synaptic_{'pre' if name.endswith('_pre') else 'post'}"].get_value()]
        values[name] = array
    step = SLIGHT_V * about.frame.per_volt
    try:
        sums = [np.broadcast_to(eval(expression, values | {moved: values[moved] + x}), len(made)) for x in (0.0, step)]  # noqa: S307
    except Exception:  # functions and conditions that only Brian2 knows
        return None
    post = made.variables["_synaptic_post"].get_value()
    slopes: np.ndarray = np.bincount(post, sums[1] - sums[0]) / step
    return slopes
