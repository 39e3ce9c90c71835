"""NMDA and AMPA synapses with a magnesium block; NMDA gates live in the synapses and are summed."""

from brian2 import *

eqs = """
dv/dt = (-25*nS*(v + 70*mV) - I_ampa - I_nmda)/(0.5*nF) : volt (unless refractory)
I_ampa = 3*nS*s_ampa*v : amp
ds_ampa/dt = -s_ampa/(2*ms) : 1
I_nmda = 0.6*nS*v/(1 + exp(-0.062*v/mV)/3.57)*s_tot : amp
s_tot : 1
"""
seed(1)
cells = NeuronGroup(30, eqs, threshold="v > -50*mV", reset="v = -55*mV", refractory=2 * ms, method="euler")
cells.v = -70 * mV
inputs = PoissonGroup(60, rates=60 * Hz)
fast = Synapses(inputs, cells, on_pre="s_ampa += 1")
fast.connect()
slow = Synapses(
    cells,
    cells,
    """s_tot_post = s : 1 (summed)
    ds/dt = -s/(100*ms) + 0.5/ms*x*(1 - s) : 1 (clock-driven)
    dx/dt = -x/(2*ms) : 1 (clock-driven)""",
    on_pre="x += 1",
    method="euler",
)
slow.connect(p=0.5)
run(200 * ms)
