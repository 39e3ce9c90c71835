"""The integrator on the spike: eigenvalues of the equations against each method's stability region, and a trial.

A step of Euler's or Runge-Kutta's method multiplies a mode with eigenvalue l by R(l dt); a mode that decays must not
grow, |R| <= 1 (Hairer & Wanner, Solving Ordinary Differential Equations II, IV.2).
"""

from dataclasses import dataclass

import numpy as np

from pipeline.doctor.instruments.dynamics import Dynamics, Values

POLYNOMIALS = {
    "euler": (1, 1),
    "milstein": (1, 1),
    "rk2": (1, 1, 1 / 2),
    "heun": (1, 1, 1 / 2),
    "rk4": (1, 1, 1 / 2, 1 / 6, 1 / 24),
}
"""Coefficients of R(z) by method."""
STEPS_S = np.geomspace(1e-6, 2e-3, 150)
EXPONENTIAL = "exponential_euler"


def growth(method: str, z: np.ndarray) -> np.ndarray:
    """Return |R(z)| of a method of POLYNOMIALS at complex z."""
    found: np.ndarray = np.abs(np.polynomial.polynomial.polyval(z, POLYNOMIALS[method]))
    return found


def safe_dt(method: str, eigenvalues: np.ndarray) -> float:
    """Return the largest step (s) of STEPS_S up to which all decaying modes decay; eigenvalues in 1/s."""
    decaying = eigenvalues[eigenvalues.real < 0]
    if not len(decaying):
        return float(STEPS_S[-1])
    stable = (growth(method, decaying[:, None] * STEPS_S) <= 1 + 1e-9).all(axis=0)
    first = int(np.argmin(stable)) if not stable.all() else len(STEPS_S)
    return float(STEPS_S[max(first - 1, 0)])


@dataclass
class Stability:
    """What the linearised equations of one group along a spike allow."""

    group: str
    method: str
    dt_s: float
    eigenvalues: np.ndarray
    """1/s, along finely resolved spikes."""
    safe_s: dict[str, float]
    """Largest safe step of each method."""
    worst_v: float
    worst_variable: str
    failed: "Failure | None"
    """A trial with the user's method and step."""
    better: dict[str, bool]
    """Whether the same trial succeeds: 'method dt' -> yes or no."""
    t_s: np.ndarray
    v_fine: np.ndarray
    v_user: np.ndarray


@dataclass
class Failure:
    """A step that left the bounds while the solution itself stays within."""

    t_s: float
    variable: str
    value: float


def linear_limits(dynamics: Dynamics, path: Values) -> tuple[np.ndarray, dict[str, float], int, str]:
    """Return eigenvalues along states `path`, the safe step of each method, and where the fastest mode is."""
    jacobian = dynamics.jacobian(path)
    good = np.isfinite(jacobian).all(axis=(1, 2))
    eigenvalues, vectors = np.linalg.eig(jacobian[good])
    fastest = np.unravel_index(np.argmin(eigenvalues.real), eigenvalues.shape)
    vector = np.abs(vectors[fastest[0], :, fastest[1]]) / _sizes(dynamics)
    at = int(np.nonzero(good)[0][fastest[0]])
    flat = eigenvalues.ravel()
    return flat, {m: safe_dt(m, flat) for m in POLYNOMIALS}, at, dynamics.states[int(np.argmax(vector))]


def _sizes(dynamics: Dynamics) -> np.ndarray:
    return np.array([1.0 if dynamics.dimensionless(n) else dynamics.scale(n) for n in dynamics.states])


