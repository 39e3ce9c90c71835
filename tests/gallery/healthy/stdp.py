"""Spike-timing dependent plasticity on Poisson inputs."""

from brian2 import *

taum, taupre, taupost = 10 * ms, 20 * ms, 20 * ms
Ee, vt, vr, El, taue = 0 * mV, -54 * mV, -60 * mV, -74 * mV, 5 * ms
gmax, dApre = 0.01, 0.01
dApost = -dApre * taupre / taupost * 1.05 * gmax
dApre *= gmax
eqs = """
dv/dt = (ge*(Ee - v) + El - v)/taum : volt
dge/dt = -ge/taue : 1
"""
inputs = PoissonGroup(300, rates=15 * Hz)
neurons = NeuronGroup(1, eqs, threshold="v > vt", reset="v = vr", method="euler")
neurons.v = vr
S = Synapses(
    inputs,
    neurons,
    """w : 1
    dApre_/dt = -Apre_/taupre : 1 (event-driven)
    dApost_/dt = -Apost_/taupost : 1 (event-driven)""",
    on_pre="""ge += w
    Apre_ += dApre
    w = clip(w + Apost_, 0, gmax)""",
    on_post="""Apost_ += dApost
    w = clip(w + Apre_, 0, gmax)""",
)
S.connect()
S.w = "rand()*gmax"
run(300 * ms)
