"""step_too_large: a gate relaxes faster than the step, so it leaves [0, 1] (conductance-based)."""

from brian2 import *

eqs = """
dv/dt = (gL*(EL - v) + gA*p*(EK - v) + 0.1*nA)/C : volt
dp/dt = (1/(1 + exp(-(v + 50*mV)/(5*mV))) - p)/tau_p : 1
"""
gL, gA, EL, EK, C = 10 * nS, 20 * nS, -60 * mV, -90 * mV, 200 * pF
tau_p = 0.04 * ms
cells = NeuronGroup(10, eqs, method="euler")
cells.v = EL
cells.p = 0.5
run(50 * ms)
