"""weight_scale: a weight in V where mV was meant (current-based integrate-and-fire)."""

from brian2 import *

tau_m, tau_s = 10 * ms, 5 * ms
eqs = """
dv/dt = (-70*mV - v + drive)/tau_m : volt (unless refractory)
ddrive/dt = -drive/tau_s : volt
"""
seed(1)
inputs = PoissonGroup(50, rates=20 * Hz)
cells = NeuronGroup(20, eqs, threshold="v > -50*mV", reset="v = -70*mV", refractory=2 * ms, method="euler")
cells.v = -70 * mV
contacts = Synapses(inputs, cells, "w : volt", on_pre="drive += w")
contacts.connect(p=0.5)
contacts.w = 5 * volt
run(100 * ms)
