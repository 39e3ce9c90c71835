"""Four states of a sparse random network of excitatory and inhibitory integrate-and-fire neurons.

Brunel (2000), J Comput Neurosci 8: 183, model A; its states by g and eta are those of its figure 8.
The paper has 10,000 + 2,500 neurons, C_E = 1000 and J = 0.1 mV. This is a copy with 0.4 times the neurons and inputs a
neuron; J is 2.5 times as large, so that J*C_E and with it all mean inputs are the paper's (their noise is 1.6 times that).
"""

import matplotlib.pyplot as plt
from brian2 import *

N_E = 4000  # excitatory neurons (paper: 10000)
N_I = 1000  # inhibitory neurons (paper: 2500)
epsilon = 0.1  # fraction of each population that a neuron gets input from (Brunel 2000)
J = 0.25*mV  # jump of v at an excitatory spike (paper: 0.1 mV for 2.5 times the inputs)
g = 5.0  # strength of inhibition over that of excitation (Brunel 2000, figure 8C)
eta = 2.0  # external rate over the rate that reaches threshold by itself, nu_ext/nu_thr (Brunel 2000, figure 8C)
delay = 1.5*ms  # transmission delay D (Brunel 2000)
tau = 20*ms  # membrane time constant (Brunel 2000)
theta = 20*mV  # threshold (Brunel 2000)
V_r = 10*mV  # reset (Brunel 2000)
t_ref = 2*ms  # refractory period (Brunel 2000)
time_step = 0.1*ms  # time step
duration = 1*second  # simulated time

C_E = int(epsilon*N_E)
C_I = int(epsilon*N_I)
nu_thr = theta/(J*C_E*tau)

defaultclock.dt = time_step
neurons = NeuronGroup(
    N_E + N_I,
    "dv/dt = -v/tau : volt (unless refractory)",
    threshold="v > theta",
    reset="v = V_r",
    refractory=t_ref,
    method="exact",
)
excitatory = neurons[:N_E]
inhibitory = neurons[N_E:]
neurons.v = "V_r + (theta - V_r)*rand()"

from_excitatory = Synapses(excitatory, neurons, on_pre="v += J", delay=delay)
from_excitatory.connect(i="k for k in sample(N_pre, size=C_E)")
from_inhibitory = Synapses(inhibitory, neurons, on_pre="v -= g*J", delay=delay)
from_inhibitory.connect(i="k for k in sample(N_pre, size=C_I)")
external = PoissonInput(neurons, "v", N=C_E, rate=eta*nu_thr, weight="J")

spikes = SpikeMonitor(neurons[:50])
rate = PopulationRateMonitor(neurons)

run(duration)

figure, (top, bottom) = plt.subplots(2, sharex=True)
top.plot(spikes.t/ms, spikes.i, "|k")
top.set_ylabel("neuron")
bottom.plot(rate.t/ms, rate.rate/Hz, lw=0.5)
bottom.set(xlabel="time (ms)", ylabel="rate (spikes/s)", xlim=(duration/ms - 200, duration/ms))
plt.show()
