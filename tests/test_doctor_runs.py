"""What the doctor says of silence, and of objects of several runs: of the script, not of one run or of a second."""

import textwrap

import pytest

from pipeline.doctor.script import examine_script
from pipeline.engine.apart import apart


def _findings(path, text):
    """Return the findings of a script by kind, the last of each kind, and the whole text."""
    path.write_text("from brian2 import *\nseed(3)\n" + textwrap.dedent(text))
    return apart(_look, path, cpu_s=100)


def _look(path):
    found = examine_script(path, total_s=90.0)
    return {finding.kind: finding for finding in found.findings}, f"{found}"


QUIET = """
G = NeuronGroup(5, 'dv/dt = (-70*mV - v + I)/(10*ms) : volt\\ndI/dt = -I/(5*ms) : volt', threshold='v > -50*mV',
                reset='v = -60*mV', method='euler')
G.v = -70*mV
S = Synapses(P, G, 'w : volt', on_pre='I_post += w')
S.connect()
S.w = 0.05*mV
run(200*ms)
"""


@pytest.mark.parametrize(
    "source",
    ["P = PoissonGroup(20, 20*Hz)", "P = SpikeGeneratorGroup(20, arange(20), linspace(1, 150, 20)*ms)"],
    ids=["poisson", "generator"],
)
def test_inputs_that_spike_do_not_wake_a_silent_network(tmp_path, source):
    """Catches a silent network without a word (0 findings), since its input spiked in the run."""
    found, said = _findings(tmp_path / "theirs.py", source + QUIET)
    assert found["weak_input"].level == "warning", said
    assert "spikes with the weights of S" in said


def test_what_a_withdrawn_cause_explained_is_said_again(tmp_path):
    """Catches B, which never spikes, without a word: weak_input explained it, and was withdrawn as A spikes."""
    text = """
    A = NeuronGroup(3, 'dv/dt = (I - v)/(10*ms) : 1\\nI : 1', threshold='v > 1', reset='v = 0', method='exact')
    B = NeuronGroup(3, 'dv/dt = (0.5 - v)/(10*ms) : 1', threshold='v > 1', reset='v = 0', method='exact')
    A.I = 0.5
    run(100*ms)
    A.I = 2
    run(100*ms)
    """
    found, said = _findings(tmp_path / "theirs.py", text)
    assert "weak_input" not in found, said
    assert found["silent"].says.startswith("B "), said


@pytest.mark.parametrize(
    ("drive", "level"),
    [
        ("I0", "warning"),
        ("I0*int(t > 1.2*second)", "note"),
        ("later(t)", "note"),
        ("sooner(t)", "warning"),
    ],
    ids=["constant", "expression of t", "array that goes on", "array that is over"],
)
def test_silence_beyond_what_is_looked_at_is_a_warning_unless_something_is_planned(tmp_path, drive, level):
    """Catches a note, and '1000 of 1000 ms', for 2 s of silence with an input a thousand times too small."""
    text = f"""
    I0 = 0.03*mV
    later = TimedArray([0, 0, 0, 0.02]*mV, dt=400*ms)
    sooner = TimedArray([0, 0.02, 0, 0]*mV, dt=200*ms)
    G = NeuronGroup(5, 'dv/dt = (-70*mV - v + {drive})/(10*ms) : volt', threshold='v > -50*mV', reset='v = -60*mV',
                    method='euler')
    G.v = -70*mV
    run(2*second)
    """
    found, said = _findings(tmp_path / "theirs.py", text)
    kind = "weak_input" if drive == "I0" else "silent"
    assert found[kind].level == level, said
    assert "1000 of 2000 ms" in said


STAGED = """
G = NeuronGroup(20, 'dv/dt = (2 - v)/(20*ms) : 1', threshold='v > 1', reset='v = 0', method='exact')
feedback = Synapses(G, G, on_pre='v_post -= 0.01', delay=1*ms)
feedback.connect(p=0.1)
net = Network(G)
"""


@pytest.mark.parametrize(
    ("then", "out"),
    [
        ("net.run(50*ms)\nnet.add(feedback)\nnet.run(50*ms)", False),
        ("closed = Network(G, feedback)\nnet.run(50*ms)", False),
        ("net.run(50*ms)\nnet.run(50*ms)", True),
    ],
    ids=["added later", "in another network", "in none"],
)
def test_an_object_is_left_out_of_a_script_not_of_a_run(tmp_path, then, out):
    """Catches an error for a loop that is closed in the second run: 'it runs without feedback', in run 1."""
    found, said = _findings(tmp_path / "theirs.py", STAGED + then)
    assert ("left_out" in found) is out, said
    assert ("does not do what it should" in said) is out, said


