"""The scheme against SciPy on single neurons: order, spike times, bounds, exact decay, and what it refuses.

The abstract code that Brian2 would compile is executed here as Python, so nothing is compiled.
"""

import itertools

import numpy as np
import pytest
from brian2 import Equations
from brian2.stateupdaters.base import UnsupportedEquationsException
from neuron import STATES, constants, derivative, equations, gates, linoid, rest, spike_times_ms
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from pipeline.library.integrator import SLOPE, SLOPE_BEFORE, StaggeredMidpoint, gates_back, substep, undecayed
from pipeline.library.integrator import gates as integrated_gates
from pipeline.library.spiking import SUBSTEPS

METHOD = StaggeredMidpoint()
NEURON = Equations(equations())
STEP = compile(METHOD(NEURON, {}), "step", "exec")
KEPT = dict.fromkeys((SLOPE, SLOPE_BEFORE, "g_AMPA_late", "g_GABA_late"))
"""What spiking_neurons have beside: with it a step evaluates m once, and what arrives within it is known."""
QUICK = compile(METHOD(NEURON, KEPT), "quick", "exec")
PART = compile(substep(NEURON, KEPT, SUBSTEPS), "part", "exec")
BEHIND = compile(gates_back(NEURON, KEPT, SUBSTEPS), "behind", "exec")
UNDECAYED = compile(undecayed(NEURON, KEPT), "undecayed", "exec")
FOOT = 0.035
"""By how much the foot of a spike is below its threshold, in V, as in network.py."""


@pytest.fixture(scope="module")
def excitatory(model):
    """Constants of an E neuron in SI, with a current that makes it fire."""
    return constants(model, "E") | {"I_ext": 0.02}


def _equilibrium(c):
    """Return the resting state of a neuron without synaptic input."""

    def state(v):
        _, (a_h, b_h), (a_n, b_n), z = gates(v, c)
        return [v, a_h / (a_h + b_h), a_n / (a_n + b_n), z, 0.0, 0.0]

    v = brentq(lambda v: derivative(0, state(v), c)[0], -0.075, -0.060, xtol=1e-17, rtol=1e-15)
    return state(v)


def _space(state, c, dt_ms):
    """Return the names that the code of a step works on."""
    space = dict(zip(STATES, state, strict=True)) | c | dict.fromkeys(KEPT, 0.0)
    return space | {"dt": dt_ms / 1000, "exponential": np.exp, "linoid": linoid}


def _crossings(v, dt_ms):
    """Return when v, one value a step, passes -20 mV upwards, in ms."""
    up = np.flatnonzero((v[:-1] < -20) & (v[1:] >= -20))
    return (up + (-20 - v[up]) / (v[up + 1] - v[up])) * dt_ms


def _run(c, dt_ms, stop_ms):
    """Step from rest; return spike times in ms and all v in mV."""
    space = _space(rest(c), c, dt_ms)
    v = [space["v"] * 1000]
    for _ in range(round(stop_ms / dt_ms)):
        exec(STEP, space)
        v.append(space["v"] * 1000)
    return _crossings(np.array(v), dt_ms), np.array(v)


def _run_with_substeps(c, dt_ms, stop_ms):
    """Step from rest, in a spike by substeps, as substeps.cpp does; return spike times in ms."""
    space = _space(rest(c), c, dt_ms)
    v, fine = [space["v"] * 1000], None
    for _ in range(round(stop_ms / dt_ms)):
        begin = {name: space[name] for name in (*STATES, SLOPE)}
        exec(QUICK, space)
        if begin["v"] <= c["V_spike"] - FOOT:
            fine = None
            v.extend(1000 * np.linspace(begin["v"], space["v"], SUBSTEPS + 1)[1:])
            continue
        part = space | begin | {"gate_step": dt_ms / 1000 * (1 + 1 / SUBSTEPS) / 2} | (fine or {})
        for _ in range(SUBSTEPS):
            exec(PART, part)
            v.append(part["v"] * 1000)
        fine = {name: part[name] for name in ("h", "n", "z", "gate_step")}
        exec(BEHIND, part)
        space |= {name: part[name] for name in ("v", "h", "n", "z", SLOPE)}
    return _crossings(np.array(v), dt_ms / SUBSTEPS)


