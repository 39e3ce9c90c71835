"""The network of network.py by one of Brian2's own integrators, in double precision: what its cost and bias are compared with.

Spikes are seen at the end of a step and sent from there, as in any network that is written without pipeline.library.
"""

from network import *

prefs.core.default_float_dtype = float64
METHOD = "exponential_euler"
defaultclock.dt = 0.02*ms
if METHOD == "exponential_euler":  # takes v's equation only as linear in v
    NEURON = NEURON.replace("m = alpha_m/(alpha_m + beta_m) : 1", "m = alpha_m/(alpha_m + beta_m) : 1 (constant over dt)")


def plain(name, size):
    """Return the neurons of E or I."""
    own = {constant: f"{constant}_{name}" for constant in ("gL", "gKz", "I_ext")}
    neurons = NeuronGroup(
        size, Equations(NEURON + HALO[name], **own), method=METHOD, threshold="v > V_spike", refractory="v > V_rearm", name=name
    )
    neurons.v = "V_init_min + (V_init_max - V_init_min)*rand()"
    neurons.h, neurons.n, neurons.z = "alpha_h/(alpha_h + beta_h)", "alpha_n/(alpha_n + beta_n)", "z_inf"
    neurons.gain_T = "exp(spread_T*randn() - spread_T**2/2)"
    if name == "I":
        neurons.I_halo = "int(i + 0.5 < f_halo*N)*(I_halo_mean + I_halo_spread*(2*rand() - 1))"
    return neurons


if __name__ == "__main__":
    T, E, I = thalamus(), plain("E", N_E), plain("I", N_I)
    projections = [project(pre, post) for post in (E, I) for pre in (T, E, I)]
    for synapses in projections:
        synapses.delay = f"delay_{synapses.name}"
    spikes = [SpikeMonitor(population) for population in (T, E, I)]
    Network(T, E, I, projections, spikes).run(3.5*second)
    draw(spikes, 3.5*second)
