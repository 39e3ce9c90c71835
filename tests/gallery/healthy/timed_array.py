"""Input from a TimedArray."""

from brian2 import *

steps = TimedArray([0, 0.3, 0, 0.6] * nA, dt=25 * ms)
eqs = "dv/dt = (10*nS*(-70*mV - v) + steps(t))/(200*pF) : volt"
G = NeuronGroup(5, eqs, threshold="v > -50*mV", reset="v = -70*mV", method="euler")
G.v = -70 * mV
run(100 * ms)
