"""spike_counting: a threshold without refractoriness (Wang-Buzsaki)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(1996)
np.random.seed(1996)
defaultclock.dt = 0.05 * ms

Cm = 1 * uF / cm**2
gL = 0.1 * msiemens / cm**2
EL = -65 * mV
ENa = 55 * mV
EK = -90 * mV
gNa = 35 * msiemens / cm**2
gK = 9 * msiemens / cm**2
E_syn = -75 * mV
tau_syn = 10 * ms
w_syn = 0.004 * msiemens / cm**2

eqs = """
dv/dt = (-gNa*m_inf**3*h*(v - ENa) - gK*n**4*(v - EK) - gL*(v - EL)
         - g_syn*(v - E_syn) + I_app)/Cm : volt
m_inf = alpha_m/(alpha_m + beta_m) : 1
alpha_m = 1.0/exprel(-(v + 35*mV)/(10*mV))/ms : Hz
beta_m = 4*exp(-(v + 60*mV)/(18*mV))/ms : Hz
dh/dt = 5*(alpha_h*(1 - h) - beta_h*h) : 1
alpha_h = 0.07*exp(-(v + 58*mV)/(20*mV))/ms : Hz
beta_h = 1./(exp(-0.1/mV*(v + 28*mV)) + 1)/ms : Hz
dn/dt = 5*(alpha_n*(1 - n) - beta_n*n) : 1
alpha_n = 0.1/exprel(-(v + 34*mV)/(10*mV))/ms : Hz
beta_n = 0.125*exp(-(v + 44*mV)/(80*mV))/ms : Hz
dg_syn/dt = -g_syn/tau_syn : siemens/meter**2
I_app : amp/meter**2
"""

N = 100
inter = NeuronGroup(N, eqs, threshold="v > -20*mV", reset="", method="exponential_euler")
inter.v = "-70*mV + 10*mV*rand()"
inter.h = 0.8
inter.n = 0.1
inter.I_app = "(1.5 + 0.1*randn())*uA/cm**2"

gaba = Synapses(inter, inter, on_pre="g_syn_post += w_syn", delay=0.5 * ms)
gaba.connect(condition="i != j", p=0.3)

spikes = SpikeMonitor(inter)
state = StateMonitor(inter, ["v", "g_syn"], record=[0, 1])

run(200 * ms)

print("mean rate %.1f Hz" % (spikes.num_spikes / N / 0.2))
print("peak GABA conductance:", state.g_syn.max())
