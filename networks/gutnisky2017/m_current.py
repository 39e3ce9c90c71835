"""The network of network.py, in which E has an M-current: slow potassium that opens below the threshold of spikes.

Form and kinetics of Yamada, Koch & Adams 1989 (in Methods in Neuronal Modeling, MIT Press), as in the regular-spiking
neurons of Pospischil et al. 2008 (Biol Cybern 99: 427). w is the fraction of open channels.
"""

from network import *

gM = 0.1*mS/cm**2  # conductance of the M-current of E, twice the leak; ours, illustrative
V_w, k_w = -35*mV, 10*mV  # potential of half activation, and its slope (Yamada et al. 1989)
tau_w_max = 608*ms  # sets the time constant, 117 ms at -65 mV and 141 ms at -35 mV (Pospischil et al. 2008)

M_CURRENT = NEURON.replace("- gKz*z*(v - VK)", "- gKz*z*(v - VK) - gM*w*(v - VK)") + """
dw/dt = (w_inf - w)/tau_w : 1
w_inf = exp_w**2/(1 + exp_w**2) : 1
tau_w = tau_w_max*exp_w/(3.3*exp_w**2 + 1) : second
exp_w = exp((v - V_w)/(2*k_w)) : 1
"""


if __name__ == "__main__":
    T, E, I = thalamus(), cortex("E", N_E, M_CURRENT), cortex("I", N_I)
    E.w = "w_inf"
    projections = [project(pre, post) for post in (E, I) for pre in (T, E, I)]
    spikes = [SpikeMonitor(population) for population in (T, E, I)]
    Network(T, E, I, projections, spikes).run(3.5*second)
    draw(spikes, 3.5*second)
