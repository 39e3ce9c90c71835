"""Layer 4 of barrel cortex while the animal whisks: thalamus T, excitatory neurons E, fast-spiking interneurons I.

Gutnisky et al. (2017), PLoS Comput Biol 13: e1005576, values of ModelDB entry 228596. This is the network that
`as_posted.py` was meant to be. Conductances and the capacitance are per area; a gain is the time integral of a
postsynaptic conductance times the square root of the number of inputs.
"""

import matplotlib.pyplot as plt
from brian2 import *

N_T = 200  # thalamic neurons (Gutnisky 2017)
N_E = 1600  # excitatory neurons (Gutnisky 2017)
N_I = 150  # inhibitory neurons (Gutnisky 2017)
A_T = 14*Hz  # mean rate of a thalamic neuron while whisking (Gutnisky 2017)
B_T = 0.25  # depth of its modulation by whisking (Gutnisky 2017)
T_w = 100*ms  # whisking cycle (Gutnisky 2017)
C_m = 1*uF/cm**2  # capacitance (Gutnisky 2017)
g_L_E = 0.05*mS/cm**2  # leak of E (Gutnisky 2017)
g_L_I = 0.1*mS/cm**2  # leak of I (Gutnisky 2017)
g_Kz_E = 0.5*mS/cm**2  # slow potassium conductance of E, which adapts it (Gutnisky 2017)
g_Kz_I = 0*mS/cm**2  # slow potassium conductance of I (Gutnisky 2017)
g_Na = 100*mS/cm**2  # peak sodium conductance (Gutnisky 2017)
g_K = 40*mS/cm**2  # peak potassium conductance (Gutnisky 2017)
E_L = -65*mV  # reversal of the leak (Gutnisky 2017)
E_Na = 55*mV  # reversal of sodium (Gutnisky 2017)
E_K = -90*mV  # reversal of potassium (Gutnisky 2017)
E_AMPA = 0*mV  # reversal of excitation (Gutnisky 2017)
E_GABA = -85*mV  # reversal of inhibition (Gutnisky 2017)
tau_AMPA = 2*ms  # decay of excitation (Gutnisky 2017)
tau_GABA = 3*ms  # decay of inhibition (Gutnisky 2017)
tau_z = 60*ms  # time constant of the slow potassium gate (Gutnisky 2017)
phi = 0.2  # speed of the gates h and n (Gutnisky 2017)
g_ET = 0.15*mS*ms/cm**2  # gain of E<-T (Gutnisky 2017)
g_IT = 0.2*mS*ms/cm**2  # gain of I<-T (Gutnisky 2017)
g_EE = 0.2*mS*ms/cm**2  # gain of E<-E (Gutnisky 2017)
g_IE = 0.6*mS*ms/cm**2  # gain of I<-E (Gutnisky 2017)
g_EI = 0.7*mS*ms/cm**2  # gain of E<-I (Gutnisky 2017)
g_II = 0.55*mS*ms/cm**2  # gain of I<-I (Gutnisky 2017)
K_ET = 50  # mean number of inputs E<-T (Gutnisky 2017)
K_IT = 75  # mean number of inputs I<-T (Gutnisky 2017)
K_EE = 200  # mean number of inputs E<-E (Gutnisky 2017)
K_IE = 400  # mean number of inputs I<-E (Gutnisky 2017)
K_EI = 25  # mean number of inputs E<-I (Gutnisky 2017)
K_II = 25  # mean number of inputs I<-I (Gutnisky 2017)
delay_T = 1*ms  # delay of E<-T and I<-T (Gutnisky 2017)
delay_E = 1*ms  # delay of E<-E and I<-E (Gutnisky 2017)
delay_EI = 0.85*ms  # delay of E<-I (Gutnisky 2017)
delay_II = 0.5*ms  # delay of I<-I (Gutnisky 2017)
V_spike = -20*mV  # a spike is an upward crossing of this potential (Gutnisky 2017)
V_arm = -33*mV  # below it the next spike can be counted (Gutnisky 2017)
time_step = 0.05*ms  # time step
duration = 1*second  # simulated time