@pytest.mark.parametrize(
    ("loop", "level"),
    [
        ("for p in (0.1, 0.2, 0.4):\n    start_scope()\n    G, S = made()\n    S.connect(p=p)\n    run(20*ms)", None),
        ("G, S = made()\nfor p in (0.1, 0.2, 0.4):\n    S.connect(p=p)\n    run(20*ms)", "error"),
        ("G, S = made()\nS.connect(p=0.1)\nrun(20*ms)\nS.connect(p=0.2)\nrun(20*ms)", "note"),
    ],
    ids=["new objects of one name", "the same object in a loop", "two stages"],
)
def test_synapses_of_the_run_before_are_those_of_the_same_object(tmp_path, loop, level):
    """Catches an error for a sweep of p over networks whose objects have one name: 2036 synapses before, 4048 now."""
    text = f"""
def made():
    G = NeuronGroup(20, 'dv/dt = (2 - v)/(20*ms) : 1', threshold='v > 1', reset='v = 0', method='exact', name='cells')
    return G, Synapses(G, G, on_pre='v_post -= 0.001', name='recurrent')
{loop}
"""
    found, said = _findings(tmp_path / "theirs.py", text)
    assert (found["connected_again"].level if "connected_again" in found else None) == level, said


OWN = """
@check_units(x=volt, result=1)
def open_part(x):
    return 1/(1 + exp(-(x + 45*mV)/(4*mV)))

G = NeuronGroup(3, 'dv/dt = (-65*mV - v + 30*mV*open_part(v))/(10*ms) : volt', threshold='v > -50*mV',
                reset='v = -65*mV', method='euler')
G.v = -65*mV
levels = [0, 1, 2]

@network_operation(dt=10*ms)
def step(t):
    G.v += levels[int(t/(10*ms))]*mV

run(DURATION*ms)
"""


@pytest.mark.parametrize(("duration", "error"), [(25, False), (60, True)])
def test_a_function_with_units_is_looked_at_and_an_exception_has_its_line_and_time(tmp_path, duration, error):
    """Catches 'cannot be analysed: DimensionMismatchError', and an IndexError at 30 ms without line, name or time."""
    found, said = _findings(tmp_path / "theirs.py", OWN.replace("DURATION", str(duration)))
    assert "cannot be analysed" not in said
    assert ("script" in found) is error, said
    if error:
        assert found["script"].level == "error"
        assert "stops at 30 ms, where step of the script fails on line 15 (IndexError" in found["script"].says, said


def test_what_the_doctor_runs_in_place_of_gsl_is_no_refusal_of_brian2(tmp_path):
    """Catches 'refused: GSL has not been implemented for numpy. Certain: Brian2 stops there', where it would not."""
    text = """
    prefs.codegen.target = 'TARGET'
    G = NeuronGroup(5, '''dv/dt = (v - v**3/3 - w + 0.8)/(1*ms) : 1
    dw/dt = 0.08*(v + 0.7 - 0.8*w)/ms : 1''', threshold='v > 1', refractory='v > 1', method='gsl_rkf45',
                    method_options={'absolute_error': 1e-6})
    run(100*ms)
    """
    found, said = _findings(tmp_path / "theirs.py", text.replace("TARGET", "cython"))
    assert [finding.kind for finding in found.values() if finding.level == "error"] == [], said
    assert "gsl_rkf45 of G could not be looked at: rk4 stood in for it" in " ".join(said.split())
    found, said = _findings(tmp_path / "theirs.py", text.replace("TARGET", "numpy"))
    assert found["refused"].level == "error", said


def test_a_function_that_is_there_for_another_target_alone_is_told_so(tmp_path):
    """Catches 'The network could not be run (failed: NotImplementedError: use C++)', as if that were the script's."""
    text = """
    set_device('cpp_standalone')
    @implementation('cpp', 'double piecewise(double x) { return x < 0 ? 0 : x; }')
    @check_units(x=1, result=1)
    def piecewise(x):
        raise NotImplementedError('use C++')
    G = NeuronGroup(2, 'dr/dt = (piecewise(1.5 - r) - r)/(10*ms) : 1', method='euler')
    run(10*ms)
    """
    found, said = _findings(tmp_path / "theirs.py", text)
    assert "could not be run in numpy, with which the doctor looks: piecewise has code for cpp alone" in said
    assert [finding for finding in found.values() if finding.level == "error"] == []
