"""event_sign: inhibition is added to the current instead of subtracted (AdEx)."""

from brian2 import *

C, gL, EL, VT, DeltaT = 200 * pF, 10 * nS, -70 * mV, -50 * mV, 2 * mV
tau_w, a, b, tau_inh = 100 * ms, 2 * nS, 50 * pA, 8 * ms
eqs = """
dv/dt = (gL*(EL - v) + gL*DeltaT*exp((v - VT)/DeltaT) + I_inh - w + I_0)/C : volt
dw/dt = (a*(v - EL) - w)/tau_w : amp
dI_inh/dt = -I_inh/tau_inh : amp
I_0 : amp
"""
seed(1)
cells = NeuronGroup(40, eqs, threshold="v > -40*mV", reset="v = -60*mV; w += b", method="euler")
cells.v = EL
cells.I_0 = "300*pA + 100*pA*rand()"
inhibition = Synapses(cells[:10], cells[10:], on_pre="I_inh += 20*pA")
inhibition.connect(p=0.5)
run(200 * ms)