def test_spikes_are_where_scipy_puts_them(excitatory, model):
    """All within 0.3 ms in 100 ms of a constant current, from rheobase to 100 spikes/s; far less at half the step."""
    for dt_ms, most_ms in ((model.dt_ms, 0.3), (model.dt_ms / 2, 0.04), (model.dt_ms / 4, 0.01)):
        for current in (0.005, 0.01, 0.02, 0.05):
            c = excitatory | {"I_ext": current}
            spikes, exact = _run_with_substeps(c, dt_ms, 100), spike_times_ms(c, rest(c), 0.1)
            assert len(spikes) == len(exact) > 1
            assert np.abs(spikes - exact).max() < most_ms, (dt_ms, current)


ADDED = """
dw/dt = (w_inf - w)/tau_w : 1
w_inf = 1/(1 + exp(-(v - V_w)/k_w)) : 1
dx/dt = (1 - x)/tau_x : 1
"""
"""A gate w of an adaptation current, fast enough to open within a spike, and a state x that no potential moves."""

GROWN = Equations(equations().replace("- gKz*z*(v - VK)", "- gKz*z*(v - VK) - gw*w*(v - VK) - Ix*x") + ADDED)


def _added(_, state, c):
    """Return the derivative of the neuron with ADDED; the states of neuron.py first, then w and x."""
    *known, w, x = state
    first = derivative(_, known, c)
    first[0] -= (c["gw"] * w * (state[0] - c["VK"]) + c["Ix"] * x) / c["C"]
    return [*first, (1 / (1 + np.exp(-(state[0] - c["V_w"]) / c["k_w"])) - w) / c["tau_w"], (1 - x) / c["tau_x"]]


def test_a_gate_and_a_state_that_are_added_are_integrated_as_scipy_has_them(excitatory):
    """In substeps, too: w left behind in them would be that of another neuron, which the first spikes tell."""
    dt_ms = 0.1
    c = excitatory | {"I_ext": 0.04, "gw": 150.0, "V_w": -0.02, "k_w": 0.005, "tau_w": 0.002, "Ix": 0.02, "tau_x": 0.03}
    names = (*STATES, "w", "x")
    assert sorted(integrated_gates(GROWN, {})) == ["h", "n", "w", "z"]
    step, part, behind = (
        compile(code, "code", "exec")
        for code in (METHOD(GROWN, KEPT), substep(GROWN, KEPT, SUBSTEPS), gates_back(GROWN, KEPT, SUBSTEPS))
    )
    space = dict(zip(names, [*rest(c), 0.0, 0.0], strict=True)) | c
    space |= {"dt": dt_ms / 1000, "exponential": np.exp, "linoid": linoid} | dict.fromkeys(KEPT, 0.0)
    v, fine, carried = [space["v"] * 1000], None, integrated_gates(GROWN, {})
    for _ in range(round(150 / dt_ms)):
        begin = {name: space[name] for name in (*names, SLOPE)}
        exec(step, space)
        if begin["v"] <= c["V_spike"] - FOOT:
            fine = None
            v.extend(1000 * np.linspace(begin["v"], space["v"], SUBSTEPS + 1)[1:])
            continue
        lane = space | begin | {"gate_step": dt_ms / 1000 * (1 + 1 / SUBSTEPS) / 2} | (fine or {})
        for _ in range(SUBSTEPS):
            exec(part, lane)
            v.append(lane["v"] * 1000)
        fine = {name: lane[name] for name in (*carried, "gate_step")}
        exec(behind, lane)
        space |= {name: lane[name] for name in ("v", SLOPE, *carried)}
    crossing = lambda t, state, c: state[0] + 0.02  # noqa: E731
    crossing.direction = 1
    start, accurate = [*rest(c), 0.0, 0.0], {"events": crossing, "rtol": 1e-10, "atol": 1e-12}
    exact = solve_ivp(_added, (0, 0.15), start, "LSODA", args=(c,), **accurate)
    without = solve_ivp(_added, (0, 0.15), start, "LSODA", args=(c | {"gw": 0.0},), **accurate)
    spikes = _crossings(np.array(v), dt_ms / SUBSTEPS)
    assert len(spikes) == len(exact.t_events[0]) > 5
    assert np.abs(spikes - 1000 * exact.t_events[0]).max() < 0.05
    assert np.abs(without.t_events[0][:5] - exact.t_events[0][:5]).max() > 0.003  # the gate matters
    assert space["x"] == pytest.approx(exact.y[-1, -1], rel=1e-6)


