"""current_sign: g_exc*(v - E_exc) with a plus (conductance-based integrate-and-fire)."""

from brian2 import *

tau_m, tau_e = 20 * ms, 5 * ms
E_L, E_exc = -60 * mV, 0 * mV
eqs = """
dv/dt = ((E_L - v) + g_exc*(v - E_exc))/tau_m : volt (unless refractory)
dg_exc/dt = -g_exc/tau_e : 1
"""
seed(1)
inputs = PoissonGroup(100, rates=30 * Hz)
cells = NeuronGroup(50, eqs, threshold="v > -50*mV", reset="v = E_L", refractory=5 * ms, method="euler")
cells.v = E_L
drive = Synapses(inputs, cells, on_pre="g_exc += 0.6")
drive.connect(p=0.5)
run(200 * ms)
