"""A neuron of somebody else in the knobs of ours: its rate functions and conductances, fitted by those of the model.

Gates are known by their names (m, h, n, z, with or without _inf). What is compared does not depend on how an equation
is written: opening and closing rates over the range of v, and each current's conductance over the capacitance.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from pipeline.doctor.dynamics import Dynamics, Values
from pipeline.doctor.envelope import currents

V_MV = np.linspace(-90, 45, 136) + 0.5e-3
"""Potentials at which curves are compared: beside round numbers, where rates may be 0/0."""

FITS = 0.02
"""A rate function has the model's form where the fit is within that, r.m.s. of its logarithm."""

GATES = ("m", "h", "n", "z")
Knobs = dict[str, float]


@dataclass(frozen=True)
class Curve:
    """A gate over V_MV: where it goes, and how fast (None where it follows at once)."""

    steady: np.ndarray
    tau_ms: np.ndarray | None

    @property
    def half_mv(self) -> float:
        """Potential at which it is half open."""
        order = np.argsort(self.steady)
        return float(np.interp(0.5, self.steady[order], V_MV[order]))


@dataclass(frozen=True)
class Neuron:
    """What the equations of a group say, per membrane capacitance of the model."""

    curves: dict[str, Curve]
    knobs: Knobs
    """Knobs of the model, in their units, that give the same."""
    strange: tuple[str, ...]
    """What no knobs of the model give, in words."""


def neuron(about: Dynamics, capacitance_uf_cm2: float, kinetics: Knobs) -> Neuron:
    """Return a group's neuron; `kinetics` are the model's own, from which fits begin."""
    names = {gate: _named(about, gate) for gate in GATES}
    curves: dict[str, Curve] = {}
    knobs: Knobs = {}
    strange: list[str] = []
    for gate, name in names.items():
        if name is None:
            strange.append(f"it has no gate called {gate}")
            continue
        opening, closing = _rates(about, name)
        curves[gate] = Curve(opening / (opening + closing), 1 / (opening + closing) if name in about.states else None)
        if gate == "m" and curves[gate].tau_ms is not None:
            strange.append("m is not instantaneous")
        found = _FITTED[gate](opening, closing, kinetics)
        if found is None:
            strange.append(f"the rates of {gate} are not of the model's form")
        else:
            knobs |= found
    conductances, more = _conductances(about, {g: n for g, n in names.items() if n}, capacitance_uf_cm2)
    return Neuron(curves, knobs | conductances, (*strange, *more))


def _named(about: Dynamics, gate: str) -> str | None:
    wanted = {gate, f"{gate}_inf", f"{gate}inf", f"{gate}_infty", f"{gate}_infinity"}
    known = [name for name in about.expressions if name.lower() in wanted]
    return min(known, key=len, default=None)


def _at(about: Dynamics, v_mv: np.ndarray, fixed: dict[str, float]) -> Values:
    """Return the values of a neuron without synaptic input at potentials; `fixed`: gates, by name."""
    values = about.now(np.zeros(len(v_mv), int))
    for name in about.states:
        values[name] = np.zeros(len(v_mv))
    values[about.potential] = v_mv * 1e-3
    return values | {name: np.full(len(v_mv), value) for name, value in fixed.items()}


