"""What scripts import: the same trains in C++ and NumPy, delays with the right mean, neurons with Brian2's runtime."""

import zlib

import brian2 as b2
import numpy as np
import pytest
from neuron import constants, equations, rest, spike_times_ms

from pipeline.engine.translated import Wish
from pipeline.engine.translator import translator
from pipeline.library import arrival, arrivals, delay_in_steps, linoid, poisson_neurons, spiking_neurons


def test_trains_of_a_program_are_those_that_numpy_draws(model, run):
    """A generator that differs between the two would make a script another network by itself than in a sweep."""
    rate = 6.0
    spikes = run("non_whisking", transient=0, duration=3, seed_input=5).spikes["T"]
    stream = zlib.crc32(b"T")
    for neuron in (0, 7, 199):
        draws = arrivals._arrival(5, stream, np.full(60, neuron), np.arange(60))
        times_s = np.cumsum(draws) / rate
        expected = times_s[times_s < 3 - model.dt_ms / 2000]
        assert spikes.times_s[spikes.neurons == neuron] == pytest.approx(expected, abs=1e-9)


def test_spikes_of_a_rate_that_jumps_lie_within_steps_where_it_is(runtime):
    """A line over the whole step would put spikes before the jump: two per cent of the answers to a touch."""
    pulse = "expected = 5*clip(t + dt/2 - 10*ms, 0*ms, 3*ms)/(3*ms) : 1"
    source = arrivals.poisson_neurons(40, pulse, name="T")
    seen = b2.SpikeMonitor(source, "spike_lag")
    b2.Network(source, seen).run(20 * b2.ms)
    times_s, neurons = np.asarray(seen.t + seen.spike_lag), np.asarray(seen.i)
    several = 0
    for neuron in range(40):
        exact = 0.01 + 0.003 * np.cumsum(arrivals._arrival(1, zlib.crc32(b"T"), np.full(20, neuron), np.arange(20))) / 5
        exact = exact[exact < 0.013]
        alone = np.diff(exact, prepend=0) > 1e-4  # one in a step
        several += (~alone).sum()
        assert times_s[neurons == neuron][alone] == pytest.approx(exact[alone], abs=1e-9)
    assert 0 < several < 60
    assert times_s.min() > 0.01


def test_draws_are_exponential_and_differ_by_each_of_their_arguments():
    n = np.arange(20_000)
    base = arrivals._arrival(1, 2, n, np.zeros_like(n))
    assert base.mean() == pytest.approx(1, abs=0.03)
    assert np.median(base) == pytest.approx(np.log(2), abs=0.03)
    for other in (
        arrivals._arrival(2, 2, n, np.zeros_like(n)),
        arrivals._arrival(1, 3, n, np.zeros_like(n)),
        arrivals._arrival(1, 2, n + 1, np.zeros_like(n)),
        arrivals._arrival(1, 2, n, np.ones_like(n)),
    ):
        assert abs(np.corrcoef(base, other)[0, 1]) < 0.03


@pytest.fixture
def runtime():
    """Brian2's runtime target with NumPy, which other tests may have left."""
    b2.set_device("runtime")
    b2.prefs.codegen.target = "numpy"
    b2.start_scope()
    b2.defaultclock.dt = 0.1 * b2.ms
    yield b2
    b2.set_device("runtime")
    b2.prefs.codegen.target = "auto"


@pytest.mark.parametrize("delay_ms", [0.0, 0.03, 0.25, 0.5, 0.85, 1.0])
def test_a_spike_arrives_after_its_delay_wherever_in_a_step_that_is(runtime, delay_ms):
    """Rounded to steps it would be up to half a step early or late, by up to 2.5 % of the conductance."""
    tau_s, rate, run_s = 2e-3, 40.0, 0.05
    source = arrivals.poisson_neurons(40, "expected = 40*Hz*(t + dt/2) : 1", name="T")
    target = spiking_neurons(
        40, "dv/dt = (-v + 0.001*g*h)/(10*ms) : 1\ndh/dt = (v - h)/(10*ms) : 1\ndg/dt = -g/(2*ms) : 1",
        threshold="v > 1", rearm="v < 1", foot="v > 1",
    )  # fmt: skip
    synapses = b2.Synapses(source, target, on_pre=arrival("g", "1.0", "d"), namespace={"d": delay_ms * b2.ms})
    synapses.connect(j="i")
    synapses.delay = delay_in_steps("d")
    b2.Network(source, target, synapses).run(run_s * b2.second)
    expected = np.full(40, np.nan)
    for neuron in range(40):
        times_s = np.cumsum(arrivals._arrival(1, zlib.crc32(b"T"), np.full(20, neuron), np.arange(20))) / rate
        left_s = run_s - times_s - delay_ms / 1000
        # two within a delay share their lag, and what arrives in the last step is added after it
        if np.diff(times_s[times_s < run_s]).min(initial=1.0) > delay_ms / 1000 + 2e-4 and np.abs(left_s).min() > 3e-4:
            expected[neuron] = np.exp(-left_s[left_s > 0] / tau_s).sum()
    known = np.isfinite(expected)
    assert known.sum() > 20
    exact = 1e-3 if delay_ms > 0.2 else 6e-3  # what is shorter than a step is an extrapolation over one
    assert np.asarray(target.g)[known] == pytest.approx(expected[known], rel=exact, abs=1e-9)


