"""A passive cable with a branch, current at one end."""

from brian2 import *

morpho = Soma(diameter=30 * um)
morpho.axon = Cylinder(length=200 * um, diameter=1 * um, n=20)
morpho.dendrite = Cylinder(length=100 * um, diameter=2 * um, n=10)
gL, EL = 1e-4 * siemens / cm**2, -70 * mV
neuron = SpatialNeuron(
    morphology=morpho,
    model="""
Im = gL*(EL - v) : amp/meter**2
I : amp (point current)
""",
    Cm=1 * uF / cm**2,
    Ri=150 * ohm * cm,
    method="exponential_euler",
)
neuron.v = EL
neuron.I[0] = 0.1 * nA
run(50 * ms)
