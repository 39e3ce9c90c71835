"""Scripts as networks: what one is made of, and its points against the script itself with other numbers typed into it.

Two programs are built for all of it, and one by Brian2 alone. The comment over a test says which mistake it catches.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pipeline.config.reader import ConfigError
from pipeline.engine.programs import STRICT_FLAGS
from pipeline.engine.scripts import ScriptEngine
from pipeline.network.adopted import digest
from pipeline.network.reading import read_model
from pipeline.plan.adoption import take

SCRIPT = """from brian2 import *

N = 30  # neurons in all
tau_m = 10*ms  # membrane time constant
boost = 0
v_0 = 3*mV  # where the potential ends
par = {'w_in': 0.7*mV, 'w_ie': -0.5*mV}
p_in = 0.3
stim_high = 4*mV


def inputs(rate=150*Hz):
    return PoissonGroup(20, rates=rate)


stim = TimedArray([0*mV, stim_high], dt=25*ms)
equations = '''dv/dt = (14*mV + stim(t)*(2 - exp(boost*stim(t)/mV)) - v)/tau_m : volt (unless refractory)'''
cells = NeuronGroup(N, equations, threshold='v > 15*mV', reset='v = 0*mV', refractory=2*ms, method='euler')
cells.v = 'v_0*i/N'
E = cells[:20]
I = cells[20:]
P = inputs()
S_in = Synapses(P, cells, 'w : volt', on_pre='v_post += w')
S_in.connect(p=p_in)
S_in.w = par['w_in']
w_ie = par['w_ie']
S_ie = Synapses(I, E, on_pre='v_post += w_ie')
S_ie.connect()
S_ie.delay = 1.5*ms
run(50*ms)
"""


STRICT = """script: "../net.py"
arithmetic: strict
transient: 0
duration: 0.05
knobs:
protocols:
  base: {}
