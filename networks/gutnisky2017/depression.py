"""The network of network.py, in which the synapses from thalamus to cortex tire: short-term depression.

x is what a synapse has left of its transmitter, 1 at rest. A spike releases the fraction U of it, and x comes back with
the time constant tau_rec (Tsodyks & Markram 1997, PNAS 94: 719). g_ET and g_IT are the gains of a rested synapse, so
with tau_rec near 0 this is the network of network.py.
"""

from network import *

U = 0.25  # fraction of x released by a spike; from the authors' program (ModelDB 228596), where x is back at once
tau_rec = 100*ms  # time constant of recovery; ours, illustrative (that they tire: Chung et al. 2002, Neuron 34: 437)

DEPRESSION = "dx/dt = (1 - x)/tau_rec : 1 (event-driven)"


def depressing(pre, post):
    """Return synapses whose spikes have the effect x times that of a rested synapse, and take U of x."""
    synapses = project(pre, post, "*x", "\nx -= U*x", DEPRESSION)
    synapses.x = 1  # x at the beginning: rested
    return synapses


if __name__ == "__main__":
    T, E, I = thalamus(), cortex("E", N_E), cortex("I", N_I)
    projections = [depressing(T, post) for post in (E, I)]
    projections += [project(pre, post) for post in (E, I) for pre in (E, I)]
    spikes = [SpikeMonitor(population) for population in (T, E, I)]
    Network(T, E, I, projections, spikes).run(3.5*second)
    draw(spikes, 3.5*second)
