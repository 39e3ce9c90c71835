"""The current-based network of Vogels & Abbott as another user wrote it: currents in pA, two groups, other names.

Changed: inhibition is 70 pA instead of 90 pA, excitation takes 2 ms, the capacitance is 300 pF instead of 200 pF.
"""

from brian2 import *

capacitance, leak = 300 * pF, 10 * nS
rest, fire, back = -49 * mV, -50 * mV, -60 * mV
membrane = """
dU/dt = (leak*(rest - U) + I_x + I_h)/capacitance : volt (unless refractory)
dI_x/dt = -I_x/(5*ms) : amp
dI_h/dt = -I_h/(10*ms) : amp
"""
pyramidal = NeuronGroup(3200, membrane, threshold="U > fire", reset="U = back", refractory=5 * ms, method="exact")
basket = NeuronGroup(800, membrane, threshold="U > fire", reset="U = back", refractory=5 * ms, method="exact")
for cells in (pyramidal, basket):
    cells.U = "back + (fire - back)*rand()"

wires = []
for source, change, late in ((pyramidal, "I_x_post += 16.2*pA", 2 * ms), (basket, "I_h_post -= 70*pA", 0 * ms)):
    for target in (pyramidal, basket):
        wire = Synapses(source, target, on_pre=change, delay=late)
        wire.connect(p=0.02)
        wires.append(wire)

Network(pyramidal, basket, wires).run(0.2 * second)
