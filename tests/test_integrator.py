"""The scheme against SciPy on single neurons: order, spike times, bounds, exact decay, and what it refuses.

The abstract code that Brian2 would compile is executed here as Python, so nothing is compiled.
"""

import itertools

import numpy as np
import pytest
from brian2 import Equations
from brian2.stateupdaters.base import UnsupportedEquationsException
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from pipeline import equations
from pipeline.integrator import StaggeredMidpoint

STATES = ("v", "h", "n", "z", "g_AMPA", "g_GABA")
METHOD = StaggeredMidpoint()
CODE = METHOD(Equations(equations.NEURON), {"v_half": None})
STEP = compile(CODE, "step", "exec")


def linoid(x):
    return x / (1 - np.exp(-x)) if abs(x) > 1e-9 else 1 + x / 2


@pytest.fixture(scope="module")
def excitatory(model):
    """Constants of an E neuron in SI, with a current that makes it fire."""
    constants = {}
    for knob in model.knobs.values():
        for target in knob.sets:
            group, _, variable = target.partition(".")
            if group == "E":
                constants[variable] = knob.value * knob.si
    return constants | {"I_ext": 0.02}


def _gates(v, constants):
    """Evaluate the rates of the paper, written a second time."""
    c = constants
    a_h = c["a_alpha_h"] * np.exp(-(v - c["V_alpha_h"]) / c["k_alpha_h"])
    b_h = c["a_beta_h"] / (1 + np.exp(-(v - c["V_beta_h"]) / c["k_beta_h"]))
    a_n = c["a_alpha_n"] * c["k_alpha_n"] * linoid((v - c["V_alpha_n"]) / c["k_alpha_n"])
    b_n = c["a_beta_n"] * np.exp(-(v - c["V_beta_n"]) / c["k_beta_n"])
    a_m = c["a_alpha_m"] * c["k_alpha_m"] * linoid((v - c["V_alpha_m"]) / c["k_alpha_m"])
    b_m = c["a_beta_m"] * np.exp(-(v - c["V_beta_m"]) / c["k_beta_m"])
    return a_m / (a_m + b_m), (a_h, b_h), (a_n, b_n), 1 / (1 + np.exp(-c["s_z"] * (v - c["V_z"])))


def _derivative(_, state, c):
    v, h, n, z, g_ampa, g_gaba = state
    m, (a_h, b_h), (a_n, b_n), z_inf = _gates(v, c)
    ionic = (
        c["gL"] * (v - c["VL"])
        + c["gNa"] * m**3 * h * (v - c["VNa"])
        + (c["gK"] * n**4 + c["gKz"] * z) * (v - c["VK"])
        + g_ampa * (v - c["V_AMPA"])
        + g_gaba * (v - c["V_GABA"])
    )
    return [
        (c["I_ext"] - ionic) / c["C"],
        c["phi"] * (a_h * (1 - h) - b_h * h),
        c["phi"] * (a_n * (1 - n) - b_n * n),
        (z_inf - z) / c["tau_z"],
        -g_ampa / c["tau_AMPA"],
        -g_gaba / c["tau_GABA"],
    ]


def _rest(c):
    v = -0.065
    _, (a_h, b_h), (a_n, b_n), z = _gates(v, c)
    return [v, a_h / (a_h + b_h), a_n / (a_n + b_n), z, 0.5, 0.2]


def _equilibrium(c):
    """Return the resting state of a neuron without synaptic input."""

    def state(v):
        _, (a_h, b_h), (a_n, b_n), z = _gates(v, c)
        return [v, a_h / (a_h + b_h), a_n / (a_n + b_n), z, 0.0, 0.0]

    v = brentq(lambda v: _derivative(0, state(v), c)[0], -0.075, -0.060, xtol=1e-17, rtol=1e-15)
    return state(v)


def _space(state, c, dt_ms):
    """Return the names that the code of a step works on."""
    return dict(zip(STATES, state, strict=True)) | c | {"dt": dt_ms / 1000, "exponential": np.exp, "linoid": linoid}


def _run(c, dt_ms, stop_ms):
    """Step from rest; return spike times in ms, each at the crossing of -20 mV between two steps, and all v in mV."""
    space = _space(_rest(c), c, dt_ms)
    v = [space["v"] * 1000]
    for _ in range(round(stop_ms / dt_ms)):
        exec(STEP, space)
        v.append(space["v"] * 1000)
    v = np.array(v)
    up = np.flatnonzero((v[:-1] < -20) & (v[1:] >= -20))
    return (up + (-20 - v[up]) / (v[up + 1] - v[up])) * dt_ms, v


