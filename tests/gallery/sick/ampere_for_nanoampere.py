"""weight_scale: an injected current a thousand times too large (integrate-and-fire without spikes)."""

from brian2 import *

eqs = "dv/dt = (gL*(EL - v) + I)/C : volt"
gL, EL, C, I = 10 * nS, -70 * mV, 200 * pF, 1 * uA
cells = NeuronGroup(5, eqs, method="exact")
cells.v = EL
run(100 * ms)
