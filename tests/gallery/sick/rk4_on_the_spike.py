"""step_too_large: rk4 at 0.1 ms on a fast-spiking neuron (Hodgkin-Huxley with instantaneous m)."""

from brian2 import *

eqs = """
dv/dt = (-0.1*mS*(v + 65*mV) - 90*mS*m**3*h*(v - 55*mV) - 20*mS*n**4*(v + 90*mV) + I)/(1*uF) : volt
m = am/(am + bm) : 1
am = 1/exprel(-(v + 35*mV)/(10*mV))/ms : Hz
bm = 4*exp(-(v + 60*mV)/(18*mV))/ms : Hz
dh/dt = 5*(0.07*exp(-(v + 58*mV)/(20*mV))/ms*(1 - h) - h/(1 + exp(-(v + 28*mV)/(10*mV)))/ms) : 1
dn/dt = 5*(0.1/exprel(-(v + 34*mV)/(10*mV))/ms*(1 - n) - 0.125*exp(-(v + 44*mV)/(80*mV))/ms*n) : 1
I : amp
"""
mS = msiemens

cells = NeuronGroup(20, eqs, threshold="v > -20*mV", refractory="v > -20*mV", method="rk4")
cells.v = -64 * mV
cells.h = 0.8
cells.n = 0.1
cells.I = "(2 + 8*i/N)*uA"
run(100 * ms)
