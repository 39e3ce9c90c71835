"""Interneurons of Wang & Buzsaki as another user wrote them: absolute units of one cell, other names.

Changed: the leak conductance is 0.2 mS/cm2 instead of 0.1, gates are 4 times as fast instead of 5 times, the drive is 1.5, the
synaptic conductance 0.15 mS/cm2 instead of 0.1.
"""

from brian2 import *

defaultclock.dt = 0.05 * ms
patch = 100 * umetre**2
eqs = """
dVm/dt = (I0 - 0.2*msiemens/cm**2*patch*(Vm + 65*mV) - 35*msiemens/cm**2*patch*minf**3*b*(Vm - 55*mV)
          - 9*msiemens/cm**2*patch*c**4*(Vm + 90*mV) - 0.15*msiemens/cm**2*patch*total/60*(Vm + 75*mV))/(1*uF/cm**2*patch) : volt
minf = 1/exprel(-(Vm/mV + 35)/10)/(1/exprel(-(Vm/mV + 35)/10) + 4*exp(-(Vm/mV + 60)/18)) : 1
db/dt = 4*(0.07*exp(-(Vm/mV + 58)/20)*(1 - b) - b/(1 + exp(-(Vm/mV + 28)/10)))/ms : 1
dc/dt = 4*(0.1/exprel(-(Vm/mV + 34)/10)*(1 - c) - 0.125*exp(-(Vm/mV + 44)/80)*c)/ms : 1
dopen/dt = 12/ms/(1 + exp(-Vm/(2*mV)))*(1 - open) - open/(10*ms) : 1
total : 1
I0 : amp
"""
fs = NeuronGroup(200, eqs, threshold="Vm > 0*mV", refractory="Vm > 0*mV", method="rk4")
fs.I0 = "(1.5 + 0.03*randn())*uamp/cm**2*patch"
fs.Vm = "-70*mV + 20*mV*rand()"
fs.b, fs.c = 0.8, 0.1
ring = Synapses(fs, fs, "total_post = open_pre : 1 (summed)")
ring.connect(p=0.3)
run(50 * ms)