def _rates(about: Dynamics, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return opening and closing rates over V_MV in 1/ms; of an instantaneous gate, their ratio to the closing rate."""
    if name not in about.states:
        steady = np.broadcast_to(about.evaluate(about.expressions[name], _at(about, V_MV, {})), V_MV.shape)
        return steady / (1 - steady), np.ones(len(V_MV))
    shut, opened = (about.rates(_at(about, V_MV, {name: x}))[name] for x in (0.0, 1.0))
    return shut * 1e-3, -opened * 1e-3


def linoid(x: np.ndarray) -> np.ndarray:
    """Return x/(1 - exp(-x))."""
    found: np.ndarray = x / -np.expm1(-x)
    return found


def _fit(log_rate: np.ndarray, form: Callable[[np.ndarray], np.ndarray], start: list[float]) -> list[float] | None:
    """Return the parameters of `form` closest to a logarithm over V_MV, None where none is near."""
    known = np.isfinite(log_rate)
    if known.sum() < len(V_MV) / 2:
        return None
    scale = np.maximum(np.abs(start), 1e-3)

    def residuals(x: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            off: np.ndarray = np.nan_to_num(form(x * scale)[known] - log_rate[known], nan=1e3, posinf=1e3, neginf=-1e3)
        return off

    found = least_squares(residuals, np.array(start) / scale, x_scale=0.1, max_nfev=400)
    return (found.x * scale).tolist() if math.sqrt(np.mean(found.fun**2)) < FITS else None


def _exponential(log_rate: np.ndarray, a: float, v: float, k: float) -> tuple[float, float] | None:
    """Return (a, k) of a exp(-(V - v)/k)."""
    found = _fit(log_rate, lambda p: p[0] - (V_MV - v) / p[1], [math.log(a) or 1e-3, k])
    return None if found is None else (math.exp(found[0]), found[1])


def _fitted_m(opening: np.ndarray, closing: np.ndarray, own: Knobs) -> Knobs | None:
    with np.errstate(all="ignore"):
        ratio = np.log(opening / closing)
    a, v, k, beta = own["a_alpha_m"], own["V_alpha_m"], own["k_alpha_m"], own["k_beta_m"]
    found = _fit(
        ratio,
        lambda p: (
            p[0] + np.log(p[2] * linoid((V_MV - p[1]) / p[2]) / own["a_beta_m"]) + (V_MV - own["V_beta_m"]) / p[3]
        ),
        [math.log(a), v, k, beta],
    )
    if found is None:
        return None
    return {"a_alpha_m": math.exp(found[0]), "V_alpha_m": found[1], "k_alpha_m": found[2], "k_beta_m": found[3]}


def _fitted_h(opening: np.ndarray, closing: np.ndarray, own: Knobs) -> Knobs | None:
    with np.errstate(all="ignore"):
        up, down = np.log(opening / own["phi"]), np.log(closing / own["phi"])
    alpha = _exponential(up, own["a_alpha_h"], own["V_alpha_h"], own["k_alpha_h"])
    beta = _fit(
        down,
        lambda p: p[0] - np.logaddexp(0, -(V_MV - p[1]) / p[2]),
        [math.log(own["a_beta_h"]), own["V_beta_h"], own["k_beta_h"]],
    )
    if alpha is None or beta is None:
        return None
    return {
        "a_alpha_h": alpha[0], "k_alpha_h": alpha[1],
        "a_beta_h": math.exp(beta[0]), "V_beta_h": beta[1], "k_beta_h": beta[2],
    }  # fmt: skip


def _fitted_n(opening: np.ndarray, closing: np.ndarray, own: Knobs) -> Knobs | None:
    with np.errstate(all="ignore"):
        up, down = np.log(opening / own["phi"]), np.log(closing / own["phi"])
    alpha = _fit(
        up,
        lambda p: p[0] + np.log(p[2] * linoid((V_MV - p[1]) / p[2])),
        [math.log(own["a_alpha_n"]), own["V_alpha_n"], own["k_alpha_n"]],
    )
    beta = _exponential(down, own["a_beta_n"], own["V_beta_n"], own["k_beta_n"])
    if alpha is None or beta is None:
        return None
    return {
        "a_alpha_n": math.exp(alpha[0]), "V_alpha_n": alpha[1], "k_alpha_n": alpha[2],
        "a_beta_n": beta[0], "k_beta_n": beta[1],
    }  # fmt: skip


def _fitted_z(opening: np.ndarray, closing: np.ndarray, own: Knobs) -> Knobs | None:
    tau = 1 / (opening + closing)
    steady = np.clip(opening * tau, 1e-9, 1 - 1e-9)
    inside = np.where((steady > 1e-6) & (steady < 1 - 1e-6), np.log(steady / (1 - steady)), np.nan)
    known = np.isfinite(inside)
    if known.sum() < 3 or np.ptp(tau) > FITS * tau.mean():
        return None
    slope, start = np.polyfit(V_MV[known], inside[known], 1)
    if np.abs(np.polyval([slope, start], V_MV[known]) - inside[known]).max() > 0.1:
        return None
    return {"V_z": float(-start / slope), "s_z": float(slope), "tau_z": float(tau.mean())}


_FITTED = {"m": _fitted_m, "h": _fitted_h, "n": _fitted_n, "z": _fitted_z}
POWERS = {"m": 3, "h": 1, "n": 4, "z": 1}
_CURRENTS = {"": ("gL", "VL"), "mh": ("gNa", "VNa"), "n": ("gK", "VK"), "z": ("gKz", "VK")}
"""Knobs of a conductance and of its reversal potential, by the gates on which it depends."""


def _conductances(about: Dynamics, names: dict[str, str], capacitance_uf_cm2: float) -> tuple[Knobs, list[str]]:
    """Return maximal conductances (mS/cm2), reversals (mV) and constant current (uA/cm2), and what is strange.

    A conductance over the capacitance is in 1/ms, which is mS/cm2 over uF/cm2: so areas do not matter.
    """
    v_mv = np.array([-65.2, -50.2])
    whole = dict.fromkeys(names.values(), 1.0)

    def size(term: str, reversal_v: float, gates: dict[str, float]) -> float:
        at = _at(about, v_mv, whole | gates)
        found = -about.evaluate(term, dict(at)) / (at[about.potential] - reversal_v)
        return float(np.broadcast_to(found, v_mv.shape)[0]) * 1e-3

    knobs: Knobs = {"gL": 0.0, "gNa": 0.0, "gK": 0.0, "gKz": 0.0}
    strange = []
    left = about.rates(_at(about, v_mv, whole))[about.potential].astype(float)
    for current in currents(about):
        g = size(current.term, current.reversal_v, {})
        if g == 0 or not math.isfinite(g):
            continue
        left = left - about.evaluate(current.term, dict(_at(about, v_mv, whole)))
        powers = {gate: math.log2(g / max(size(current.term, current.reversal_v, {name: 0.5}), 1e-300) or 1)
                  for gate, name in names.items()}  # fmt: skip
        here = {gate: power for gate, power in powers.items() if power > 0.01}
        place = _CURRENTS.get("".join(here))
        if place is None:
            strange.append(f"the current {current.term} is none of the model's")
            continue
        strange += [
            f"{gate} enters the current to {current.reversal} with the power {power:.3g} instead of {POWERS[gate]}"
            for gate, power in here.items()
            if abs(power - POWERS[gate]) > 0.01
        ]
        conductance, reversal = place
        knobs[conductance] += g * capacitance_uf_cm2
        knobs[reversal] = current.reversal_v * 1e3
    if abs(left[0] - left[1]) > 1e-3 * max(np.abs(left).max(), 1.0):
        strange.append("it has a current beside those of the model")
    else:
        knobs["I_ext"] = float(left.mean()) * capacitance_uf_cm2
    return knobs, strange
