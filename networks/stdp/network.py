"""Competition of synapses under spike-timing-dependent plasticity.

Song, Miller & Abbott (2000), Nat Neurosci 3: 919. Conductances are in units of the leak, weights in units of g_max.
The paper simulates about an hour; this learns four times faster and stops after a minute, when its weights are parting.
"""

import matplotlib.pyplot as plt
from brian2 import *

N_inputs = 1000  # excitatory inputs, which learn (Song 2000)
N_inhibitory = 200  # inhibitory inputs, which do not (Song 2000)
input_rate = 15*Hz  # rate of an excitatory input (Song 2000: 10 to 40 spikes/s)
inhibitory_rate = 10*Hz  # rate of an inhibitory input (Song 2000)
tau_m = 20*ms  # membrane time constant (Song 2000)
E_L = -70*mV  # resting potential (Song 2000)
V_th = -54*mV  # threshold (Song 2000)
V_r = -60*mV  # reset (Song 2000)
E_e = 0*mV  # reversal of excitation (Song 2000)
E_i = -70*mV  # reversal of inhibition (Song 2000)
tau_g = 5*ms  # decay of both conductances (Song 2000)
g_max = 0.015  # conductance of the strongest excitatory synapse (Song 2000)
g_inhibitory = 0.05  # conductance of an inhibitory synapse (Song 2000)
tau_plus = 20*ms  # window in which a spike before the neuron's strengthens (Song 2000)
tau_minus = 20*ms  # window in which a spike after it weakens (Song 2000)
A_plus = 0.02  # largest step up, of g_max (paper: 0.005, four times slower)
ratio = 1.05  # weakening over strengthening, A_minus/A_plus (Song 2000)
duration = 60*second  # simulated time (the runs of the paper are far longer)

neuron = NeuronGroup(
    1,
    """
    dv/dt = (E_L - v + g_e*(E_e - v) + g_i*(E_i - v))/tau_m : volt
    dg_e/dt = -g_e/tau_g : 1
    dg_i/dt = -g_i/tau_g : 1
    """,
    threshold="v > V_th",
    reset="v = V_r",
    method="exponential_euler",
)
neuron.v = "E_L"
inputs = PoissonGroup(N_inputs, rates="input_rate")
inhibitory_inputs = PoissonGroup(N_inhibitory, rates="inhibitory_rate")

synapses = Synapses(
    inputs,
    neuron,
    """
    w : 1
    dx_plus/dt = -x_plus/tau_plus : 1 (event-driven)
    dx_minus/dt = -x_minus/tau_minus : 1 (event-driven)
    """,
    on_pre="""
    g_e_post += g_max*w
    x_plus += A_plus
    w = clip(w - x_minus, 0, 1)
    """,
    on_post="""
    x_minus += ratio*A_plus
    w = clip(w + x_plus, 0, 1)
    """,
)
synapses.connect()
synapses.w = "rand()"
inhibitory_synapses = Synapses(inhibitory_inputs, neuron, on_pre="g_i_post += g_inhibitory")
inhibitory_synapses.connect()

weights = StateMonitor(synapses, "w", record=range(20), dt=100*ms)
output = SpikeMonitor(neuron)

run(duration)

figure, (top, middle, bottom) = plt.subplots(3)
top.hist(output.t/second, bins=arange(0, duration/second + 1), histtype="step")
top.set(xlabel="time (s)", ylabel="rate (spikes/s)")
middle.plot(weights.t/second, weights.w.T, lw=0.5)
middle.set(xlabel="time (s)", ylabel="w")
bottom.hist(synapses.w, bins=20)
bottom.set(xlabel="w at the end", ylabel="synapses")
plt.show()