"""


TYPED = {
    "tau_m": ("tau_m = 10*ms", "tau_m = 12.3*ms", 12.3),
    "v_0": ("v_0 = 3*mV", "v_0 = 7.7*mV", 7.7),
    "w_in": ("'w_in': 0.7*mV", "'w_in': 0.93*mV", 0.93),
    "par_w_ie": ("'w_ie': -0.5*mV", "'w_ie': -1.7*mV", -1.7),
    "rate": ("rate=150*Hz", "rate=313*Hz", 313),
    "p_in": ("p_in = 0.3", "p_in = 0.61", 0.61),
    "S_ie_delay": ("S_ie.delay = 1.5*ms", "S_ie.delay = 0.3*ms", 0.3),
    "stim_high": ("stim_high = 4*mV", "stim_high = 5.9*mV", 5.9),
    "N": ("N = 30", "N = 33", 33),
}


def _adopt(folder, script, results):
    (folder / "net.py").write_text(script)
    (folder / "net").mkdir()
    (folder / "net" / "knobs.yaml").write_text(STRICT)
    return take(folder / "net.py", folder / "net", results)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def taken(tmp_path_factory, results):
    folder = tmp_path_factory.mktemp("script")
    return folder, _adopt(folder, SCRIPT, results)


@pytest.fixture(scope="module")
def simulate(taken, results):
    """Simulate a point: recording, program = simulate(tau_m=12)."""
    model = read_model(taken[0] / "net")
    engine = ScriptEngine(model, results)

    def _simulate(everything=False, **settings):
        return engine.simulate(model.point("base", settings), everything)

    yield _simulate
    engine.close()


@pytest.fixture(scope="module")
def base(simulate):
    return simulate()[0]


def _same(one, other):
    return one.spikes.keys() == other.spikes.keys() and all(
        np.array_equal(one.spikes[name].times_s, other.spikes[name].times_s)
        and np.array_equal(one.spikes[name].neurons, other.spikes[name].neurons)
        for name in one.spikes
    )


# a probability of 1.5 run as one of 1, one of -0.5 left to C++, where it has no end
@pytest.mark.parametrize("value", [1.5, -0.5])
def test_a_probability_of_a_connection_is_from_0_to_1(taken, simulate, value):
    settings = taken[1].adopted.settings
    assert [name for name, setting in settings.items() if setting.probability] == ["p_in"]
    with pytest.raises(ConfigError, match=r"p_in = .* is outside its range \[0, 1\]"):
        simulate(p_in=value)


# a subgroup or a group that is made in a function left out; a number that acts taken for one that does not
def test_what_the_script_is_made_of(taken):
    adopted = taken[1].adopted
    assert adopted.target == "standalone"
    found = {p.name: (p.size, p.spikes_by, p.potential, p.part_of) for p in adopted.populations}
    assert found == {
        "cells": (30, "v > 15*mV", "v", None),
        "P": (20, "Poisson", None, None),
        "E": (20, "v > 15*mV", "v", "cells"),
        "I": (10, "v > 15*mV", "v", "cells"),
    }
    assert (adopted.runs, adopted.dt_ms, adopted.drawn) == ((0.05,), 0.1, False)
    settings = adopted.settings
    assert settings.keys() == {*TYPED, "boost", "w_ie", "S_in_w"}
    assert [name for name, setting in settings.items() if setting.acts != "run time"] == ["N"]
    assert settings["N"].acts == "program"
    assert "the size of cells" in settings["N"].on
    assert [name for name, setting in settings.items() if setting.reads] == ["S_in_w", "w_ie"]
    # w_ie is also an entry of a dictionary that Python reads
    assert {name for name, setting in settings.items() if setting.direct} == {"tau_m", "boost", "v_0"}
    assert settings["tau_m"].on == ("the equations of cells",)
    assert settings["rate"].on == ("rates of P",)
    assert (settings["w_in"].value, settings["w_in"].unit, settings["rate"].unit) == (0.7, "mV", "Hz")
    assert settings["tau_m"].about == "membrane time constant"
    degrees = {p.name: (p.source, p.target, p.synapses, p.in_degree, p.delay_ms) for p in adopted.projections}
    assert degrees["S_ie"][2:] == (200, 10, 1.5)
    assert degrees["S_ie"][0] in ("I", "cells")
    assert degrees["S_in"][0] == "P"


# a part of a group whose spikes are those of the whole, or are numbered from elsewhere
def test_spikes_of_the_parts_are_those_of_the_whole(base):
    whole, e, i = (base.spikes[name] for name in ("cells", "E", "I"))
    assert (whole.size, e.size, i.size) == (30, 20, 10)
    assert len(whole.times_s) == len(e.times_s) + len(i.times_s) > 30
    joined = sorted([*zip(e.times_s, e.neurons, strict=True), *zip(i.times_s, i.neurons + 20, strict=True)])
    assert joined == sorted(zip(whole.times_s, whole.neurons, strict=True))


# a knob that goes to another number, in another unit, or is rounded on its way: not what the user would have typed
@pytest.mark.parametrize("knob", TYPED)
def test_a_knob_gives_the_spikes_of_the_number_typed_into_the_script(knob, taken, simulate, base, results, tmp_path):
    old, new, value = TYPED[knob]
    assert SCRIPT.count(old) == 1
    (tmp_path / "net.py").write_text(SCRIPT.replace(old, new))
    adopted = taken[1].adopted
    setting = adopted.settings[knob].model_copy(update={"value": float(value)})
    typed = adopted.model_copy(
        update={"sha256": digest(tmp_path / "net.py"), "settings": {**adopted.settings, knob: setting}}
    )
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "adopted.json").write_text(typed.model_dump_json())
    (tmp_path / "net" / "knobs.yaml").write_text(STRICT.replace("knobs:", "knobs: {}"))
    model = read_model(tmp_path / "net")
    engine = ScriptEngine(model, results)
    try:
        expected, its_program = engine.simulate(model.point("base", {}))
    finally:
        engine.close()
    found, program = simulate(**{knob: value})
    assert _same(found, expected)
    assert program == its_program
    assert not _same(found, base)
    for name, potential in expected.potentials.items():
        assert np.array_equal(found.potentials[name].mean, potential.mean)


# numbers that interact, such as a derived one that is computed from the old value of another
def test_several_knobs_at_once_give_the_spikes_of_the_script_with_all_of_them(taken, simulate, results, tmp_path):
    script, settings = SCRIPT, {}
    for knob, (old, new, value) in TYPED.items():
        if knob != "N":
            script, settings[knob] = script.replace(old, new), value
    expected = _adopt(tmp_path, script, results)  # as a user would
    engine = ScriptEngine(read_model(tmp_path / "net"), results)
    try:
        alone, its_program = engine.simulate(read_model(tmp_path / "net").point("base", {}))
    finally:
        engine.close()
    found, program = simulate(**settings)
    assert _same(found, alone)
    assert program == its_program
    assert {name: setting.value for name, setting in expected.adopted.settings.items() if name in settings} == settings


# a derived number that can be set beside the one that it follows from
def test_a_derived_number_set_is_the_one_that_it_follows_from_set(simulate, base):
    assert _same(simulate(w_ie=-1.7)[0], simulate(par_w_ie=-1.7)[0])
    assert not _same(simulate(w_ie=-1.7)[0], base)


# a program that is built again for a value, so that a sweep of 1,000 points takes 4 hours
def test_all_but_sizes_share_one_program(simulate):
    assert len({simulate(**{knob: value})[1] for knob, (_, _, value) in TYPED.items() if knob != "N"}) == 1
    assert simulate(N=33)[1] != simulate()[1]


# a size in the middle of a whole
def test_a_size_is_that_of_the_populations(simulate):
    found = simulate(N=33)[0]
    assert {name: spikes.size for name, spikes in found.spikes.items()} == {"cells": 33, "P": 20, "E": 20, "I": 13}


# repeats that are all the same network, or a point that is another one when it is run again
def test_seeds_make_the_network_and_its_input(simulate, base):
    assert _same(simulate()[0], base)
    assert not _same(simulate(seed_input=2)[0], base)
    assert not _same(simulate(seed_network=2)[0], base)
    one, input_, network = (
        simulate(everything=True, **seeds)[0].state("S_in", "_synaptic_pre")
        for seeds in ({}, {"seed_input": 2}, {"seed_network": 2})
    )
    assert np.array_equal(one, input_)
    assert not np.array_equal(one, network)


# a transient that is added twice, not at all, or counted into the means
def test_the_transient_comes_before_the_duration_and_is_not_measured(simulate, base):
    found = simulate(transient=0.02, duration=0.03)[0]
    assert _same(found, base)
    first = simulate(duration=0.02)[0]
    times = base.spikes["cells"].times_s
    assert np.array_equal(first.spikes["cells"].times_s, times[times < 0.02 - 1e-9])
    means = [one.potentials["cells"].mean for one in (base, first, found)]
    assert means[0] * 500 == pytest.approx(means[1] * 200 + means[2] * 300, rel=1e-12)
    squares = [one.potentials["cells"].var + one.potentials["cells"].mean ** 2 for one in (base, first, found)]
    assert squares[0] * 500 == pytest.approx(squares[1] * 200 + squares[2] * 300, rel=1e-9)
    assert (base.potentials["E"].unit, len(base.potentials["E"].mean), len(base.potentials["I"].mean)) == ("mV", 20, 10)


# a run that ends where the script's own did
def test_a_point_may_last_longer_than_the_script(simulate, base):
    longer = simulate(duration=0.08)[0].spikes["cells"]
    assert longer.times_s.max() > 0.07
    early = longer.times_s < 0.05 - 1e-9
    assert np.array_equal(longer.times_s[early], base.spikes["cells"].times_s)


# a value that is not finite found late, in another variable, or not at all: features of nonsense
def test_what_is_not_finite_is_found_with_its_variable_and_its_time(simulate):
    found = simulate(boost=1000)[0]
    assert found.status == "diverged"
    assert (found.divergence.population, found.divergence.variable) == ("cells", "v")
    assert found.divergence.t_s == pytest.approx(0.0251)
    assert "v of cells[" in str(found.divergence)
    assert "t = 25.10 ms" in str(found.divergence)


PLAIN = """
import json
S = globals().get('spikes')
print(json.dumps([[float(t) for t in spikes.t_[:]], [int(i) for i in spikes.i[:]]]))
"""


def _plain(folder, script, head=""):
    """Run a script with Brian2 alone, in a process of its own; return spike times and neurons of `cells`."""
    script = head + script.replace("run(", "spikes = SpikeMonitor(cells)\nrun(", 1) + PLAIN
    (folder / "plain.py").write_text(script)
    done = subprocess.run([sys.executable, "plain.py"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [np.array(one) for one in json.loads(done.stdout.splitlines()[-1])]


# a network that is not the one that Brian2 makes of the script
def test_without_chance_spikes_are_those_of_brian2_alone(simulate, base, tmp_path):
    head = f"""import brian2
