"""A fast and a slow group with steps of their own, and plots."""

from brian2 import *

prefs.codegen.target = "cython"
G = NeuronGroup(
    10, "dv/dt = (-45*mV - v)/(20*ms) : volt", threshold="v > -50*mV", reset="v = -60*mV", method="euler", dt=0.05 * ms
)
H = NeuronGroup(10, "dx/dt = -x/(200*ms) : 1", method="exact", dt=1 * ms)
G.v = -60 * mV
H.x = 1
M = StateMonitor(G, "v", record=True)
run(100 * ms)
plot(M.t / ms, M.v[0] / mV)
show()
savefig("never_written.png")
