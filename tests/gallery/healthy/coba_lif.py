"""Conductance-based integrate-and-fire network."""

from brian2 import *

eqs = """
dv/dt = (E_L - v + ge*(E_e - v) + gi*(E_i - v))/(20*ms) : volt (unless refractory)
dge/dt = -ge/(5*ms) : 1
dgi/dt = -gi/(10*ms) : 1
"""
E_L, E_e, E_i = -55 * mV, 0 * mV, -80 * mV
seed(1)
P = NeuronGroup(300, eqs, threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * ms, method="euler")
P.v = "-60*mV + rand()*10*mV"
Ce = Synapses(P[:240], P, on_pre="ge += 0.3")
Ci = Synapses(P[240:], P, on_pre="gi += 1.5")
Ce.connect(p=0.05)
Ci.connect(p=0.05)
run(200 * ms)
