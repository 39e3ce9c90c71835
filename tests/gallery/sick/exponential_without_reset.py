"""upstroke_overflow: an exponential integrate-and-fire neuron without threshold and reset."""

from brian2 import *

eqs = """
dv/dt = (EL - v + DeltaT*exp((v - VT)/DeltaT) + 30*mV)/(10*ms) : volt
"""
EL, VT, DeltaT = -65 * mV, -50 * mV, 2 * mV
cells = NeuronGroup(5, eqs, method="euler")
cells.v = EL
run(100 * ms)
