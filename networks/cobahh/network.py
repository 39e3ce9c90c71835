"""Hodgkin-Huxley neurons with conductance-based synapses that keep one another active.

COBAHH, benchmark 3 of Brette et al. (2007), J Comput Neurosci 23: 349; kinetics after Traub & Miles (1991), Neuronal
Networks of the Hippocampus. Conductances are those of a whole cell of 20,000 square micrometres.
"""

import matplotlib.pyplot as plt
from brian2 import *

N_E = 3200  # excitatory neurons (Brette 2007: 80 % of 4000)
N_I = 800  # inhibitory neurons (Brette 2007: 20 % of 4000)
C_m = 200*pF  # capacitance: 1 uF/cm2 (Brette 2007)
g_L = 10*nS  # leak: 0.05 mS/cm2 (Brette 2007)
g_Na = 20*uS  # peak sodium conductance: 100 mS/cm2 (Brette 2007)
g_K = 6*uS  # peak potassium conductance: 30 mS/cm2 (Brette 2007)
E_L = -60*mV  # reversal of the leak (Brette 2007)
E_Na = 50*mV  # reversal of sodium (Brette 2007)
E_K = -90*mV  # reversal of potassium (Brette 2007)
V_T = -63*mV  # shifts all gates, and so the threshold (Brette 2007)
E_e = 0*mV  # reversal of excitation (Brette 2007)
E_i = -80*mV  # reversal of inhibition (Brette 2007)
tau_e = 5*ms  # decay of excitation (Brette 2007)
tau_i = 10*ms  # decay of inhibition (Brette 2007)
w_e = 6*nS  # conductance added by an excitatory spike (Brette 2007)
w_i = 67*nS  # conductance added by an inhibitory spike (Brette 2007)
p_connect = 0.02  # probability of a connection (Brette 2007)
V_spike = -20*mV  # a spike is a crossing of this potential
t_ref = 3*ms  # after a spike, no other is counted for this time
ge_start = 40*nS  # mean excitation at the start, to set the network off
gi_start = 200*nS  # mean inhibition at the start
time_step = 0.1*ms  # time step (Brette 2007)
duration = 1*second  # simulated time

neuron_model = """
dv/dt = (g_L*(E_L - v) + ge*(E_e - v) + gi*(E_i - v) + g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v))/C_m : volt
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
dge/dt = -ge/tau_e : siemens
dgi/dt = -gi/tau_i : siemens
u = (v - V_T)/mV : 1
alpha_m = 1.28/exprel((13 - u)/4)/ms : Hz
beta_m = 1.4/exprel((u - 40)/5)/ms : Hz
alpha_h = 0.128*exp((17 - u)/18)/ms : Hz
beta_h = 4/(1 + exp((40 - u)/5))/ms : Hz
alpha_n = 0.16/exprel((15 - u)/5)/ms : Hz
beta_n = 0.5*exp((10 - u)/40)/ms : Hz
"""

defaultclock.dt = time_step
neurons = NeuronGroup(N_E + N_I, neuron_model, threshold="v > V_spike", refractory=t_ref, method="exponential_euler")
excitatory = neurons[:N_E]
inhibitory = neurons[N_E:]
neurons.v = "E_L + 5*mV*(randn() - 1)"
neurons.ge = "ge_start*clip(1 + 0.4*randn(), 0, inf)"
neurons.gi = "gi_start*clip(1 + 0.6*randn(), 0, inf)"

from_excitatory = Synapses(excitatory, neurons, on_pre="ge += w_e")
from_excitatory.connect(p=p_connect)
from_inhibitory = Synapses(inhibitory, neurons, on_pre="gi += w_i")
from_inhibitory.connect(p=p_connect)

spikes = SpikeMonitor(excitatory[:100])
rate = PopulationRateMonitor(neurons)
potential = StateMonitor(excitatory, "v", record=[0])

run(duration)

figure, (top, middle, bottom) = plt.subplots(3, sharex=True)
top.plot(spikes.t/ms, spikes.i, "|k", ms=3)
top.set_ylabel("neuron")
middle.plot(rate.t/ms, rate.smooth_rate(window="gaussian", width=2*ms)/Hz)
middle.set_ylabel("rate (spikes/s)")
bottom.plot(potential.t/ms, potential.v[0]/mV)
bottom.set(xlabel="time (ms)", ylabel="v (mV)")
plt.show()
