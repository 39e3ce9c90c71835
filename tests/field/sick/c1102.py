from brian2 import *
prefs.codegen.target = 'numpy'
import numpy as np
seed(3)

# Hodgkin-Huxley network with conductance-based synapses
# (Traub & Miles kinetics, cf. the COBAHH benchmark of Brette et al. 2007)
N = 60
Ne = 48
area = 20000*umetre**2
Cm = (1*ufarad*cm**-2)*area
gl = (5e-5*siemens*cm**-2)*area
El, EK, ENa = -60*mV, -90*mV, 50*mV
g_na = (100*msiemens*cm**-2)*area
g_kd = (30*msiemens*cm**-2)*area
VT = -63*mV
taue, taui = 5*ms, 10*ms
Ee, Ei = 0*mV, -80*mV
we, wi = 6*nS, 67*nS

eqs = Equations('''
dv/dt = (gl*(El-v) + ge*(Ee-v) + gi*(Ei-v) + I
         - g_na*(m*m*m)*h*(v-ENa) - g_kd*(n*n*n*n)*(v-EK))/Cm : volt
dm/dt = alpha_m*(1-m) - beta_m*m : 1
dn/dt = alpha_n*(1-n) - beta_n*n : 1
dh/dt = alpha_h*(1-h) - beta_h*h : 1
dge/dt = -ge/taue : siemens
dgi/dt = -gi/taui : siemens
alpha_m = 0.32*4*mV/exprel((13*mV-v+VT)/(4*mV))/mV/ms : Hz
beta_m = 0.28*5*mV/exprel((v-VT-40*mV)/(5*mV))/mV/ms : Hz
alpha_h = 0.128*exp((17*mV-v+VT)/(18*mV))/ms : Hz
beta_h = 4./(1+exp((40*mV-v+VT)/(5*mV)))/ms : Hz
alpha_n = 0.032*5*mV/exprel((15*mV-v+VT)/(5*mV))/mV/ms : Hz
beta_n = 0.5*exp((10*mV-v+VT)/(40*mV))/ms : Hz
I : amp
''')

# the spike is produced by the channels, no reset needed
P = NeuronGroup(N, eqs, threshold='v > -20*mV', reset='',
                method='exponential_euler')
P.v = 'El + (randn()*5 - 5)*mV'
P.m, P.h, P.n = 0.02, 0.95, 0.1
P.I = '(0.15 + 0.3*rand())*nA'

Pe, Pi = P[:Ne], P[Ne:]
Ce = Synapses(Pe, P, on_pre='ge_post += we', delay=1*ms)
Ci = Synapses(Pi, P, on_pre='gi_post += wi', delay=1*ms)
Ce.connect(p=0.1)
Ci.connect(p=0.1)

spikes = SpikeMonitor(P)
trace = StateMonitor(P, ['v', 'ge'], record=range(10))
T = 100*ms
run(T)

# number of upstrokes in the recorded traces, for comparison
above = trace.v > -20*mV
upstrokes = np.sum(above[:, 1:] & ~above[:, :-1])
print('mean rate per neuron: %.1f Hz' % (spikes.num_spikes/N/float(T)))
print('cells 0-9: %d spikes recorded, %d action potentials in the traces'
      % (np.sum(spikes.i < 10), upstrokes))
print('mean ge: %.2f nS' % (np.mean(trace.ge)/nS))
