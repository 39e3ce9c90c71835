"""shared_constant: adaptation of the second population is that of both (AdEx)."""

from brian2 import *

C, gL, EL, VT, DeltaT = 200 * pF, 10 * nS, -70 * mV, -50 * mV, 2 * mV
tau_w, a = 100 * ms, 2 * nS
eqs = """
dv/dt = (gL*(EL - v) + gL*DeltaT*exp((v - VT)/DeltaT) - w + 350*pA)/C : volt
dw/dt = (a*(v - EL) - w)/tau_w : amp
"""
b = 60 * pA
regular = NeuronGroup(20, eqs, threshold="v > -40*mV", reset="v = -60*mV; w += b", method="euler")
regular.v = EL
b = 0 * pA
fast = NeuronGroup(20, eqs, threshold="v > -40*mV", reset="v = -60*mV; w += b", method="euler")
fast.v = EL
run(200 * ms)