brian2.set_device('cpp_standalone', directory={str(tmp_path / "build")!r})
brian2.prefs.codegen.cpp.extra_compile_args_gcc = {list(STRICT_FLAGS)}
"""
    script = SCRIPT.replace("rate=150*Hz", "rate=0*Hz").replace("p_in = 0.3", "p_in = 1")
    times, neurons = _plain(tmp_path, script, head)
    found = simulate(rate=0, p_in=1)[0].spikes["cells"]
    assert len(times) > 30
    assert np.array_equal(found.times_s, times)
    assert np.array_equal(found.neurons, neurons)


AT_RUNTIME = """from brian2 import *
prefs.codegen.target = 'numpy'
tau = 10*ms
kick = 3*mV
cells = NeuronGroup(10, 'dv/dt = (18*mV - v)/tau : volt', threshold='v > 15*mV', reset='v = 0*mV', method='exact')
cells.v = '10*mV*i/N'

@network_operation(dt=5*ms)
def push(t):
    cells.v_[:3] += float(kick)

run(60*ms)
"""


# a script with Python in its steps: refused, or run without this Python
def test_python_in_each_step_is_run_by_brian2_itself(tmp_path):
    (tmp_path / "net.py").write_text(AT_RUNTIME)
    taken = take(tmp_path / "net.py", tmp_path / "net", tmp_path / "results")
    assert taken.adopted.target == "runtime"
    assert "Python that runs in each step" in taken.adopted.why
    assert taken.adopted.settings.keys() == {"tau", "kick"}
    model = read_model(tmp_path / "net")
    engine = ScriptEngine(model, tmp_path / "results")
    try:
        found, program = engine.simulate(model.point("base", {}))
        kicked, _ = engine.simulate(model.point("base", {"kick": 6}))
    finally:
        engine.close()
    assert program == "runtime"
    times, neurons = _plain(tmp_path, AT_RUNTIME)
    assert np.array_equal(found.spikes["cells"].times_s, times)
    assert np.array_equal(found.spikes["cells"].neurons, neurons)
    assert taken.rates["cells"] == pytest.approx(len(times) / 10 / 0.06)
    times, _ = _plain(tmp_path, AT_RUNTIME.replace("kick = 3*mV", "kick = 6*mV"))
    assert np.array_equal(kicked.spikes["cells"].times_s, times)


# scratch folders of processes that ended left behind: a disk full after a few thousand scripts
def test_an_engine_that_is_closed_leaves_nothing_behind(taken, results, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    model = read_model(taken[0] / "net")
    engine = ScriptEngine(model, results)
    engine.simulate(model.point("base", {"w_in": 0.9}))
    assert os.listdir(tmp_path) != []
    engine.close()
    assert os.listdir(tmp_path) == []
    assert sorted(path.name for path in Path(taken[0]).iterdir()) == ["net", "net.py"]


# a program that goes on for minutes, and takes a core, after what called it was killed
def test_a_program_ends_with_what_called_it(taken, results):
    code = f"""
from pipeline.engine.scripts import ScriptEngine
from pipeline.engine.translated import Scheme, Wish
from pipeline.engine.translator import Translator, translator
from pipeline.network.reading import read_model
model = read_model({str(taken[0] / "net")!r})
engine = ScriptEngine(model, {str(results)!r})
engine.simulate(model.point("base", {{"duration": 1e5}}))
"""
    caller = subprocess.Popen([sys.executable, "-c", code])
    try:
        assert _within_s(60, lambda: _programs_of(caller.pid))
        (program,) = _programs_of(caller.pid)
    finally:
        caller.kill()
        caller.wait()
    assert _within_s(10, lambda: not Path(f"/proc/{program}").exists())


def _programs_of(pid):
    """Return the processes that a process has started and that run a compiled program."""
    children = [int(k) for task in Path(f"/proc/{pid}/task").glob("*/children") for k in task.read_text().split()]
    return [k for k in children if Path(f"/proc/{k}/comm").read_text().strip() == "main"]


def _within_s(seconds, condition):
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return found
