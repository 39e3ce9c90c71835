"""Integrate-and-fire neurons driven by PoissonInput."""

from brian2 import *

seed(1)
G = NeuronGroup(50, "dv/dt = -v/(10*ms) : volt", threshold="v > 10*mV", reset="v = 0*mV", method="exact")
P = PoissonInput(G, "v", 100, 20 * Hz, weight=0.4 * mV)
rate = PopulationRateMonitor(G)
run(300 * ms)