def test_spike_times_converge_with_second_order(excitatory):
    exact = spike_times_ms(excitatory, rest(excitatory), 0.025)
    errors = [abs(_run(excitatory, dt_ms, 25)[0][1] - exact[1]) for dt_ms in (0.0025, 0.00125, 0.000625)]
    assert all(3 < coarse / fine < 5.5 for coarse, fine in itertools.pairwise(errors)), errors


def test_a_smooth_input_is_followed_with_second_order(excitatory):
    """The slope of the error in v against dt is 2, within 0.2, for a current that never makes the neuron fire."""

    def current(t_ms):
        return 0.007 * np.sin(np.pi * t_ms / 20) ** 2

    def driven(t_s, state):
        return derivative(t_s, state, excitatory | {"I_ext": current(1000 * t_s)})

    start = _equilibrium(excitatory | {"I_ext": 0})
    fine = solve_ivp(driven, (0, 0.012), start, "LSODA", rtol=1e-11, atol=1e-13).y[0, -1]
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


def test_what_arrives_within_a_step_acts_from_then_on(excitatory):
    """To second order in the step, wherever in it: at the step's begin or end it would be off by more, in the first."""
    start = _equilibrium(excitatory | {"I_ext": 0})
    resting = excitatory | {"I_ext": 0}
    jump, at_ms, stop_ms = 0.5, 1.03, 3.2
    before = solve_ivp(derivative, (0, at_ms / 1000), start, "LSODA", args=(resting,), rtol=1e-11, atol=1e-13).y[:, -1]
    before[STATES.index("g_AMPA")] += jump
    after = solve_ivp(
        derivative, (at_ms / 1000, stop_ms / 1000), before, "LSODA", args=(resting,), rtol=1e-11, atol=1e-13
    )
    errors = []
    for dt_ms in (0.2, 0.1, 0.05):
        space = _space(start, resting, dt_ms)
        for k in range(round(stop_ms / dt_ms)):
            within = at_ms / dt_ms - k
            arrived = jump if 0 <= within < 1 else 0.0
            space["g_AMPA"] += arrived
            space["g_AMPA_late"] = arrived * within
            exec(QUICK, space)
        errors.append(abs(space["v"] - after.y[0, -1]))
        moved = abs(after.y[0, -1] - start[0])
        assert space["g_AMPA"] == pytest.approx(after.y[STATES.index("g_AMPA"), -1], rel=dt_ms**2 / 8)
    assert errors[0] < 0.004 * moved, errors
    assert all(2.5 < coarse / fine < 7 for coarse, fine in itertools.pairwise(errors)), errors


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
    space = _space(rest(excitatory), excitatory, 0.7) | {"g_AMPA": 2.0, "g_GABA": 3.0}
    exec(STEP, space)
    assert space["g_AMPA"] == pytest.approx(2 * np.exp(-0.7 / 2), rel=1e-12)
    assert space["g_GABA"] == pytest.approx(3 * np.exp(-0.7 / 3), rel=1e-12)
    exec(UNDECAYED, space)
    assert (space["g_AMPA"], space["g_GABA"]) == pytest.approx((2, 3), rel=1e-12)


@pytest.mark.parametrize(
    ("system", "words"),
    [
        ("dv/dt = (-v*v - a - b)/ms : 1\nda/dt = -a/ms : 1\ndb/dt = -b/ms : 1", "not linear"),
        ("dx/dt = -x/ms : 1\nda/dt = -a/ms : 1", "one membrane potential"),
        ("dv/dt = (a + b - v)/ms : 1\nda/dt = (b - a)/ms : 1\ndb/dt = -b/ms : 1", "cannot relax a"),
        ("dv/dt = (a + b - v)/ms + xi*ms**-0.5 : 1\nda/dt = -a/ms : 1\ndb/dt = -b/ms : 1", "stochastic"),
    ],
)
def test_equations_of_another_form_are_refused(system, words):
    with pytest.raises(UnsupportedEquationsException, match=words):
        METHOD(Equations(system), {})


