"""The network of network.py by one of Brian2's own integrators, in double precision: what its cost and bias are compared with.

Spikes are seen at the end of a step and sent from there, as in any network that is written without pipeline.library.
"""

import network
from network import *

prefs.core.default_float_dtype = float64
METHOD = "exponential_euler"
defaultclock.dt = 0.02*ms
if METHOD == "exponential_euler":  # takes v's equation only as linear in v
    NEURON = NEURON.replace("m = alpha_m/(alpha_m + beta_m) : 1", "m = alpha_m/(alpha_m + beta_m) : 1 (constant over dt)")


def as_written(size, model, threshold, rearm, foot, name):
    """Return neurons of Brian2 in place of those of the library."""
    return NeuronGroup(size, model, method=METHOD, threshold=threshold, refractory=f"not ({rearm})", name=name)


network.spiking_neurons = as_written
network.arrival = lambda variable, jump, delay: f"{variable}_post += {jump}"

if __name__ == "__main__":
    T, E, I = thalamus(), cortex("E", N_E, NEURON), cortex("I", N_I, NEURON)
    projections = [project(pre, post) for post in (E, I) for pre in (T, E, I)]
    for synapses in projections:
        synapses.delay = f"delay_{synapses.name}"
    spikes = [SpikeMonitor(population) for population in (T, E, I)]
    Network(T, E, I, projections, spikes).run(3.5*second)
    draw(spikes, 3.5*second)
