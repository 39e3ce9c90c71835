"""A neuron alone: where it rests, whether it fires by itself, what its spike looks like."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from pipeline.doctor.instruments.dynamics import Dynamics, Values
from pipeline.doctor.instruments.frame import RESET_V
from pipeline.doctor.instruments.watch import AP_V

SETTLE_S = 0.3
ESCAPE_V_PER_S = 1e4
"""No membrane is faster; beyond, an exponential of v takes it to infinity, in ever smaller steps."""
KICKS_V = (0.015, 0.02, 0.03, 0.045)
"""By how much v is displaced from rest to make a free neuron fire."""


@dataclass
class Rest:
    """The end of a run of one neuron without synaptic input."""

    v: float
    state: dict[str, float]
    rate_hz: float
    """Of its own action potentials (upward crossings of -20 mV), or of its threshold where v is reset."""
    settled: bool
    why_not: str | None = None


def at_rest(dynamics: Dynamics, synaptic: set[str]) -> Rest:
    """Return where a neuron rests: from where the script put it or, where it escapes from there, from nominal rest."""
    found = _settled(dynamics, synaptic, None)
    if found.why_not is None:
        return found
    other = _settled(dynamics, synaptic, dynamics.frame.model(RESET_V))
    return other if other.why_not is None else found


def _settled(dynamics: Dynamics, synaptic: set[str], start_v: float | None) -> Rest:
    """Integrate one neuron from its initial state, synaptic variables at 0, with LSODA for 300 ms.

    v stays where the script put it, though a reset or a synapse may set it: 0 V is beyond where an exponential
    integrate-and-fire neuron escapes.
    """
    base = dynamics.now([0])
    for name in (synaptic - {dynamics.v}) & set(base):
        base[name] = np.zeros(1)
    if start_v is not None:
        base[dynamics.potential] = np.full(1, start_v)
    start = np.array([np.nan_to_num(base[n][0]) for n in dynamics.states])
    now = start.copy()

    def rates(t: float, y: np.ndarray) -> np.ndarray:
        values: Values = {**base, **{n: y[k : k + 1] for k, n in enumerate(dynamics.states)}}
        found = dynamics.rates(values)
        return np.array([found[n][0] for n in dynamics.states])

    scale = np.array([1e-9 if not dynamics.dimensionless(n) else 1e-6 for n in dynamics.states])
    scale[dynamics.states.index(dynamics.v)] = 1e-6 * abs(dynamics.frame.per_volt)
    k = dynamics.states.index(dynamics.v)
    frame = dynamics.frame
    fastest = ESCAPE_V_PER_S * abs(frame.per_volt)

    def escapes(t: float, y: np.ndarray) -> float:
        return float(fastest - abs(rates(t, y)[k]))

    escapes.terminal = True  # type: ignore[attr-defined]
    how: Any = {"rtol": 1e-6, "atol": scale, "max_step": 1e-3, "first_step": 1e-7}
    try:
        with np.errstate(all="ignore"):
            solved = solve_ivp(rates, (0, SETTLE_S), start, method="LSODA", events=escapes, **how)
    except ValueError:
        return Rest(float(start[k]), {}, 0.0, False, "it diverges")
    v = solved.y[k]
    if solved.status != 0 or not np.isfinite(v).all() or np.abs(frame.nominal(v)).max() > 10:
        return Rest(float(start[k]), dict(zip(dynamics.states, start, strict=True)), 0.0, False, "it diverges")
    late = solved.t > SETTLE_S / 3
    above = frame.nominal(v) > AP_V
    crossings = int((above[1:] & ~above[:-1] & late[1:]).sum())
    settled = bool(np.ptp(v[solved.t > 0.9 * SETTLE_S]) < 1e-3 * abs(frame.per_volt))
    now = solved.y[:, -1]
    calm = float(v[-1]) if settled else float(np.median(v[late]))
    return Rest(calm, dict(zip(dynamics.states, map(float, now), strict=True)), crossings / (SETTLE_S * 2 / 3), settled)


def kicked(dynamics: Dynamics, rest: Rest) -> Values:
    """Return states of a free neuron at rest whose v is displaced by each of KICKS_V."""
    values = dynamics.now(np.zeros(len(KICKS_V), int))
    for name in dynamics.states:
        values[name] = np.full(len(KICKS_V), rest.state.get(name, 0.0))
    values[dynamics.potential] = rest.v + dynamics.frame.per_volt * np.array(KICKS_V)
    return values
