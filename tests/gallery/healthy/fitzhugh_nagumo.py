"""FitzHugh-Nagumo oscillators without units."""

from brian2 import *

eqs = """
dv/dt = (v - v**3/3 - w + 0.6)/ms : 1
dw/dt = 0.08*(v + 0.7 - 0.8*w)/ms : 1
"""
G = NeuronGroup(10, eqs, threshold="v > 1", refractory="v > 1", method="rk4")
G.v = "-1 + 0.2*rand()"
run(100 * ms)
