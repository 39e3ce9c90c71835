"""bad_operation: a rate function is 0/0 at the potential from which neurons start (Hodgkin-Huxley)."""

from brian2 import *

eqs = """
dv/dt = (-gL*(v - EL) - gNa*m**3*h*(v - ENa) - gK*n**4*(v - EK))/C : volt
dm/dt = am*(1 - m) - bm*m : 1
dh/dt = 0.07*exp(-(v + 65*mV)/(20*mV))/ms*(1 - h) - h/(1 + exp(-(v + 35*mV)/(10*mV)))/ms : 1
dn/dt = an*(1 - n) - 0.125*exp(-(v + 65*mV)/(80*mV))/ms*n : 1
am = 0.1/mV*(v + 40*mV)/(1 - exp(-(v + 40*mV)/(10*mV)))/ms : Hz
bm = 4*exp(-(v + 65*mV)/(18*mV))/ms : Hz
an = 0.01/mV*(v + 55*mV)/(1 - exp(-(v + 55*mV)/(10*mV)))/ms : Hz
"""
gL, gNa, gK, C = 0.3 * msiemens, 120 * msiemens, 36 * msiemens, 1 * uF
EL, ENa, EK = -54.4 * mV, 50 * mV, -77 * mV
defaultclock.dt = 0.01 * ms
cells = NeuronGroup(5, eqs, threshold="v > 0*mV", refractory="v > 0*mV", method="exponential_euler")
cells.v = -40 * mV
cells.h = 0.6
cells.n = 0.3
run(20 * ms)
