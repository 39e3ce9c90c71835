"""in_degree: connected with p = 0.5 where weights assume K = 25 of 100 inputs (integrate-and-fire)."""

from brian2 import *

K_in = 25
seed(1)
inputs = PoissonGroup(100, rates=10 * Hz)
cells = NeuronGroup(
    60, "dv/dt = (-70*mV - v)/(20*ms) : volt", threshold="v > -50*mV", reset="v = -60*mV", method="exact"
)
cells.v = -70 * mV
drive = Synapses(inputs, cells, "w : volt", on_pre="v += w")
drive.connect(p=0.5)
drive.w = 10 * mV / sqrt(K_in)
run(100 * ms)
