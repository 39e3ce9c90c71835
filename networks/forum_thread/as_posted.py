"""A network of thalamic, excitatory and inhibitory neurons that becomes NaN, restated from a question in the Brian forum.

Meant is layer 4 of Gutnisky et al. (2017), PLoS Comput Biol 13: e1005576. The faults are the author's: see README.md.
"""

import matplotlib.pyplot as plt
from brian2 import *

N_T = 200  # thalamic neurons
N_E = 1600  # excitatory neurons
N_I = 150  # inhibitory neurons
A_T = 14*Hz  # rate of a thalamic neuron
C_m = 1*uF  # capacitance (of 1 cm2)
gNa = 100*mS  # peak sodium conductance
gK = 40*mS  # peak potassium conductance
E_L = -65*mV  # reversal of the leak
E_Na = 55*mV  # reversal of sodium
E_K = -90*mV  # reversal of potassium
V_AMPA = 0*mV  # reversal of excitation
tau_AMPA = 2*ms  # decay of excitation
tau_GABA = 3*ms  # decay of inhibition
w_ET = 0.15/sqrt(50)*mS  # weight of E<-T
w_IT = 0.2/sqrt(75)*mS  # weight of I<-T
w_EE = 0.2/sqrt(200)*mS  # weight of E<-E
w_IE = 0.6/sqrt(400)*mS  # weight of I<-E
w_EI = 0.7/sqrt(25)*mS  # weight of E<-I
w_II = 0.55/sqrt(25)*mS  # weight of I<-I
duration = 300*ms  # simulated time (3 s in the post)

neuron_model = """
dv/dt = (-gNa*m**3*h*(v - E_Na) - gK*n**4*(v - E_K) - gL*(v - E_L) - gKz*z*(v - E_K) - I_syn)/C_m : volt
I_syn = I_AMPA + I_GABA : amp
dI_AMPA/dt = -I_AMPA/tau_AMPA : amp
dI_GABA/dt = -I_GABA/tau_GABA : amp
m = alpha_m/(alpha_m + beta_m) : 1
alpha_m = -0.1/mV*(v + 35*mV)/(exp(-0.1/mV*(v + 35*mV)) - 1)/ms : Hz
beta_m = 4*exp(-(v + 60*mV)/(18*mV))/ms : Hz
dh/dt = 5*(alpha_h*(1 - h) - beta_h*h) : 1
alpha_h = 0.07*exp(-(v + 58*mV)/(20*mV))/ms : Hz
beta_h = 1/(exp(-0.1/mV*(v + 28*mV)) + 1)/ms : Hz
dn/dt = 5*(alpha_n*(1 - n) - beta_n*n) : 1
alpha_n = -0.01/mV*(v + 34*mV)/(exp(-0.1/mV*(v + 34*mV)) - 1)/ms : Hz
beta_n = 0.125*exp(-(v + 44*mV)/(80*mV))/ms : Hz
dz/dt = (1/(1 + exp(-0.7*(v/mV + 30))) - z)/(60*ms) : 1
"""

gL = 0.1*mS  # leak of I
gKz = 0*mS  # slow potassium conductance of I
I = NeuronGroup(N_I, neuron_model, threshold="v > -48.8*mV", refractory="v > -48.8*mV", method="rk4")
I.v = E_L
I.h = 1

gL = 0.05*mS  # leak of E
gKz = 0.5*mS  # slow potassium conductance of E
E = NeuronGroup(N_E, neuron_model, threshold="v > -39.7*mV", refractory="v > -39.7*mV", method="rk4")
E.v = E_L
E.h = 1

T = PoissonGroup(N_T, rates=A_T)

cortical = """
w : siemens (constant)
current = w*(v_pre - v_post) : amp
"""
thalamic = """
w : siemens (constant)
current = w*(V_AMPA - v_post) : amp
"""
ET = Synapses(T, E, thalamic, on_pre="I_AMPA += current", delay=1*ms)
ET.connect(p=0.25)
ET.w = w_ET
IT = Synapses(T, I, thalamic, on_pre="I_AMPA += current", delay=1*ms)
IT.connect(p=0.5)
IT.w = w_IT
EE = Synapses(E, E, cortical, on_pre="I_AMPA += current", delay=1*ms)
EE.connect(p=0.125)
EE.w = w_EE
IE = Synapses(E, I, cortical, on_pre="I_AMPA += current", delay=1*ms)
IE.connect(p=0.25)
IE.w = w_IE
EI = Synapses(I, E, cortical, on_pre="I_GABA += current", delay=0.5*ms)
EI.connect(p=0.1666)
EI.w = w_EI
II = Synapses(I, I, cortical, on_pre="I_GABA += current", delay=0.5*ms)
II.connect(p=0.1666)
II.w = w_II

trace = StateMonitor(E, "v", record=[0, 1, 2])

run(duration)

plt.plot(trace.t/ms, trace.v.T/mV)
plt.xlabel("time (ms)")
plt.ylabel("v (mV)")
plt.show()
