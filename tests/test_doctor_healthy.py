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
