"""event_sign: excitation is subtracted (current-based integrate-and-fire); nothing diverges, nothing fires."""

from brian2 import *

tau_m = 20 * ms
eqs = """
dv/dt = (-70*mV - v + I_exc - I_inh)/tau_m : volt (unless refractory)
dI_exc/dt = -I_exc/(5*ms) : volt
dI_inh/dt = -I_inh/(10*ms) : volt
"""
seed(1)
inputs = PoissonGroup(100, rates=20 * Hz)
cells = NeuronGroup(50, eqs, threshold="v > -50*mV", reset="v = -60*mV", refractory=2 * ms, method="exact")
cells.v = -70 * mV
excitation = Synapses(inputs[:80], cells, on_pre="I_exc -= 1.5*mV")
excitation.connect(p=0.4)
inhibition = Synapses(inputs[80:], cells, on_pre="I_inh += 2*mV")
inhibition.connect(p=0.4)
run(200 * ms)
