"""Brunel's network as another user wrote it: one group for all, PoissonInput, weights of a synapse.

Changed: inhibition is 4 times as strong as excitation instead of 5 times, delays are 2.5 ms, the refractory time is 4 ms.
"""

from brian2 import *

defaultclock.dt = 0.1 * ms
cells = NeuronGroup(
    5000,
    "du/dt = -u/(20*ms) : volt (unless refractory)",
    threshold="u > 20*mV",
    reset="u = 10*mV",
    refractory=4 * ms,
    method="exact",
)
cells.u = "10*mV + 10*mV*rand()"
drive = PoissonInput(cells, "u", N=400, rate=20 * Hz, weight=0.25 * mV)
exc = Synapses(cells[:4000], cells, "strength : volt", on_pre="u += strength", delay=2.5 * ms)
exc.connect(p=0.1)
exc.strength = 0.25 * mV
inh = Synapses(cells[4000:], cells, "strength : volt", on_pre="u += strength", delay=2.5 * ms)
inh.connect(p=0.1)
inh.strength = -1 * mV
run(100 * ms)
