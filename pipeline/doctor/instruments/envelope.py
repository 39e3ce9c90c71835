"""Bounds that follow from the equations alone: reversal potentials for v, [0, 1] for gates; and currents of wrong sign.

A conductance current g (E - v) pulls v to E. So v stays between the lowest and the highest E while all currents are of
that form; a gate whose rate points inwards at 0 and at 1 stays between them. Out there, a value is nobody's biology.
"""

import re
from dataclasses import dataclass

import brian2 as b2
import numpy as np

from pipeline.doctor.instruments.dynamics import Dynamics, driving_force
from pipeline.doctor.instruments.frame import HIGHEST_V, LOWEST_V, MILLI, Frame, through

MARGIN_V = 0.015
ABSURD_V = 1.0
SHIFTED_V = -0.03
"""No ion of a neuron has its lowest reversal potential above."""
V_SCAN = np.linspace(-0.12, 0.06, 37)


@dataclass(frozen=True)
class Current:
    """A term g (v - E) of dv/dt."""

    term: str
    reversal: str
    reversal_v: float
    repels: bool
    """Its sign is wrong: it drives v away from E."""


def currents(dynamics: Dynamics) -> list[Current]:
    """Return the terms of dv/dt with a driving force, each with its reversal potential in V."""
    if dynamics.v is None:
        return []
    found = []
    base = _typical(dynamics)
    for term in dynamics.terms(dynamics.v):
        reversal = driving_force(term, dynamics.v)
        if reversal is None:
            continue
        try:
            at = float(np.mean(dynamics.evaluate(reversal, dict(base))))
        except (TypeError, ValueError, NameError):
            continue
        if not np.isfinite(at) or (dynamics.in_volts and abs(at) > ABSURD_V):
            continue
        below, above = (
            float(np.mean(dynamics.evaluate(term, {**base, dynamics.v: np.full(1, at + d * dynamics.frame.per_volt)})))
            for d in (-0.01, 0.01)
        )
        far_below, far_above = (
            float(np.mean(dynamics.evaluate(term, {**base, dynamics.v: np.full(1, at + d * dynamics.frame.per_volt)})))
            for d in (-0.03, 0.03)
        )
        found.append(
            Current(term, reversal, at, below < 0 < above and far_below < 0 < far_above and _alone(term, dynamics.v))
        )
    return found


def framed(dynamics: Dynamics) -> Frame:
    """Return how the potential is counted: one whose reversal potentials are shifted is counted from rest."""
    reversals = [c.reversal_v for c in currents(dynamics)]
    if not dynamics.in_volts or len({round(e, 4) for e in reversals}) < 2:
        return dynamics.frame
    low, high = min(reversals), max(reversals)
    if low > SHIFTED_V and high > -low:
        return through((LOWEST_V, low), (HIGHEST_V, high))
    return dynamics.frame


def runs_away(dynamics: Dynamics) -> bool:
    """Tell whether dv/dt points outwards 50 mV below the lowest and above the highest reversal potential."""
    reversals = [c.reversal_v for c in currents(dynamics)]
    if not reversals:
        return False
    slack = 0.05 * dynamics.frame.per_volt
    low, high = min(reversals) - slack, max(reversals) + slack
    name = dynamics.potential
    ends = [dynamics.rates({**_typical(dynamics), name: np.full(1, v)})[name][0] for v in (low, high)]
    return bool(ends[0] < 0 < ends[1])


def _alone(term: str, v: str) -> bool:
    """Tell whether v enters the term by one driving force alone: (v - vr)*(v - vc) is no conductance."""
    return len(re.findall(rf"\b{v} [-+]|- {v}\b", term)) == 1


def _typical(dynamics: Dynamics) -> dict[str, np.ndarray]:
    """Return one neuron's values with gates half open and everything else that is zero at a small positive number."""
    values = {name: np.where(x == 0, 1e-9, x) if name in dynamics.arrays and np.asarray(x).dtype.kind == "f" else x
              for name, x in dynamics.now([0]).items()}  # fmt: skip
    for name in dynamics.states:
        if name != dynamics.v:
            values[name] = np.full(1, 0.5 if dynamics.dimensionless(name) else 1e-9)
    return values


def bounds(dynamics: Dynamics, written: set[str], injected: bool) -> dict[str, tuple[float, float]]:
    """Return (low, high) in SI units by variable, for those that have bounds.

    `written`: variables that synapses, resets or operations change: no gates. `injected`: v is also set from outside.
    """
    found = {}
    if dynamics.v is not None:
        reversals = sorted({round(c.reversal_v, 5) for c in currents(dynamics)})
        frame = dynamics.frame
        if len(reversals) >= 2 and not injected and dynamics.in_volts:
            found[dynamics.v] = (reversals[0] - MARGIN_V, reversals[-1] + MARGIN_V)
        elif dynamics.anchored:
            found[dynamics.v] = (frame.model(-ABSURD_V), frame.model(ABSURD_V))
    for name in dynamics.states:
        if dynamics.dimensionless(name) and name not in written and is_gate(dynamics, name):
            found[name] = (-0.05, 1.05)
    return found


def is_gate(dynamics: Dynamics, name: str) -> bool:
    """Tell whether the equation keeps `name` within [0, 1] at every potential from -120 to 60 mV."""
    in_millivolts = dynamics.frame.per_volt == MILLI
    if (
        dynamics.v is None
        or not (dynamics.in_volts or in_millivolts)
        or not 0 <= np.nanmin(dynamics.now(range(len(dynamics.group)))[name], initial=0) <= 1
    ):
        return False
    neuron = dynamics.now(np.zeros(len(V_SCAN), int))
    neuron[dynamics.v] = dynamics.frame.model(V_SCAN + 1.234e-5)  # beside round numbers, where rates may be 0/0
    for other in dynamics.states:
        if other != dynamics.v:
            neuron[other] = np.full(len(V_SCAN), 0.5 if dynamics.dimensionless(other) else 0.0)
    at_0 = dynamics.rates({**neuron, name: np.zeros(len(V_SCAN))})[name]
    at_1 = dynamics.rates({**neuron, name: np.ones(len(V_SCAN))})[name]
    return bool(np.all(at_0 >= 0) and np.all(at_1 <= 0) and np.any(at_0 > 0) and np.any(at_1 < 0))


def neuron_kind(dynamics: Dynamics) -> str:
    """Return 'conductance' (spikes by currents, no reset of v), 'reset' (v is reset), or 'other'."""
    group = dynamics.group
    if dynamics.v is None:
        return "other"
    reset = " ".join(getattr(group, "event_codes", {}).values())
    if dynamics.v in reset.replace("=", " ").split():
        return "reset"
    distinct = {round(c.reversal_v, 4) for c in currents(dynamics)}
    spatial = isinstance(group, b2.SpatialNeuron)
    gates = [n for n in dynamics.states if dynamics.dimensionless(n) and is_gate(dynamics, n)]
    return "conductance" if len(distinct) >= 2 and (gates or spatial) else "other"
