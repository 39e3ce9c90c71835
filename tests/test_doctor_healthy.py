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
