"""A delay for each synapse."""

from brian2 import *

seed(1)
G = NeuronGroup(60, "dv/dt = (-52*mV - v)/(20*ms) : volt", threshold="v > -50*mV", reset="v = -60*mV", method="exact")
G.v = "-60*mV + 10*mV*rand()"
D = PoissonGroup(60, rates=40 * Hz)
drive = Synapses(D, G, on_pre="v += 3*mV")
drive.connect(j="i")
S = Synapses(G, G, on_pre="v += 0.2*mV")
S.connect(p=0.1)
S.delay = "0.5*ms + 4*ms*rand()"
run(200 * ms)
