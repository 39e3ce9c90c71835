"""shadowed_builtin: any() of a generator is numpy's after the star import: always true."""

from brian2 import *

seed(1)
cells = NeuronGroup(
    20, "dv/dt = (-45*mV - v)/(20*ms) : volt", threshold="v > -50*mV", reset="v = -60*mV", method="exact"
)
cells.v = "-60*mV + 10*mV*rand()"
spikes = SpikeMonitor(cells)
run(50 * ms)
if any(count > 1000 for count in spikes.count):
    print("some neuron fires too fast")
