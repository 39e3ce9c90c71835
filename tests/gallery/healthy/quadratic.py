"""Quadratic integrate-and-fire neurons."""

from brian2 import *

eqs = "dv/dt = (v + 60*mV)*(v + 50*mV)/(10*ms*mV)*0.1 + I : volt"
I = 1 * mV / ms
G = NeuronGroup(10, eqs, threshold="v > -20*mV", reset="v = -65*mV", method="rk2")
G.v = "-65*mV + 5*mV*rand()"
run(100 * ms)
