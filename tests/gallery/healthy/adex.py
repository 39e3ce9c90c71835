"""AdEx neurons cut five slopes above threshold."""

from brian2 import *

C, gL, EL, VT, DeltaT = 200 * pF, 10 * nS, -70 * mV, -50 * mV, 2 * mV
tau_w, a, b = 100 * ms, 2 * nS, 50 * pA
eqs = """
dv/dt = (gL*(EL - v) + gL*DeltaT*exp((v - VT)/DeltaT) - w + I)/C : volt
dw/dt = (a*(v - EL) - w)/tau_w : amp
I : amp
"""
G = NeuronGroup(20, eqs, threshold="v > VT + 5*DeltaT", reset="v = -60*mV; w += b", method="euler")
G.v = EL
G.I = "0.2*nA + 0.4*nA*i/N"
run(200 * ms)
