"""Healthy scripts that a finding was wrong about: what is ordinary in the field is no fault."""

import pytest
from conftest import watched

from pipeline.doctor.diagnosis import examine

pytestmark = pytest.mark.usefixtures("numpy_target")


def _told(text, duration_s=0.1):
    return {f.kind: f for f in examine(watched(text, duration_s)).findings if f.level != "note"}


BRUNEL = """
tau, Vt, Vr = 20*ms, 20*mV, 10*mV
eqs = 'dv/dt = (mu - v)/tau : volt (unless refractory)'
mu = 19.75*mV
exc = NeuronGroup(100, eqs, threshold='v > Vt', reset='v = Vr', refractory=2*ms, method='exact')
inh = NeuronGroup(30, eqs, threshold='v > Vt', reset='v = Vr', refractory=2*ms, method='exact')
exc.v = 'rand()*Vt'
inh.v = 'rand()*Vt'
P = PoissonGroup(100, 8*Hz)
ext_inh = Synapses(P, inh, on_pre='v_post += 0.35*mV')
ext_inh.connect(p=0.3)
EE = Synapses(exc, exc, on_pre='v_post += 0.35*mV', delay=1.5*ms)
EE.connect(p=0.3)
IE = Synapses(inh, exc, on_pre='v_post -= 1.75*mV', delay=1.5*ms)
IE.connect(p=0.1)
"""


def test_the_name_of_a_projection_tells_no_sign():
    """Catches an error for ext_inh (input to inh) and IE (read as Ie): 2 events that are right, 'of the wrong sign'."""
    assert "event_sign" not in _told(BRUNEL)


@pytest.mark.parametrize(("event", "level"), [("w*(1 + m)", None), ("w*m", "error")], ids=["modulator", "factor"])
def test_synapses_do_nothing_only_if_their_events_are_zero(event, level):
    """Catches the error 'm of S is 0 ... These synapses do nothing' where an event moves v by 0.1 all the same."""
    told = _told(
        f"""
    P = PoissonGroup(20, 50*Hz)
    G = NeuronGroup(3, 'dv/dt = (1.5 - v)/(10*ms) : 1', threshold='v > 1', reset='v = 0', method='exact')
    S = Synapses(P, G, 'w : 1\\nm : 1', on_pre='v_post += {event}')
    S.connect()
    S.w = 0.1
    """
    )
    assert (told["never_set"].level if "never_set" in told else None) == level


WINDOW = """
G = NeuronGroup(3, '''dv/dt = (-65*mV - v + 0.2*a*b*(50*mV - v))/(10*ms) : volt
a = 1/(1 + exp(-(v + 55*mV)/(6*mV))) : 1
b = 1/(1 + exp((v + 50*mV)/(7*mV))) : 1''', threshold='v > -50*mV', reset='v = -65*mV', method='euler')
G.v = -65*mV
"""


def test_a_window_current_is_no_magnesium_block():
    """Catches 'the magnesium block is upside down' for a persistent sodium current, in a script without synapses."""
    assert "block_direction" not in _told(WINDOW)


DEGREE = """
K_d, K, g = 2.0, 20, 25
P = PoissonGroup(200, 5*Hz)
G = NeuronGroup(40, 'dv/dt = (1.5 - v)/(10*ms) : 1\\nCa : 1', threshold='v > 1', reset='v = 0', method='exact')
G.Ca = 1
S = Synapses(P, G, 'w : 1', on_pre='v_post += {event}')
S.connect(p=0.2)
S.w = {weight}
"""


@pytest.mark.parametrize(
    ("event", "weight", "told"),
    [
        ("w*Ca_post/(Ca_post + K_d)", "0.01", False),  # Hill
        ("w/K + 0.001", "0.01", False),  # not the whole weight
        ("w", "0.1/200", False),  # the size of a population
        ("w", "0.1/sqrt(K)", True),
        ("w/g", "0.1", True),  # whatever its name
    ],
)
def test_a_declared_in_degree_divides_the_whole_weight_and_may_be_one(event, weight, told):
    """Catches K_d = 2 of a Hill function taken for the in-degree that the weights assume, against 101 built."""
    assert ("in_degree" in _told(DEGREE.format(event=event, weight=weight))) is told


@pytest.mark.parametrize(
    ("delay", "told"), [("1.5*ms + 0.5*ms*rand()", False), ("0.01*ms + 0.03*ms*rand()", True)], ids=["kept", "lost"]
)
def test_rounding_is_told_of_delays_that_collapse_and_by_a_name_that_the_script_has(delay, told):
    """Catches 'The delay of synapses_1, 1.503 ms, becomes 1.503 ms', the mean of drawn delays, in 9 projections."""
    text = f"""
    G = NeuronGroup(40, 'dv/dt = (1.5 - v)/(10*ms) : 1', threshold='v > 1', reset='v = 0', method='exact')
    all = {{'recurrent': Synapses(G, G, on_pre='v_post += 0.001')}}
    all['recurrent'].connect(p=0.2)
    all['recurrent'].delay = '{delay}'
    """
    subject = watched(text, 0.05)
    subject.objects.append(subject.namespace["all"]["recurrent"])
    rounding = [f for f in examine(subject).findings if f.kind == "delay_rounding"]
    assert bool(rounding) is told
    assert all("The delay of all['recurrent'], " in finding.says for finding in rounding)