def test_linoid_is_a_quotient_with_no_gap_at_zero():
    x = np.array([-40.0, -2.0, -0.0099, 0.0, 1e-9, 0.0101, 3.0])
    exact = np.array([v / -np.expm1(-v) if v else 1.0 for v in x])
    assert linoid(x) == pytest.approx(exact, rel=1e-7)


def test_neurons_of_the_library_fire_with_brian2s_runtime_where_scipy_puts_them(runtime, model):
    """The detector that is not run, or run twice, would give no spikes, or several for one upstroke."""
    c = constants(model, "E") | {"I_ext": 0.02}
    names = {name: value for name, value in c.items() if not name.startswith(("g_", "K_", "delay_"))}
    neurons = spiking_neurons(
        2, equations().replace("gain_T : 1 (constant)", ""), threshold="v > V_spike", rearm="v < V_rearm",
        foot="v > V_spike - 0.03*volt", namespace={**_quantities(names), "linoid": linoid},
    )  # fmt: skip
    v, h, n, z, *_ = rest(c)
    neurons.v, neurons.h, neurons.n, neurons.z = v * b2.volt, h, n, z
    seen = b2.SpikeMonitor(neurons)
    b2.Network(neurons, seen).run(100 * b2.ms)
    exact_ms = spike_times_ms(c, [v, h, n, z, 0, 0], 0.1)
    for one in (0, 1):
        times_ms = np.asarray(seen.t)[np.asarray(seen.i) == one] * 1e3
        assert len(times_ms) == len(exact_ms)
        assert np.abs(times_ms - exact_ms).max() < 0.5


def test_what_is_added_to_the_equations_takes_part_in_the_substeps_of_a_program(runtime):
    """A gate that stays behind in them made rates of 13 where 7 are right; its name is of no meaning, as w is not."""
    b2.set_device("cpp_standalone", build_on_run=False)
    added = "\ndw/dt = (1/(1 + exp(-(v + 35*mV)/(5*mV))) - w)/tau_w : 1\ndx/dt = (1 - x)/tau_w : 1\np : 1 (constant)"
    more = equations().replace("- gKz*z*(v - VK)", "- gKz*z*(v - VK) - p*x*w*(v - VK)") + added
    neurons = spiking_neurons(2, more, threshold="v > V_spike", rearm="v < V_rearm", foot="v > V_spike - 0.03*volt")
    given = neurons.contained_objects[-1].template_kwds
    assert sorted(given["gates"]) == ["h", "n", "w", "z"]
    assert set(given["lanes"]) >= {"v", "h", "n", "w", "z", "x", "g_AMPA", "g_GABA", "p"}
    assert {"x", "p"} <= set(given["read"])
    assert "w" not in given["read"]  # a lane keeps its own from step to step


def _quantities(values):
    """Return constants in SI with the dimensions that the equations need."""
    units = {"C": b2.farad / b2.meter**2, "g": b2.siemens / b2.meter**2, "V": b2.volt, "I": b2.amp / b2.meter**2,
             "tau": b2.second, "k": b2.volt, "s": 1 / b2.volt}  # fmt: skip
    found = {}
    for name, value in values.items():
        kind = "g" if name in ("gL", "gNa", "gK", "gKz") else name.split("_")[0].rstrip("LNaK")
        if name.startswith("a_"):
            found[name] = value * (b2.Hz / b2.volt if name in ("a_alpha_m", "a_alpha_n") else b2.Hz)
        elif name == "phi":
            found[name] = value
        elif kind in units:
            found[name] = value * units[kind]
    return found


def test_the_seed_of_the_input_counts_with_brian2s_runtime_too(tmp_path):
    """Trains of one fixed seed would make all networks of a sweep the same, and the errors over them 0."""
    script = tmp_path / "net.py"
    script.write_text(
        "from brian2 import *\nfrom pipeline.library import poisson_neurons\n"
        "T = poisson_neurons(20, 'expected = 50*Hz*(t + dt/2) : 1', name='T')\n"
        "@network_operation(dt=10*ms)\ndef look():\n    pass\n"
        "run(200*ms)\n"
    )
    with translator() as asked:
        times = [
            asked.ask("run", Wish(str(script), {}, 1, 1), seed, 0.0, False).spikes["T"].times_s for seed in (1, 2, 2)
        ]
    assert len(times[0]) > 100
    assert not np.array_equal(times[0], times[1])
    assert np.array_equal(times[1], times[2])


@pytest.mark.parametrize("model", ["dexpected/dt = 20*Hz : 1", "dx/dt = 20*Hz : 1\nexpected = 2*x : 1"])
def test_a_mean_number_of_spikes_that_is_integrated_is_refused(model):
    """Catches spikes that all came one and a half steps early, since such a mean has no value within a step."""
    with pytest.raises(ValueError, match=r"expected depends on (expected|x), which is integrated"):
        poisson_neurons(3, model, name="inputs")