def step(dynamics: Dynamics, values: Values, dt_s: float, method: str) -> Values:
    """Return the state after one step of a method, as Brian2 takes it; values of all neurons at once."""
    frozen = dynamics.frozen(values)

    def rates(state: Values) -> Values:
        return dynamics.rates({**values, **state}, frozen)

    now = {name: values[name] for name in dynamics.states}
    if method in ("euler", "milstein"):
        return _moved(now, rates(now), dt_s)
    if method in ("rk2", "heun"):
        middle = _moved(now, rates(now), dt_s / 2)
        return _moved(now, rates(middle), dt_s)
    if method == "rk4":
        a = rates(now)
        b = rates(_moved(now, a, dt_s / 2))
        c = rates(_moved(now, b, dt_s / 2))
        d = rates(_moved(now, c, dt_s))
        return {n: now[n] + dt_s / 6 * (a[n] + 2 * b[n] + 2 * c[n] + d[n]) for n in now}
    assert method == EXPONENTIAL
    return _exponential_step(dynamics, values, now, frozen, dt_s)


def _moved(state: Values, rates: Values, dt_s: float) -> Values:
    return {name: state[name] + dt_s * rates[name] for name in state}


def _exponential_step(dynamics: Dynamics, values: Values, now: Values, frozen: Values, dt_s: float) -> Values:
    """Each variable relaxes by its own linear equation, A + B y, with all others fixed."""
    rates = dynamics.rates({**values, **now}, frozen)
    after = {}
    for name in dynamics.states:
        size = 1.0 if dynamics.dimensionless(name) else dynamics.scale(name)
        shifted = dynamics.rates({**values, **now, name: now[name] + size}, frozen)[name]
        slope = (shifted - rates[name]) / size
        with np.errstate(all="ignore"):
            relaxed = np.where(np.abs(slope * dt_s) < 1e-9, dt_s, np.expm1(slope * dt_s) / slope)
        after[name] = now[name] + rates[name] * relaxed
    return after


def trial(
    dynamics: Dynamics,
    start: Values,
    dt_s: float,
    method: str,
    duration_s: float,
    bounds: dict[str, tuple[float, float]],
) -> tuple[Failure | None, np.ndarray, np.ndarray]:
    """Integrate free neurons from `start`; return the first value 60 mV (or 0.5 of a gate) out of `bounds`, t and v."""
    values = dict(start)
    times, potentials = [0.0], [values[dynamics.potential]]
    for k in range(1, int(np.ceil(duration_s / dt_s)) + 1):
        with np.errstate(all="ignore"):
            values = {**values, **step(dynamics, values, dt_s, method)}
        times.append(k * dt_s)
        potentials.append(values[dynamics.potential])
        for name in dynamics.states:
            low, high = bounds.get(name, (-np.inf, np.inf))
            slack = 0.06 * dynamics.frame.per_volt if name == dynamics.v else 0.5
            with np.errstate(all="ignore"):
                bad = ~np.isfinite(values[name]) | (values[name] < low - slack) | (values[name] > high + slack)
            if bad.any():
                failure = Failure(k * dt_s, name, float(values[name][bad][0]))
                return failure, np.array(times), np.array(potentials)
    return None, np.array(times), np.array(potentials)


def fine_path(dynamics: Dynamics, start: Values, duration_s: float, dt_s: float) -> tuple[np.ndarray, list[Values]]:
    """Return times and states of free neurons from `start`, by rk4 at a step of a tenth of `dt_s`, 1 to 5 us."""
    fine = min(max(dt_s / 10, 1e-6), 5e-6)
    count = int(duration_s / fine)
    values, times, path = dict(start), [], []
    for k in range(count):
        if k % 4 == 0:
            times.append(k * fine)
            path.append({name: values[name] for name in dynamics.states})
        values = {**values, **step_fine(dynamics, values, fine)}
    return np.array(times), path


def step_fine(dynamics: Dynamics, values: Values, dt_s: float) -> Values:
    """Return the state after one step of rk4 with nothing frozen: the true equations."""

    def rates(state: Values) -> Values:
        return dynamics.rates({**values, **state})

    now = {name: values[name] for name in dynamics.states}
    a = rates(now)
    b = rates(_moved(now, a, dt_s / 2))
    c = rates(_moved(now, b, dt_s / 2))
    d = rates(_moved(now, c, dt_s))
    return {n: now[n] + dt_s / 6 * (a[n] + 2 * b[n] + 2 * c[n] + d[n]) for n in now}
