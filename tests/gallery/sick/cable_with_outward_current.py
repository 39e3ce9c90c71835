"""current_sign: membrane current of a cable counted outward, Brian2's Im is inward (multicompartment)."""

from brian2 import *

gL, EL = 1e-4 * siemens / cm**2, -70 * mV
eqs = """
Im = gL*(v - EL) : amp/meter**2
I_stim : amp (point current)
"""
dendrite = Cylinder(length=300 * um, diameter=1 * um, n=20)
cable = SpatialNeuron(morphology=dendrite, model=eqs, Cm=1 * uF / cm**2, Ri=100 * ohm * cm, method="exponential_euler")
cable.v = EL
cable.I_stim[0] = 0.02 * nA
run(300 * ms)
