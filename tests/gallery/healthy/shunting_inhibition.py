"""GABA whose reversal potential lies above rest: it depolarises a little, and is right."""

from brian2 import *

eqs = """
dv/dt = (10*nS*(-70*mV - v) + g_gaba*(E_gaba - v) + I)/(200*pF) : volt (unless refractory)
dg_gaba/dt = -g_gaba/(8*ms) : siemens
I : amp
"""
E_gaba = -62 * mV
seed(1)
G = NeuronGroup(30, eqs, threshold="v > -50*mV", reset="v = -65*mV", refractory=2 * ms, method="euler")
G.v = -70 * mV
G.I = "0.15*nA + 0.15*nA*rand()"
S = Synapses(G, G, on_pre="g_gaba += 3*nS", delay=1 * ms)
S.connect(p=0.3)
run(200 * ms)
