"""A script for C++ standalone mode."""

from brian2 import *

set_device("cpp_standalone", directory=None)
seed(1)
G = NeuronGroup(50, "dv/dt = (-45*mV - v)/(20*ms) : volt", threshold="v > -50*mV", reset="v = -60*mV", method="exact")
G.v = "-60*mV + 10*mV*rand()"
M = SpikeMonitor(G)
run(100 * ms)
print(M.num_spikes)
