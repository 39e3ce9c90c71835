"""A current-based network that keeps itself active without any input.

Vogels & Abbott (2005), J Neurosci 25: 10786; as benchmark 2 of Brette et al. (2007), J Comput Neurosci 23: 349.
"""

import matplotlib.pyplot as plt
from brian2 import *

N_E = 3200  # excitatory neurons (Brette 2007: 80 % of 4000)
N_I = 800  # inhibitory neurons (Brette 2007: 20 % of 4000)
tau_m = 20*ms  # membrane time constant (Vogels & Abbott 2005)
tau_e = 5*ms  # decay of excitatory currents (Vogels & Abbott 2005)
tau_i = 10*ms  # decay of inhibitory currents (Vogels & Abbott 2005)
E_L = -49*mV  # resting potential, above threshold: this is the drive (Brette 2007)
V_th = -50*mV  # threshold (Vogels & Abbott 2005)
V_r = -60*mV  # reset (Vogels & Abbott 2005)
t_ref = 5*ms  # refractory period (Vogels & Abbott 2005)
w_e = 1.62*mV  # jump of ge at a spike: 0.27 nS x 60 mV / 10 nS (Brette 2007)
w_i = -9*mV  # jump of gi at a spike: 4.5 nS x -20 mV / 10 nS (Brette 2007)
p_connect = 0.02  # probability of a connection (Vogels & Abbott 2005)
duration = 1*second  # simulated time

neuron_model = """
dv/dt = (E_L - v + ge + gi)/tau_m : volt (unless refractory)
dge/dt = -ge/tau_e : volt
dgi/dt = -gi/tau_i : volt
"""

neurons = NeuronGroup(N_E + N_I, neuron_model, threshold="v > V_th", reset="v = V_r", refractory=t_ref, method="exact")
excitatory = neurons[:N_E]
inhibitory = neurons[N_E:]
neurons.v = "V_r + (V_th - V_r)*rand()"

from_excitatory = Synapses(excitatory, neurons, on_pre="ge += w_e")
from_excitatory.connect(p=p_connect)
from_inhibitory = Synapses(inhibitory, neurons, on_pre="gi += w_i")
from_inhibitory.connect(p=p_connect)

spikes = SpikeMonitor(neurons)
rate = PopulationRateMonitor(neurons)

run(duration)

figure, (top, bottom) = plt.subplots(2, sharex=True)
top.plot(spikes.t/ms, spikes.i, ",k")
top.set_ylabel("neuron")
bottom.plot(rate.t/ms, rate.smooth_rate(window="gaussian", width=2*ms)/Hz)
bottom.set(xlabel="time (ms)", ylabel="rate (spikes/s)")
plt.show()
