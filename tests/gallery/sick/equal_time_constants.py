"""exact_singular: method exact with rise and decay equally fast (current-based)."""

from brian2 import *

tau_m, tau_r, tau_d = 10 * ms, 5 * ms, 5 * ms
eqs = """
dv/dt = (-70*mV - v + 40*mV*g)/tau_m : volt
dg/dt = (x - g)/tau_r : 1
dx/dt = -x/tau_d : 1
"""
inputs = SpikeGeneratorGroup(1, [0, 0, 0], [5, 15, 25] * ms)
cells = NeuronGroup(5, eqs, threshold="v > -50*mV", reset="v = -70*mV", method="exact")
cells.v = -70 * mV
drive = Synapses(inputs, cells, on_pre="x += 1")
drive.connect()
run(50 * ms)
