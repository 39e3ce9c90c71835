"""A voltage-dependent NMDA conductance that an event increases."""

from brian2 import *

eqs = """
dv/dt = (-25*nS*(v + 70*mV) + g_nmda/(1 + exp(-0.062*v/mV)/3.57)*(0*mV - v))/(0.5*nF) : volt (unless refractory)
dg_nmda/dt = -g_nmda/(80*ms) : siemens
"""
seed(1)
cells = NeuronGroup(30, eqs, threshold="v > -50*mV", reset="v = -55*mV", refractory=2 * ms, method="euler")
cells.v = -70 * mV
inputs = PoissonGroup(60, rates=30 * Hz)
slow = Synapses(inputs, cells, on_pre="g_nmda += 1.5*nS")
slow.connect(p=0.5)
run(300 * ms)
