"""A chain of subgroups that pass a volley on (synfire chain)."""

from brian2 import *

seed(1)
eqs = """
dv/dt = (-70*mV - v + x)/(10*ms) : volt (unless refractory)
dx/dt = (-x + y)/(5*ms) : volt
dy/dt = -y/(5.2*ms) : volt
"""
P = NeuronGroup(100, eqs, threshold="v > -55*mV", reset="v = -70*mV", refractory=1 * ms, method="exact")
P.v = "-70*mV + 10*mV*rand()"
start = SpikeGeneratorGroup(20, arange(20), ones(20) * ms * 5)
S = Synapses(P, P, on_pre="y += 4.8*mV", delay=5 * ms)
S.connect(j="k for k in range((i//20 + 1)*20, (i//20 + 2)*20) if i < N_pre - 20")
first = Synapses(start, P[:20], on_pre="y += 4.8*mV")
first.connect()
run(60 * ms)
