"""shared_constant: a time constant is assigned again for the second population (integrate-and-fire)."""

from brian2 import *

eqs = "dv/dt = (v_0 - v)/tau : volt (unless refractory)"
v_0 = -45 * mV
tau = 20 * ms
slow = NeuronGroup(40, eqs, threshold="v > -50*mV", reset="v = -65*mV", refractory=2 * ms, method="exact")
slow.v = "-65*mV + 15*mV*rand()"
tau = 8 * ms
fast = NeuronGroup(10, eqs, threshold="v > -50*mV", reset="v = -65*mV", refractory=1 * ms, method="exact")
fast.v = "-65*mV + 15*mV*rand()"
run(200 * ms)
