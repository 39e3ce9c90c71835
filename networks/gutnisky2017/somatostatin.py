"""The network of network.py with a second kind of inhibitory neurons: S, which express somatostatin.

They are excited by E alone, through synapses that grow stronger with use, so they come in late and do more with every
touch (Beierlein, Gibson & Connors 2003, J Neurophysiol 90: 2987: layer 4 of barrel cortex). u is the fraction of its
transmitter that a synapse releases: a spike takes it from u to u + U_S (1 - u), and it falls back to 0 with the time
constant tau_facil (Markram, Wang & Tsodyks 1998, PNAS 95: 5323). g_SE is the gain of a first spike, at u = U_S.
"""

from network import *

N_S = 80  # neurons of S: half as many as of I; ours, illustrative
gL_S = 0.05*mS/cm**2  # leak conductance of S: that of E, half that of I, so weaker input excites it; ours, illustrative
gKz_S = 0.1*mS/cm**2  # slow potassium conductance of S: it adapts, less than E, while I does not; ours, illustrative
I_ext_S = 0*uA/cm**2  # external current into S
# gains as defined in network.py; in-degrees and delays are those of I in the same place
g_SE, K_SE, delay_SE = 0.15*mS*ms/cm**2, 400.0, 1*ms  # gain of a first spike, in-degree, delay of E to S; g is ours
g_ES, K_ES, delay_ES = 0.5*mS*ms/cm**2, 25.0, 0.85*ms  # gain, mean in-degree, delay of S to E; g is ours, illustrative
g_IS, K_IS, delay_IS = 0.3*mS*ms/cm**2, 25.0, 0.85*ms  # gain, mean in-degree, delay of S to I; g is ours, illustrative
U_S = 0.09  # fraction released by a first spike, pyramidal to Martinotti cells (Markram et al. 2015, Cell 163: 456)
tau_facil = 670*ms  # decay of facilitation, as there

HALO["S"], TRANSMITTER["S"] = HALO["E"], "GABA"

FACILITATION = "du/dt = -u/tau_facil : 1 (event-driven)"


def facilitating(pre, post):
    """Return synapses whose spikes release u + U_S (1 - u), which is U_S at first, and leave u there."""
    return project(pre, post, "*(u + U_S*(1 - u))/U_S", "\nu += U_S*(1 - u)", FACILITATION)


if __name__ == "__main__":
    T, E, I, S = thalamus(), cortex("E", N_E), cortex("I", N_I), cortex("S", N_S)
    projections = [project(pre, post) for post in (E, I) for pre in (T, E, I, S)]
    projections += [facilitating(E, S)]
    spikes = [SpikeMonitor(population) for population in (T, E, I, S)]
    Network(T, E, I, S, projections, spikes).run(3.5*second)
    draw(spikes, 3.5*second)
