"""A thalamocortical loop that swings at 10 Hz or relays, by the drive of its reticular cells. Illustrative: tuned by hand.

Relay cells TC and reticular cells RE make the rhythm, cortical E and I follow it and feed back. Neurons are adaptive
exponential integrate-and-fire: Brette & Gerstner (2005), J Neurophysiol 94: 3637; the adaptation that makes thalamic
cells rebound after Destexhe (2009), J Comput Neurosci 27: 493. Synapses, sizes and inputs are of our own choice.
"""

import matplotlib.pyplot as plt
from brian2 import *

N_TC = 200  # thalamic relay cells
N_RE = 100  # reticular cells, inhibitory
N_E = 600  # cortical excitatory neurons
N_I = 150  # cortical inhibitory neurons
I_TC = 300*pA  # current into relay cells
I_RE = -300*pA  # current into reticular cells: decides between rhythm and relay
I_cortex = 0*pA  # current into cortical neurons
rate_sensory = 20*Hz  # rate of the sensory fibre of each relay cell
rate_cortical = 250*Hz  # rate of the background of each cortical neuron
C_m = 200*pF  # capacitance (Destexhe 2009)
g_L = 10*nS  # leak (Destexhe 2009)
E_L = -60*mV  # resting potential (Destexhe 2009)
V_T = -50*mV  # threshold of the exponential (Destexhe 2009)
Delta_T = 2.5*mV  # its steepness (Destexhe 2009)
V_spike = -30*mV  # a spike is a crossing of this potential
V_r = -60*mV  # reset (Destexhe 2009)
t_ref = 2.5*ms  # refractory period (Destexhe 2009)
tau_w = 600*ms  # time constant of adaptation in the cortex (Destexhe 2009)
tau_w_thalamus = 100*ms  # time constant of adaptation in the thalamus (Destexhe 2009: 600)
a_TC = 80*nS  # adaptation of TC by potential, which makes it rebound (Destexhe 2009: 40)
a_RE = 30*nS  # adaptation of RE by potential (Destexhe 2009)
a_cortex = 1*nS  # adaptation of E and I by potential (Destexhe 2009)
b_TC = 0*pA  # adaptation of TC by a spike (Destexhe 2009)
b_RE = 80*pA  # adaptation of RE by a spike (Destexhe 2009)
b_E = 20*pA  # adaptation of E by a spike (Destexhe 2009: 5 to 40)
b_I = 0*pA  # adaptation of I by a spike (Destexhe 2009)
E_e = 0*mV  # reversal of excitation (Destexhe 2009)
E_i = -80*mV  # reversal of inhibition (Destexhe 2009)
tau_e = 5*ms  # decay of excitation (Destexhe 2009)
tau_i = 10*ms  # decay of inhibition in the cortex (Destexhe 2009)
tau_i_thalamus = 40*ms  # decay of inhibition in the thalamus, slow
w_sensory = 12*nS  # conductance added in TC by a spike of its sensory fibre
w_background = 4*nS  # conductance added in E and I by a spike of the background
w_RE_TC = 3*nS  # conductance added in RE by a spike of TC
w_TC_RE = 10*nS  # conductance added in TC by a spike of RE, inhibitory
w_RE_RE = 0.5*nS  # conductance added in RE by a spike of RE, inhibitory
w_E_TC = 12*nS  # conductance added in E by a spike of TC
w_I_TC = 12*nS  # conductance added in I by a spike of TC
w_E_E = 1*nS  # conductance added in E by a spike of E
w_I_E = 3*nS  # conductance added in I by a spike of E
w_cortex_I = 20*nS  # conductance added in E and I by a spike of I, inhibitory
w_TC_E = 1*nS  # conductance added in TC by a spike of E
w_RE_E = 3*nS  # conductance added in RE by a spike of E
p_thalamus = 0.2  # probability of a connection within the thalamus
p_cortex = 0.05  # probability of a connection within the cortex
p_between = 0.05  # probability of a connection between thalamus and cortex
delay_between = 4*ms  # delay between thalamus and cortex, each way
duration = 2*second  # simulated time

