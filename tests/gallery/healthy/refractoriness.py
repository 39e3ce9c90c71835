"""Refractoriness by an expression, v clamped meanwhile."""

from brian2 import *

eqs = """
dv/dt = (30*mV - v)/(20*ms) : volt (unless refractory)
period : second
"""
G = NeuronGroup(50, eqs, threshold="v > 15*mV", reset="v = 0*mV", refractory="period", method="exact")
G.period = "1*ms + 5*ms*i/N"
run(200 * ms)
