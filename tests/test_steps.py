"""Delays that a step cannot tell apart, and steps longer than the script's: refused or told before anything runs."""

import brian2 as b2
import numpy as np
import pytest
import yaml

from pipeline.config.reader import ConfigError
from pipeline.engine.inspection import inspect
from pipeline.engine.translated import Scheme
from pipeline.engine.translator import translator
from pipeline.fit.reading import read_fit
from pipeline.fit.reading import said_of as said_of_fit
from pipeline.network.reading import read_model
from pipeline.network.steps import acts_as, refuse_alike, remarks
from pipeline.sweep.design import read_sweep, said_of

SCRIPT = """
from brian2 import *

d = 1.5*ms
rounded, spread, tau = 1.5*ms, 2*ms, 5*ms
P = NeuronGroup(10, "dv/dt = -v/(10*ms) : 1", threshold="v > 1", reset="v = 0", method="exact")
A = Synapses(P, P, on_pre="v += 0.1", delay=rounded)
A.connect()
C = Synapses(P, P, "tau_s : second", on_pre={"up": "v += 0.1*(tau_s/ms)"})
C.connect()
C.up.delay = "spread*rand()"
C.tau_s = "tau*(1 + 0.1*rand())"
D = Synapses(P, P, on_pre="v += 0.1")
D.connect()
D.delay = "2*d"
run(10*ms)
"""


@pytest.fixture(scope="module")
def brunel():
    return read_model("networks/brunel2000")


def test_adopting_a_script_tells_delays_and_how_they_are_drawn(tmp_path):
    script = tmp_path / "net.py"
    script.write_text(SCRIPT)
    with translator() as asked:
        on = {name: one.on for name, one in inspect(script, asked, Scheme((), 1)).settings.items()}
    assert on["rounded"] == ("delay of A",)
    assert on["spread"] == ("delay of C (drawn)",)
    assert on["tau"] == ("the initial values of C",)
    assert on["d"] == ("delay of D",)


def test_a_delay_acts_as_whole_steps_as_brian2_has_it(brunel):
    """Arrivals of one spike are counted in Brian2 itself."""
    b2.set_device("runtime")
    b2.prefs.codegen.target = "numpy"
    b2.start_scope()
    b2.defaultclock.dt = 0.1 * b2.ms
    delays = [0.0, 0.04, 0.06, 0.12, 0.17, 0.33, 1.5]
    source = b2.SpikeGeneratorGroup(1, [0], [1] * b2.ms)
    target = b2.NeuronGroup(len(delays), "x : 1", threshold="x > 0", reset="x = 0")
    synapses = b2.Synapses(source, target, on_pre="x_post += 1")
    synapses.connect()
    synapses.delay = delays * b2.ms
    seen = b2.SpikeMonitor(target)
    b2.Network(source, target, synapses, seen).run(5 * b2.ms)
    b2.prefs.codegen.target = "auto"
    arrived = np.asarray(seen.t)[np.argsort(np.asarray(seen.i))] * 1e3
    assert acts_as(brunel, "delay", delays, {}) == pytest.approx(arrived - arrived[0], abs=1e-9)
    assert acts_as(brunel, "delay", [1.5], {"time_step": 0.4}) == pytest.approx([1.6])


def test_a_delay_of_the_library_acts_at_its_value_and_so_is_never_spoken_of(model):
    """What an arrival does depends on it, too (test_library.py). If refused, it could not be swept below a step."""
    assert model.adopted.settings["delay_EI"].on == ("what a spike does through EI", "delay of EI")
    for name in ("delay_EI", "tau_AMPA", "T_w", "g_EI", "seed_input"):
        assert acts_as(model, name, [0.01, 0.02], {}) is None


def test_a_number_from_which_the_script_computes_a_delay_is_not_taken_for_it(brunel):
    """Twice as long a delay acts in half as large steps of the number."""
    halved = {n: one.model_copy(update={"value": one.value / 2}) for n, one in brunel.adopted.settings.items()}
    other = brunel.model_copy(update={"adopted": brunel.adopted.model_copy(update={"settings": halved})})
    assert acts_as(other, "delay", [0.75, 0.76], {}) is None


def test_values_that_all_act_alike_are_refused(brunel):
    values = (1.47, 1.5, 1.54)
    with pytest.raises(
        ConfigError, match=r"all values from 1.47 to 1.54 ms act as 1.5 ms, since a delay is rounded to"
    ):
        refuse_alike(brunel, "delay", values, {}, "here")
    refuse_alike(brunel, "delay", (*values, 1.7), {}, "here")
    refuse_alike(brunel, "delay", values[:1], {}, "here")


def test_sweeps_and_fits_over_delays_that_act_alike_are_refused(brunel, tmp_path):
    sweep = {"protocols": ["base"], "networks": 1, "duration": 1, "axes": {"delay": {"values": [1.47, 1.5, 1.54]}}}
    path = tmp_path / "given.yaml"
    path.write_text(yaml.safe_dump(sweep))
    with pytest.raises(ConfigError, match=r"given.yaml: axes: delay: all values from 1.47 to 1.54 ms act as 1.5 ms"):
        read_sweep(path, brunel)
    sweep["axes"] = {"delay": {"values": [1.0, 1.23, 1.5]}}
    path.write_text(yaml.safe_dump(sweep))
    told = ["delay: 1.23 ms acts as 1.2 ms, since a delay is rounded to whole steps, which are 0.1 ms"]
    assert said_of(read_sweep(path, brunel), brunel) == told
    fit = {
        "targets": "networks/brunel2000/targets.csv", "trials": 18, "free": {"delay": {"low": 1.47, "high": 1.54}},
        "effort": {"networks": 2, "first_seed": 1, "duration": 1},
        "check": {"networks": 1, "first_seed": 9, "duration": 2},
    }  # fmt: skip
    path.write_text(yaml.safe_dump(fit))
    with pytest.raises(ConfigError, match=r"given.yaml: free: delay: all values from 1.47 to 1.54 ms act as 1.5 ms"):
        read_fit(path, brunel)
    path.write_text(yaml.safe_dump(fit | {"free": {"delay": {"low": 1.23, "high": 2.0}}}))
    assert said_of_fit(read_fit(path, brunel), brunel) == told


def test_a_step_much_longer_than_the_scripts_is_spoken_of(model, brunel):
    (said,) = remarks(model, {"defaultclock_dt": (1.0,)}, {"defaultclock_dt": 1.0})
    assert "a step of 1 ms, 5 times the script's own of 0.2 ms" in said
    assert "all features may be wrong" in said
    assert remarks(model, {"defaultclock_dt": (0.05,)}, {"defaultclock_dt": 0.05}) == []
    assert "a step of 0.5 ms, 5 times" in remarks(brunel, {"time_step": (0.5,)}, {"time_step": 0.5})[0]


def test_the_values_that_come_with_the_networks_say_nothing(model, brunel):
    for network in (model, brunel):
        own = {name: (knob.value,) for name, knob in network.settable.items()}
        assert remarks(network, own, {}) == []