neuron_model = """
dv/dt = (g_L*(E_L - v) + g_Na*m**3*h*(E_Na - v) + (g_K*n**4 + g_Kz*z)*(E_K - v) + I_syn)/C_m : volt
I_syn = g_AMPA*(E_AMPA - v) + g_GABA*(E_GABA - v) : amp/meter**2
dg_AMPA/dt = -g_AMPA/tau_AMPA : siemens/meter**2
dg_GABA/dt = -g_GABA/tau_GABA : siemens/meter**2
m = alpha_m/(alpha_m + beta_m) : 1 (constant over dt)
alpha_m = 1/exprel(-(v + 30*mV)/(10*mV))/ms : Hz
beta_m = 4*exp(-(v + 55*mV)/(18*mV))/ms : Hz
dh/dt = phi*(alpha_h*(1 - h) - beta_h*h) : 1
alpha_h = 0.7*exp(-(v + 44*mV)/(20*mV))/ms : Hz
beta_h = 10/(1 + exp(-(v + 14*mV)/(10*mV)))/ms : Hz
dn/dt = phi*(alpha_n*(1 - n) - beta_n*n) : 1
alpha_n = 1/exprel(-(v + 34*mV)/(10*mV))/ms : Hz
beta_n = 1.25*exp(-(v + 44*mV)/(80*mV))/ms : Hz
dz/dt = (z_inf - z)/tau_z : 1
z_inf = 1/(1 + exp(-0.7*(v/mV + 30))) : 1
"""

defaultclock.dt = time_step
spiking = dict(threshold="v > V_spike", refractory="v > V_arm", method="exponential_euler")
T = PoissonGroup(N_T, rates="A_T*(1 + B_T*cos(2*pi*t/T_w))")
E = NeuronGroup(N_E, Equations(neuron_model, g_L="g_L_E", g_Kz="g_Kz_E"), **spiking)
I = NeuronGroup(N_I, Equations(neuron_model, g_L="g_L_I", g_Kz="g_Kz_I"), **spiking)
E.v = I.v = "-70*mV + 5*mV*rand()"
E.h = I.h = "alpha_h/(alpha_h + beta_h)"
E.n = I.n = "alpha_n/(alpha_n + beta_n)"
E.z = I.z = "z_inf"

ET = Synapses(T, E, on_pre="g_AMPA += g_ET/(sqrt(K_ET)*tau_AMPA)", delay=delay_T)
ET.connect(p="K_ET/N_pre")
IT = Synapses(T, I, on_pre="g_AMPA += g_IT/(sqrt(K_IT)*tau_AMPA)", delay=delay_T)
IT.connect(p="K_IT/N_pre")
EE = Synapses(E, E, on_pre="g_AMPA += g_EE/(sqrt(K_EE)*tau_AMPA)", delay=delay_E)
EE.connect(p="K_EE/N_pre")
IE = Synapses(E, I, on_pre="g_AMPA += g_IE/(sqrt(K_IE)*tau_AMPA)", delay=delay_E)
IE.connect(p="K_IE/N_pre")
EI = Synapses(I, E, on_pre="g_GABA += g_EI/(sqrt(K_EI)*tau_GABA)", delay=delay_EI)
EI.connect(p="K_EI/N_pre")
II = Synapses(I, I, on_pre="g_GABA += g_II/(sqrt(K_II)*tau_GABA)", delay=delay_II)
II.connect(p="K_II/N_pre")

spikes_E, spikes_I = SpikeMonitor(E), SpikeMonitor(I)

run(duration)

plt.plot(spikes_E.t/ms, spikes_E.i, ",k", label="E")
plt.plot(spikes_I.t/ms, N_E + spikes_I.i, ".r", ms=2, label="I")
plt.xlabel("time (ms)")
plt.ylabel("neuron")
plt.legend()
plt.show()