def _solved(system, dt_s, stop_s, **start):
    """Step a system by the code of the method; return its state at the end."""
    space = {"dt": dt_s, "t": 0.0, "exponential": np.exp, "sin": np.sin, **start}
    code = compile(METHOD(Equations(system), {}), "step", "exec")
    for k in range(round(stop_s / dt_s)):
        space["t"] = k * dt_s
        exec(code, space)
    return space


def _exact(slopes, start, stop_s):
    return solve_ivp(slopes, (0, stop_s), start, rtol=1e-10, atol=1e-12).y[:, -1]


def test_powers_keep_their_place_in_a_quotient_and_their_exponents():
    """Catches x/k**2 as x/k*k, and x**20 as x*x0: Gaussian and Hill functions became others, in silence."""
    system = """dv/dt = (-v + h - n)/(10*ms) : 1
    dh/dt = (1 - h)/(1*ms + 100*ms*exp(-((v - 0.5)/width)**2)) : 1
    dn/dt = (1/(1 + (v/half)**4) - n)/(5*ms + 5*ms*v**20) : 1"""
    units = {"ms": 1e-3, "width": 0.2, "half": 0.7}
    found = _solved(system, 1e-5, 0.02, v=0.5, h=0.0, n=0.0, **units)

    def slopes(_, y):
        v, h, n = y
        return [
            (-v + h - n) / 0.01,
            (1 - h) / (0.001 + 0.1 * np.exp(-(((v - 0.5) / 0.2) ** 2))),
            (1 / (1 + (v / 0.7) ** 4) - n) / (0.005 + 0.005 * v**20),
        ]

    assert [found[name] for name in "vhn"] == pytest.approx(_exact(slopes, [0.5, 0.0, 0.0], 0.02), abs=1e-4)


@pytest.mark.parametrize("dt_s", [1e-4, 2e-3])
def test_what_grows_steadily_and_what_is_linear_in_a_subexpression_are_relaxed_exactly(dt_s):
    """Catches a division by a rate of 0, and a leak in a subexpression that was held over the step."""
    system = """dv/dt = (-v - leak + g + x)/(10*ms) : 1
    leak = 5*(v - 0.2) : 1
    dx/dt = 1*Hz : 1
    dg/dt = decay : 1
    decay = -g/(2*ms) : Hz"""
    found = _solved(system, dt_s, 0.02, v=0.0, x=0.0, g=1.0, ms=1e-3, Hz=1.0)
    assert found["x"] == pytest.approx(0.02)
    assert found["g"] == pytest.approx(np.exp(-10), rel=1e-9)

    def slopes(_, y):
        v, x, g = y
        return [(-v - 5 * (v - 0.2) + g + x) / 0.01, 1.0, -g / 0.002]

    assert found["v"] == pytest.approx(_exact(slopes, [0.0, 0.0, 1.0], 0.02)[0], abs=20 * dt_s)


def test_an_input_that_depends_on_time_is_taken_in_the_middle_of_a_step():
    """Catches first order: a sine that acted half a step late."""

    def off(dt_s):
        system = "dv/dt = (-v - g*v + 20*sin(w*t))/(10*ms) : 1\ndg/dt = -g/(2*ms) : 1"
        found = _solved(system, dt_s, 0.02, v=0.0, g=1.0, ms=1e-3, w=200 * np.pi)
        exact = _exact(
            lambda t, y: [(-y[0] - y[1] * y[0] + 20 * np.sin(200 * np.pi * t)) / 0.01, -y[1] / 0.002], [0.0, 1.0], 0.02
        )
        return abs(found["v"] - exact[0])

    assert off(2e-4) / off(1e-4) == pytest.approx(4, rel=0.2)
