"""Code that acts at the wrong moment, on the wrong end or on nothing: each beside what looks like it and is right."""

import pytest
from conftest import watched

from pipeline.doctor.diagnosis import examine
from pipeline.doctor.findings.coupling import coupled
from pipeline.doctor.findings.ends import receivers
from pipeline.doctor.findings.moments import untimely
from pipeline.doctor.findings.unset import nowhere
from pipeline.doctor.instruments.census import census
from pipeline.doctor.instruments.dynamics import Dynamics
from pipeline.doctor.instruments.envelope import currents
from pipeline.doctor.instruments.material import Material

pytestmark = pytest.mark.usefixtures("numpy_target")


def _said(finder, text):
    """Return kind and level of what a finder says of a network that is made, and not run."""
    subject = watched(text, 0.1)
    found = Material(subject, census=census(subject))
    found.dynamics = {group.name: Dynamics(group, subject.namespace) for group in subject.neurons}
    return [(finding.kind, finding.level) for finding in finder(found)]


NOISY = """
defaultclock.dt = 1*ms
G = NeuronGroup(20, 'dv/dt = (I - v)/(10*ms) : 1\\nI : 1', threshold='v > 1', reset='v = 0', method='euler')
G.run_regularly({code!r}, dt={dt}*ms{when})
S = Synapses(G, G, 'w : 1', on_pre='I_post += w')
S.connect(p=0.5)
S.w = 0.1
"""


@pytest.mark.parametrize(
    ("code", "dt", "when", "lost"),
    [
        ("I = 2*randn()", 1, "", True),
        ("I = 2*randn()", 1, ", when='after_synapses'", True),
        ("I = 2*randn()", 1, ", when='before_synapses'", False),
        ("I = 0.5*I + 2*randn()", 1, "", False),
        ("I = 2*randn()", 10, "", False),
    ],
    ids=["at the start", "after events", "before events", "what was there counts", "now and then"],
)
def test_events_that_are_overwritten_before_the_equations_read_them_are_told(code, dt, when, lost):
    """Catches noise that is set at the start of each step, and with it the input of all spikes of the step before."""
    said = _said(untimely, NOISY.format(code=code, dt=dt, when=when))
    assert said == ([("overwritten", "error")] if lost else [])


REWARDED = """
G = NeuronGroup(20, 'dv/dt = (1.2 - v)/(10*ms) : 1', threshold='v > 1', reset='v = 0', method='exact')
S = Synapses(G, G, '''w : 1
dq/dt = -q/(200*ms) : 1 ({kind})''', on_pre='v_post += w; q += 0.1')
S.connect(p=0.5)
S.run_regularly({code!r}, dt=5*ms)
M = StateMonitor(S, {recorded!r}, record=[0])
"""


@pytest.mark.parametrize(
    ("kind", "code", "recorded", "said"),
    [
        ("event-driven", "w = clip(w + 0.01*q, 0, 1)", "w", [("stale", "error")]),
        ("clock-driven", "w = clip(w + 0.01*q, 0, 1)", "w", []),
        ("event-driven", "w = clip(w + 0.01*q*exp(-(t - lastupdate)/(200*ms)), 0, 1)", "w", []),
        ("event-driven", "w = clip(0.9*w, 0, 1)", "q", [("stale", "note")]),
    ],
    ids=["read", "clock-driven", "decayed by hand", "recorded"],
)
def test_event_driven_variables_that_are_read_between_events_are_told(kind, code, recorded, said):
    """Catches a trace of long ago that changes weights as if it had not decayed."""
    assert _said(untimely, REWARDED.format(kind=kind, code=code, recorded=recorded)) == said


LAYER = """
G = NeuronGroup(10, '''dv/dt = (1.5 - v)/(10*ms) : 1
dtheta/dt = (1 - theta)/(50*ms) : 1''', threshold='v > theta', reset={reset!r}, method='euler')
S = Synapses(G, G, on_pre={event!r})
S.connect(p=0.3)
"""


@pytest.mark.parametrize(
    ("reset", "event", "lost"),
    [
        ("v = 0; v_theta = theta + 0.2", "v_post += 0.01", True),
        ("v = 0; theta += 0.2", "a = 0.01; v_posts = a", True),
        ("v = 0; up = 0.2; theta += up", "a = 0.01; v_post += a", False),
    ],
    ids=["reset", "event", "names in between"],
)
def test_assignments_to_what_is_no_variable_are_told(reset, event, lost):
    """Catches a reset that adapts a name nobody reads: Brian2 takes it for a name of that code alone."""
    said = _said(nowhere, LAYER.format(reset=reset, event=event))
    assert said == ([("lost_assignment", "error")] if lost else [])


RESOURCES = """
G = NeuronGroup(20, '''dv/dt = (g + d - v)/(10*ms) : 1
dg/dt = -g/(5*ms) : 1
dx/dt = (1 - x)/(200*ms) : 1
d : 1''', threshold='v > 1', reset={reset!r}, method='euler')
S = Synapses(G, G, on_pre={event!r})
S.connect(p=0.3)
"""


@pytest.mark.parametrize(
    ("reset", "event", "told"),
    [
        ("v = 0; x -= 0.4*x", "g += 0.1*x", True),
        ("v = 0; x -= 0.4*x", "g += 0.1*x_pre", False),
        ("v = 0", "g += 0.1*x", False),
        ("v = 0; x -= 0.4*x", "g += 0.1*(1 - v)", False),
    ],
    ids=["receiver", "sender", "no resource", "own potential"],
)
def test_resources_of_the_receiver_in_place_of_the_senders_are_told(reset, event, told):
    """Catches depression by the spikes of the neuron that receives: a bare name in on_pre is the target's."""
    assert bool(_said(receivers, RESOURCES.format(reset=reset, event=event))) is told


