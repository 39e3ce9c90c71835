"""Scripts for C++ standalone mode, which the doctor looks at as runtime: what is run when, and what is refused."""

import pytest

from tests.examined import CELLS, examined


@pytest.mark.parametrize(
    "imported",
    [
        "from brian2.only import *",
        "from brian2.devices import set_device",
        "from brian2.devices.device import set_device",
        "import brian2.devices; set_device = brian2.devices.set_device",
        "from brian2.devices.cpp_standalone import cpp_standalone_device\n"
        "set_device = lambda name, **more: brian2.set_device(cpp_standalone_device, **more)\nimport brian2",
    ],
    ids=["only", "devices", "device", "attribute", "object"],
)
def test_standalone_mode_is_looked_at_wherever_set_device_comes_from(tmp_path, imported):
    """Catches a script that is compiled, or not seen, since its set_device was another name of the same function."""
    text = f"{CELLS}{imported}\nset_device('cpp_standalone', directory='made')\ncells2 = cells\nrun(1*ms)\n"
    late = text.replace("cells2 = cells", "cells = NeuronGroup(1, 'dv/dt = -v/(10*ms) : 1', method='exact')")
    code, kinds, runs, said, _ = examined(tmp_path / "theirs.py", late)
    assert (code, kinds, runs.total) == (0, [], 1), said
    assert [path.name for path in tmp_path.iterdir()] == ["theirs.py"]


@pytest.mark.parametrize(
    "run_args", ["{cells.tau: 10*ms, cells.drive: [1, 2]*mV}", "['cells.tau=0.01']"], ids=["mapping", "text"]
)
def test_values_of_run_args_are_those_that_are_looked_at(tmp_path, run_args):
    """Catches tau = 0, and an error that is none, where a program gets its tau when it is run."""
    text = f"""
from brian2 import *
set_device('cpp_standalone', build_on_run=False)
{CELLS.replace("method=", "name='cells', method=")}
run(5*ms)
device.build(run=False)
for more in range(2):
    device.run(run_args={run_args})
assert cells.tau[0] == 10*ms
device.reinit()
device.activate()
"""
    code, kinds, runs, said, _ = examined(tmp_path / "theirs.py", text)
    assert (code, kinds, runs.total, runs.whole) == (0, [], 1, True), said


def test_runs_that_wait_for_the_build_begin_from_what_they_were_asked_with(tmp_path):
    """Catches a drive of the second run that acts in the first one, too, since both begin at device.build()."""
    text = f"""
from brian2 import *
set_device('cpp_standalone', build_on_run=False)
{CELLS}
cells.tau = 10*ms
watch = StateMonitor(cells, 'v', record=0)
run(5*ms)
cells.drive = 10*mV
run(5*ms)
device.build()
assert all(watch.v[0][:50] == 0*mV) and watch.v[0][-1] > 1*mV
"""
    code, _, runs, said, _ = examined(tmp_path / "theirs.py", text)
    assert (code, runs.total, runs.whole) == (0, 2, True), said
    assert "(script)" not in said


BUILT_LATER = """
from brian2 import *
set_device('cpp_standalone', build_on_run=False)
G = NeuronGroup(10, 'dv/dt = (1.5 - v)/(10*ms) : 1\\nu : 1', threshold='v > 1', reset='v = 0', method='exact')
G.v, G.u = 'rand()', 0.5
S, T = (Synapses(G, G, 'w : 1', on_pre='v_post += w') for _ in range(2))
S.connect(p=0.5)
T.connect(i=[0, 1], j=[2, 3])
S.w = '0.01*rand()'
M = SpikeMonitor(G)
READ
run(20*ms)
device.build()
assert len(S) == len(S.w[:]) and len(M.t) >= 0 and G.v[0] < 1
"""


@pytest.mark.parametrize(
    ("reads", "refused"),
    [
        *((text, True) for text in ("len(S)", "S.w[:]", "S.i[:]", "T.w[0]", "mean(G.v)", "M.t[:]", "store()")),
        ("G.u['i > 2']", True),
        *((text, False) for text in ("len(T)", "T.i[:]", "G.u*2", "len(G)", "M.num_spikes")),
    ],
)  # fmt: skip
def test_a_value_is_refused_before_the_run_where_a_standalone_program_has_none(tmp_path, reads, refused):
    """Catches silence on 'Cannot retrieve the values of state variables', of which Brian2 refuses these alone."""
    code, kinds, _, said, _ = examined(tmp_path / "theirs.py", BUILT_LATER.replace("READ", reads))
    assert (("refused", "error") in kinds) is refused, said
    assert code == int(refused), said
    assert "(script)" not in said
