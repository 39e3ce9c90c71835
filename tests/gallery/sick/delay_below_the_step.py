"""delay_rounding: a delay of 0.04 ms at a step of 0.1 ms (integrate-and-fire)."""

from brian2 import *

seed(1)
cells = NeuronGroup(
    40, "dv/dt = (-45*mV - v)/(20*ms) : volt", threshold="v > -50*mV", reset="v = -60*mV", method="exact"
)
cells.v = "-60*mV + 10*mV*rand()"
contacts = Synapses(cells, cells, on_pre="v += 0.1*mV", delay=0.04 * ms)
contacts.connect(p=0.2)
run(100 * ms)