@pytest.fixture(scope="module")
def exact(excitatory):
    crossing = lambda t, state, c: state[0] + 0.02  # noqa: E731
    crossing.direction = 1
    solution = solve_ivp(
        _derivative, (0, 0.15), _rest(excitatory), "LSODA", events=crossing, args=(excitatory,), rtol=1e-10, atol=1e-12
    )
    return 1000 * solution.t_events[0]


def test_spikes_are_where_scipy_puts_them(excitatory, exact, model):
    """The first spike within 0.02 ms; later ones drift by less than 1 % of an interval."""
    spikes, _ = _run(excitatory, model.dt_ms, 150)
    assert len(exact) > 5
    assert len(spikes) == len(exact)
    assert abs(spikes[0] - exact[0]) < 0.02
    intervals, exact_intervals = np.diff(spikes), np.diff(exact)
    assert np.abs(intervals / exact_intervals - 1).max() < 0.01


def test_spike_times_converge_with_second_order(excitatory, exact):
    errors = [abs(_run(excitatory, dt_ms, 25)[0][1] - exact[1]) for dt_ms in (0.0025, 0.00125, 0.000625)]
    assert all(3 < coarse / fine < 5.5 for coarse, fine in itertools.pairwise(errors)), errors


def test_a_smooth_input_is_followed_with_second_order(excitatory):
    """The slope of the error in v against dt is 2, within 0.2, for a current that never makes the neuron fire."""

    def current(t_ms):
        return 0.007 * np.sin(np.pi * t_ms / 20) ** 2

    def derivative(t_s, state):
        return _derivative(t_s, state, excitatory | {"I_ext": current(1000 * t_s)})

    start = _equilibrium(excitatory | {"I_ext": 0})
    fine = solve_ivp(derivative, (0, 0.012), start, "LSODA", rtol=1e-11, atol=1e-13).y[0, -1]
    steps = np.array([0.1, 0.05, 0.025, 0.0125])
    errors = []
    for dt_ms in steps:
        space = _space(start, excitatory, dt_ms)
        for k in range(round(12 / dt_ms)):
            space["I_ext"] = current((k + 0.5) * dt_ms)
            exec(STEP, space)
        errors.append(abs(space["v"] - fine))
    slope = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert slope == pytest.approx(2, abs=0.2), errors


def test_an_equilibrium_is_kept_to_machine_precision(excitatory):
    resting = excitatory | {"I_ext": 0}
    start = _equilibrium(resting)
    space = _space(start, resting, 0.0625)
    for _ in range(1000):
        exec(STEP, space)
    assert [space[name] for name in STATES] == pytest.approx(start, rel=1e-12, abs=1e-15)


def test_no_step_and_no_conductance_drives_it_out_of_bounds(excitatory):
    """Exponential Euler with fixed m and explicit schemes leave this range or end in NaN."""
    wild = excitatory | {"I_ext": 0}
    for dt_ms in (0.05, 0.5, 5):
        _, v = _run(wild, dt_ms, 100 * dt_ms)
        assert np.all((v > -91) & (v < 56)), (dt_ms, v.min(), v.max())


def test_conductances_decay_exactly(excitatory):
    space = _space(_rest(excitatory), excitatory, 0.7) | {"g_AMPA": 2.0, "g_GABA": 3.0}
    exec(STEP, space)
    assert space["g_AMPA"] == pytest.approx(2 * np.exp(-0.7 / 2), rel=1e-12)
    assert space["g_GABA"] == pytest.approx(3 * np.exp(-0.7 / 3), rel=1e-12)


def test_v_half_is_half_a_step_back(excitatory):
    space = _space(_rest(excitatory), excitatory, 0.05)
    exec(STEP, space)
    assert space["v_half"] == pytest.approx((space["v"] - 0.065) / 2, rel=1e-9)


@pytest.mark.parametrize(
    ("system", "words"),
    [
        ("dv/dt = (-v*v - a - b)/ms : 1\nda/dt = -a/ms : 1\ndb/dt = -b/ms : 1", "not linear"),
        ("dv/dt = -v/ms : 1\nda/dt = -a/ms : 1", "one membrane potential"),
        ("dv/dt = (a + b - v)/ms : 1\nda/dt = (b - a)/ms : 1\ndb/dt = -b/ms : 1", "cannot relax a"),
        ("dv/dt = (a + b - v)/ms + xi*ms**-0.5 : 1\nda/dt = -a/ms : 1\ndb/dt = -b/ms : 1", "stochastic"),
    ],
)
def test_equations_of_another_form_are_refused(system, words):
    with pytest.raises(UnsupportedEquationsException, match=words):
        METHOD(Equations(system), {})
