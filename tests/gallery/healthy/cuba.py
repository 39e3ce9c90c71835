"""Current-based integrate-and-fire network, after Vogels & Abbott."""

from brian2 import *

eqs = """
dv/dt = (ge + gi - (v + 49*mV))/(20*ms) : volt (unless refractory)
dge/dt = -ge/(5*ms) : volt
dgi/dt = -gi/(10*ms) : volt
"""
seed(1)
P = NeuronGroup(400, eqs, threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * ms, method="exact")
P.v = "-60*mV + rand()*10*mV"
Ce = Synapses(P[:320], P, on_pre="ge += 1.62*mV")
Ce.connect(p=0.1)
Ci = Synapses(P[320:], P, on_pre="gi -= 9*mV")
Ci.connect(p=0.1)
M = SpikeMonitor(P)
run(200 * ms)
