"""Wang & Buzsaki (1996) interneuron network: gamma oscillation through
mutual GABA-A inhibition, random connectivity."""
from brian2 import *

seed(1996)
defaultclock.dt = 0.15*ms

N_cells = 100
Cm = 1*uF/cm**2
gL, EL = 0.1*msiemens/cm**2, -65*mV
gNa, ENa = 35*msiemens/cm**2, 55*mV
gK, EK = 9*msiemens/cm**2, -90*mV
phi = 5.0
E_syn = -75*mV
g_syn = 0.1*msiemens/cm**2
M_syn = 60
alpha, beta = 12/ms, 0.1/ms
theta_syn = 0*mV

eqs = '''
dv/dt = (I_app - gL*(v - EL) - gNa*m_inf**3*h*(v - ENa) - gK*n**4*(v - EK)
         - g_syn*s_in/M_syn*(v - E_syn))/Cm : volt
m_inf = alpha_m/(alpha_m + beta_m) : 1
alpha_m = 1.0/exprel(-(v + 35*mV)/(10*mV))/ms : Hz
beta_m = 4*exp(-(v + 60*mV)/(18*mV))/ms : Hz
dh/dt = phi*(alpha_h*(1 - h) - beta_h*h) : 1
alpha_h = 0.07*exp(-(v + 58*mV)/(20*mV))/ms : Hz
beta_h = 1/(exp(-(v + 28*mV)/(10*mV)) + 1)/ms : Hz
dn/dt = phi*(alpha_n*(1 - n) - beta_n*n) : 1
alpha_n = 0.1/exprel(-(v + 34*mV)/(10*mV))/ms : Hz
beta_n = 0.125*exp(-(v + 44*mV)/(80*mV))/ms : Hz
ds/dt = alpha*F*(1 - s) - beta*s : 1
F = 1/(1 + exp(-(v - theta_syn)/(2*mV))) : 1
s_in : 1
I_app : amp/meter**2
'''

cells = NeuronGroup(N_cells, eqs, threshold='v > 0*mV', refractory='v > 0*mV',
                    method='euler')
cells.v = '-70*mV + 20*mV*rand()'
cells.h = 0.8
cells.n = 0.1
cells.I_app = '(1 + 0.03*randn())*uA/cm**2'

gaba = Synapses(cells, cells, 's_in_post = s_pre : 1 (summed)')
gaba.connect(condition='i != j', p=M_syn/N_cells)

spikes = SpikeMonitor(cells)
trace = StateMonitor(cells, ['v', 'h', 'n', 's'], record=range(0, N_cells, 10))

run(400*ms)

print('mean rate: %.1f Hz' % (spikes.num_spikes/N_cells/0.4))
