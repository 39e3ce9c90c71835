"""nan_at_start: an initial value is computed from a variable that is still 0 (conductance-based)."""

from brian2 import *

eqs = """
dv/dt = (gL*(EL - v) + g*(E_e - v))/C : volt
g = gL*ratio : siemens
ratio : 1
weight : 1
norm : 1
"""
gL, EL, E_e, C = 10 * nS, -70 * mV, 0 * mV, 200 * pF
cells = NeuronGroup(10, eqs, threshold="v > -50*mV", reset="v = EL", method="euler")
cells.v = EL
cells.ratio = "weight/norm"
cells.norm = 10
cells.weight = "rand()"
run(50 * ms)
