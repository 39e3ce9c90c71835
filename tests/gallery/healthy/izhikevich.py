"""Izhikevich neurons with units."""

from brian2 import *

a, b, c, d = 0.02 / ms, 0.2 / ms, -65 * mV, 8 * mV / ms
eqs = """
dv/dt = 0.04*v**2/(ms*mV) + 5*v/ms + 140*mV/ms - u + I : volt
du/dt = a*(b*v - u) : volt/second
I : volt/second
"""
G = NeuronGroup(20, eqs, threshold="v > 30*mV", reset="v = c; u += d", method="euler", dt=0.1 * ms)
G.v = c
G.u = "b*v"
G.I = "(4 + 10.0*i/N)*mV/ms"
run(200 * ms)
