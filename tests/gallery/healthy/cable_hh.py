"""A Hodgkin-Huxley axon along which a spike travels."""

from brian2 import *

morpho = Cylinder(length=3 * cm, diameter=238 * um, n=60)
El, ENa, EK = 10.613 * mV, 115 * mV, -12 * mV
gl, gNa0, gK = 0.3 * msiemens / cm**2, 120 * msiemens / cm**2, 36 * msiemens / cm**2
eqs = """
Im = gl*(El - v) + gNa0*m**3*h*(ENa - v) + gK*n**4*(EK - v) : amp/meter**2
I : amp (point current)
dm/dt = alpham*(1 - m) - betam*m : 1
dn/dt = alphan*(1 - n) - betan*n : 1
dh/dt = alphah*(1 - h) - betah*h : 1
alpham = (0.1/mV)*10*mV/exprel((-v + 25*mV)/(10*mV))/ms : Hz
betam = 4*exp(-v/(18*mV))/ms : Hz
alphah = 0.07*exp(-v/(20*mV))/ms : Hz
betah = 1/(exp((-v + 30*mV)/(10*mV)) + 1)/ms : Hz
alphan = (0.01/mV)*10*mV/exprel((-v + 10*mV)/(10*mV))/ms : Hz
betan = 0.125*exp(-v/(80*mV))/ms : Hz
"""
defaultclock.dt = 0.02 * ms
neuron = SpatialNeuron(
    morphology=morpho,
    model=eqs,
    threshold="m > 0.5",
    refractory="m > 0.4",
    threshold_location=0,
    Cm=1 * uF / cm**2,
    Ri=35.4 * ohm * cm,
    method="exponential_euler",
)
neuron.v = 0 * mV
neuron.h = 1
neuron.n = 0.3
neuron.I[0] = 1 * uA
run(10 * ms)
