"""Noise that grows with the variable, by Heun's method."""

from brian2 import *

seed(1)
G = NeuronGroup(100, "dx/dt = (1 - x)/(20*ms) + 0.3*x*xi/sqrt(20*ms) : 1", method="heun")
G.x = 1
run(100 * ms)
