"""What is recorded of a script with several runs, by C++ and by Brian2's runtime target alike.

One program is built for all of it. The comment over a test says which mistake it catches.
"""

import numpy as np
import pytest

from pipeline.engine.scripts import ScriptEngine
from pipeline.network.reading import read_model
from pipeline.plan.adoption import take

SCRIPT = """from brian2 import *
{device}
defaultclock.dt = 0.1*ms
G = NeuronGroup(4, '''dv/dt = rise/ms : 1
rise : 1 (shared)
drawn : 1
begun : 1''', threshold='v > 5', reset='v = 0', method='euler')
G.rise = 1
G.begun = 'rand()'
G.run_regularly('drawn = rand()', dt=1*second)
M = SpikeMonitor(G)
V = StateMonitor(G, 'v', record=[0, 1, 2])
{python}


def first():
    cells = G
    net.run(10*ms)


net = Network(collect())
first()
pop = G
M.active = False
defaultclock.dt = 0.05*ms
G.rise = 2
net.run(10*ms)
"""
CPP = "set_device('cpp_standalone')\ndevice.reinit()\ndevice.activate(build_on_run=False)\n"
CPP += "device.insert_code('before_network_run', 'brian::_array_neurongroup_rise[0] *= 2; // mine')"
PYTHON = "@network_operation(dt=1*second)\ndef nothing():\n    pass\n"


@pytest.fixture(scope="module", params=["standalone", "runtime"])
def recording(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    standalone = request.param == "standalone"
    script = SCRIPT.format(device=CPP if standalone else "", python="" if standalone else PYTHON)
    if standalone:  # lines of the script's own before each run double what it says
        script = script.replace("G.rise = 1", "G.rise = 0.5").replace("G.rise = 2", "G.rise = 1")
    (folder / "net.py").write_text(script)
    assert take(folder / "net.py", folder / "net", folder).adopted.target == request.param
    model = read_model(folder / "net")
    engine = ScriptEngine(model, folder)
    yield engine.simulate(model.point("base", {}), everything=True)[0]
    engine.close()


# spikes of a run for which the script switched its own monitor off; an object that has another name in each run
def test_spikes_are_those_of_all_runs(recording):
    (spikes,) = recording.spikes.values()
    times = spikes.times_s[spikes.neurons == 0]
    assert np.sum(times < 0.01) == 1  # after 5 of 10 ms
    assert np.sum(times > 0.01) == 4  # 2.5 ms each, from 5 at the end of the first run


# a mean over steps where steps are of two lengths
def test_means_over_time_weigh_each_step_by_its_length(recording):
    (potential,) = recording.potentials.values()
    rows = recording.state("V", "v")
    weights = np.r_[np.full(100, 0.1), np.full(200, 0.05)]
    # a monitor notes the value before a step, the mean is of those after it: the last of both is not among the rows
    after = np.r_[rows[1:, 0], rows[-1, 0] + 0.1]
    assert potential.mean[0] == pytest.approx(np.average(after, weights=weights), abs=0.02)


# what a monitor recorded as a table on one target, and one long list on the other
def test_what_a_state_monitor_recorded_is_a_table_with_a_row_a_step(recording):
    assert recording.state("V", "v").shape == (300, 3)


# the random numbers of the network drawn once more as the first of its input
def test_network_and_input_have_other_random_numbers_though_their_seeds_are_the_same(recording):
    names = set(recording.names.values())
    name = "G" if "G" in names else next(iter(names & {"pop", "cells"}))
    begun, drawn = (recording.state(name, variable) for variable in ("begun", "drawn"))
    assert not np.isclose(begun[:, None], drawn).any()
