"""Membrane noise (xi) by Euler-Maruyama."""

from brian2 import *

seed(1)
tau, sigma = 10 * ms, 4 * mV
G = NeuronGroup(
    100,
    "dv/dt = (-54*mV - v)/tau + sigma*sqrt(2/tau)*xi : volt",
    threshold="v > -50*mV",
    reset="v = -60*mV",
    method="euler",
)
G.v = -60 * mV
run(200 * ms)