neuron_model = """
dv/dt = (g_L*(E_L - v) + g_L*Delta_T*exp((v - V_T)/Delta_T) - w + ge*(E_e - v) + gi*(E_i - v) + I_drive)/C_m : volt (unless refractory)
dw/dt = (a*(v - E_L) - w)/tau_adapt : amp
dge/dt = -ge/tau_e : siemens
dgi/dt = -gi/tau_inh : siemens
"""

thalamus = dict(tau_adapt="tau_w_thalamus", tau_inh="tau_i_thalamus")
cortex = dict(tau_adapt="tau_w", tau_inh="tau_i")
spiking = dict(threshold="v > V_spike", refractory=t_ref, method="euler")
TC = NeuronGroup(N_TC, Equations(neuron_model, a="a_TC", I_drive="I_TC", **thalamus), reset="v = V_r; w += b_TC", **spiking)
RE = NeuronGroup(N_RE, Equations(neuron_model, a="a_RE", I_drive="I_RE", **thalamus), reset="v = V_r; w += b_RE", **spiking)
E = NeuronGroup(N_E, Equations(neuron_model, a="a_cortex", I_drive="I_cortex", **cortex), reset="v = V_r; w += b_E", **spiking)
I = NeuronGroup(N_I, Equations(neuron_model, a="a_cortex", I_drive="I_cortex", **cortex), reset="v = V_r; w += b_I", **spiking)
TC.v = RE.v = E.v = I.v = "E_L + 5*mV*randn()"

sensory = PoissonInput(TC, "ge", N=1, rate=rate_sensory, weight="w_sensory")
background_E = PoissonInput(E, "ge", N=1, rate=rate_cortical, weight="w_background")
background_I = PoissonInput(I, "ge", N=1, rate=rate_cortical, weight="w_background")

RE_from_TC = Synapses(TC, RE, on_pre="ge += w_RE_TC")
RE_from_TC.connect(p=p_thalamus)
TC_from_RE = Synapses(RE, TC, on_pre="gi += w_TC_RE")
TC_from_RE.connect(p=p_thalamus)
RE_from_RE = Synapses(RE, RE, on_pre="gi += w_RE_RE")
RE_from_RE.connect(p=p_thalamus)
E_from_TC = Synapses(TC, E, on_pre="ge += w_E_TC", delay=delay_between)
E_from_TC.connect(p=p_between)
I_from_TC = Synapses(TC, I, on_pre="ge += w_I_TC", delay=delay_between)
I_from_TC.connect(p=p_between)
TC_from_E = Synapses(E, TC, on_pre="ge += w_TC_E", delay=delay_between)
TC_from_E.connect(p=p_between)
RE_from_E = Synapses(E, RE, on_pre="ge += w_RE_E", delay=delay_between)
RE_from_E.connect(p=p_between)
E_from_E = Synapses(E, E, on_pre="ge += w_E_E")
E_from_E.connect(p=p_cortex)
I_from_E = Synapses(E, I, on_pre="ge += w_I_E")
I_from_E.connect(p=p_cortex)
E_from_I = Synapses(I, E, on_pre="gi += w_cortex_I")
E_from_I.connect(p=p_cortex)
I_from_I = Synapses(I, I, on_pre="gi += w_cortex_I")
I_from_I.connect(p=p_cortex)

spikes_TC, spikes_RE, spikes_E, spikes_I = SpikeMonitor(TC), SpikeMonitor(RE), SpikeMonitor(E), SpikeMonitor(I)

run(duration)

plt.plot(spikes_TC.t/ms, spikes_TC.i, ".", ms=2, label="TC")
plt.plot(spikes_RE.t/ms, N_TC + spikes_RE.i, ".", ms=2, label="RE")
plt.plot(spikes_E.t/ms, N_TC + N_RE + spikes_E.i, ".", ms=2, label="E")
plt.plot(spikes_I.t/ms, N_TC + N_RE + N_E + spikes_I.i, ".", ms=2, label="I")
plt.xlabel("time (ms)")
plt.ylabel("neuron")
plt.legend(loc="upper right")
plt.show()
