"""upstroke_overflow: the exponential overflows inside a step, threshold far above it (AdEx, rk4)."""

from brian2 import *

C, gL, EL, VT, DeltaT = 100 * pF, 10 * nS, -70 * mV, -50 * mV, 1 * mV
tau_w, a, b = 100 * ms, 2 * nS, 50 * pA
eqs = """
dv/dt = (gL*(EL - v) + gL*DeltaT*exp((v - VT)/DeltaT) - w + I)/C : volt
dw/dt = (a*(v - EL) - w)/tau_w : amp
I : amp
"""
cells = NeuronGroup(20, eqs, threshold="v > 20*mV", reset="v = EL; w += b", method="rk4")
cells.v = EL
cells.I = "0.5*nA + 2*nA*i/N"
run(100 * ms)
