"""A threshold that rises with each spike."""

from brian2 import *

eqs = """
dv/dt = -v/(10*ms) : volt
dvt/dt = (10*mV - vt)/(15*ms) : volt
"""
seed(1)
IF = NeuronGroup(10, eqs, threshold="v > vt", reset="v = 0*mV; vt += 3*mV", method="exact")
IF.vt = 10 * mV
PG = PoissonGroup(1, 500 * Hz)
C = Synapses(PG, IF, on_pre="v += 3*mV")
C.connect()
run(200 * ms)
