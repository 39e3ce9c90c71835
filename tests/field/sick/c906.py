"""Hodgkin-Huxley neurons started from a grid of membrane potentials
(subthreshold basin and firing threshold), weak random inhibition."""
from brian2 import *

defaultclock.dt = 0.025*ms

N = 121
area = 1000*um**2
Cm = 1*ufarad/cm**2*area
gNa = 120*msiemens/cm**2*area
gK = 36*msiemens/cm**2*area
gl = 0.3*msiemens/cm**2*area
ENa, EK, El = 50*mV, -77*mV, -54.4*mV
E_inh = -80*mV
tau_inh = 8*ms
w_inh = 0.1*nS

eqs = '''
dv/dt = (I_inj - gNa*m**3*h*(v - ENa) - gK*n**4*(v - EK) - gl*(v - El)
         - g_inh*(v - E_inh))/Cm : volt
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
alpha_m = 0.1/mV*(v + 40*mV)/(1 - exp(-(v + 40*mV)/(10*mV)))/ms : Hz
beta_m = 4.0*exp(-(v + 65*mV)/(18*mV))/ms : Hz
alpha_h = 0.07*exp(-(v + 65*mV)/(20*mV))/ms : Hz
beta_h = 1.0/(1 + exp(-(v + 35*mV)/(10*mV)))/ms : Hz
alpha_n = 0.1/exprel(-(v + 55*mV)/(10*mV))/ms : Hz
beta_n = 0.125*exp(-(v + 65*mV)/(80*mV))/ms : Hz
dg_inh/dt = -g_inh/tau_inh : siemens
I_inj : amp
'''

seed(12)

cells = NeuronGroup(N, eqs, threshold='v > 0*mV', refractory='v > 0*mV',
                    method='exponential_euler')
cells.v = linspace(-80, -20, N)*mV
cells.m = 0.053
cells.h = 0.6
cells.n = 0.318
cells.I_inj = 80*pA

inhibition = Synapses(cells, cells, on_pre='g_inh += w_inh', delay=1*ms)
inhibition.connect(condition='i != j', p=0.1)

spikes = SpikeMonitor(cells)
trace = StateMonitor(cells, 'v', record=range(0, N, 6))

run(200*ms)

print('cells that fired: %d of %d' % (sum(spikes.count > 0), N))
print('mean rate: %.1f Hz' % (spikes.num_spikes/N/0.2))
