"""Neurons coupled by gap junctions, a summed variable."""

from brian2 import *

tau, v0 = 10 * ms, 1.05
eqs = """
dv/dt = (v0 - v + Igap)/tau : 1
Igap : 1
"""
neurons = NeuronGroup(10, eqs, threshold="v > 1", reset="v = 0", method="exact")
neurons.v = "i*1.0/9"
S = Synapses(
    neurons,
    neurons,
    """w : 1
    Igap_post = w*(v_pre - v_post) : 1 (summed)""",
)
S.connect()
S.w = 0.02
run(300 * ms)
