"""Current steps: a constant that changes between runs, on purpose."""

from brian2 import *

I = 0 * nA
G = NeuronGroup(
    5, "dv/dt = (10*nS*(-70*mV - v) + I)/(200*pF) : volt", threshold="v > -50*mV", reset="v = -70*mV", method="exact"
)
G.v = -70 * mV
M = StateMonitor(G, "v", record=0)
for I in [0.1 * nA, 0.3 * nA, 0 * nA]:
    run(40 * ms)