GAPS = """
defaultclock.dt = {dt}*ms
G = NeuronGroup(20, '''dv/dt = (-65*mV - v + I)/(20*ms) : volt
I : volt''', threshold='v > -50*mV', reset='v = -65*mV', method='euler')
S = Synapses(G, G, 'I_post = {k}*(v_pre - v_post) : volt (summed)')
S.connect({pairs})
"""


@pytest.mark.parametrize(
    ("dt", "k", "pairs", "said"),
    [
        (0.1, 0.5, "condition='i < j'", [("one_way_gap", "warning")]),
        (0.1, 0.5, "condition='i != j'", []),
        (1, 1.5, "condition='i != j'", [("step_too_large", "warning")]),  # 19 times 1.5 in 20 ms
        (1, 3, "condition='i != j'", [("step_too_large", "error")]),
        (0.1, -0.5, "condition='i != j'", [("gap_sign", "error")]),
    ],
    ids=["one way", "both ways", "beyond", "twice beyond", "sign"],
)
def test_coupling_that_goes_one_way_or_overshoots_is_told(dt, k, pairs, said):
    """Catches gap junctions for i < j alone, and a sum over synapses that is explicit whatever the method is."""
    assert _said(coupled, GAPS.format(dt=dt, k=k, pairs=pairs)) == said


@pytest.mark.parametrize(
    ("sum_", "told"),
    [("w*(v_pre - v_post)", True), ("w*exp(v_pre/(5*mV))*(v_post - 0*mV)/(1 + exp(-v_post/(5*mV)))", False)],
    ids=["junction", "block"],
)
def test_the_sign_of_a_coupling_is_that_of_its_values_and_of_a_difference_alone(sum_, told):
    """Catches a right formula with a negative strength, and a synapse that opens with v_post taken for a junction."""
    text = f"""
    G = NeuronGroup(20, '''dv/dt = (-65*mV - v + I)/(20*ms) : volt
    I : volt''', threshold='v > -50*mV', reset='v = -65*mV', method='euler')
    G.v = '-45*mV - i*mV'
    S = Synapses(G, G, '''w : 1
    I_post = {sum_} : volt (summed)''')
    S.connect(condition='i != j')
    S.w = -0.1
    """
    assert (_said(coupled, text) == [("gap_sign", "error")]) is told


@pytest.mark.parametrize(("reversal", "sign"), [("V_syn", "+"), ("E", "+"), ("V_syn", "-")])
def test_a_current_of_the_wrong_sign_is_seen_whatever_its_names_and_where_it_is_0_at_first(reversal, sign):
    """Catches V_syn taken for a second V, and a conductance that only a sum sets taken for none."""
    text = f"""
    {reversal} = 0*mV
    G = NeuronGroup(5, '''dV/dt = (-70*mV - V {sign} s*(V - {reversal}))/(10*ms) : volt
    s : 1''', threshold='V > -50*mV', reset='V = -70*mV', method='euler')
    """
    subject = watched(text, 0.1)
    (about,) = (Dynamics(group, subject.namespace) for group in subject.neurons)
    assert [one.repels for one in currents(about) if one.reversal == reversal] == [sign == "+"]


@pytest.mark.parametrize(("rule", "told"), [("1.5*w", True), ("clip(1.5*w, 0, 0.05)", False)], ids=["free", "bounded"])
def test_weights_that_grow_without_bound_are_told(rule, told):
    """Catches a run of finite values in which weights grow by many orders of magnitude."""
    text = f"""
    P = PoissonGroup(10, 100*Hz)
    G = NeuronGroup(5, 'dv/dt = -v/(10*ms) : 1', threshold='v > 1', reset='v = 0', refractory=2*ms, method='exact')
    S = Synapses(P, G, 'w : 1', on_pre='v_post += w; w = {rule}')
    S.connect()
    S.w = 0.01
    """
    assert ("unbounded_weights" in {f.kind for f in examine(watched(text, 0.4)).findings}) is told


def test_a_current_beside_the_potential_is_no_conductance():
    """Catches I of (E + I - v)/tau, an input of both signs, called a conductance below 0."""
    text = """
    P = PoissonGroup(20, 40*Hz)
    G = NeuronGroup(5, '''dv/dt = (0.5 + I - v)/(10*ms) : 1
    dI/dt = -I/(5*ms) : 1''', threshold='v > 1', reset='v = 0', method='euler')
    S = Synapses(P, G, 'w : 1', on_pre='I_post += w')
    S.connect()
    S.w = '0.2*randn()'
    """
    assert "below_zero" not in {f.kind for f in examine(watched(text, 0.2)).findings}


@pytest.mark.parametrize(
    ("event", "told"),
    [("u += 0.5; g_post += 0.03*u*x; x -= u*x", True), ("g_post += 0.03*x; x -= 0.2*x", False)],
    ids=["probability above 1", "right"],
)
def test_a_conductance_that_goes_below_zero_is_told(event, told):
    """Catches a probability of release that exceeds 1: resources, and with them conductances, become negative."""
    text = f"""
    P = PoissonGroup(20, 40*Hz)
    G = NeuronGroup(5, '''dv/dt = (-70*mV - v + g*(0*mV - v))/(10*ms) : volt
    dg/dt = -g/(5*ms) : 1''', threshold='v > -50*mV', reset='v = -70*mV', method='euler')
    G.v = -70*mV
    S = Synapses(P, G, '''dx/dt = (1 - x)/(60*ms) : 1 (event-driven)
    du/dt = (0.25 - u)/(250*ms) : 1 (event-driven)''', on_pre='{event}')
    S.connect()
    S.x = 1
    S.u = 0.25
    """
    assert ("below_zero" in {f.kind for f in examine(watched(text, 0.4)).findings}) is told
