"""Ring of Morris-Lecar neurons (class II parameters) with first-order
excitatory synapses to the nearest neighbours."""
from brian2 import *

seed(8)
defaultclock.dt = 0.05*ms

n_cells = 100
C = 20*uF/cm**2
g_Ca, g_K, g_L = 4.4*mS/cm**2, 8*mS/cm**2, 2*mS/cm**2
V_Ca, V_K, V_L = 120*mV, -84*mV, -60*mV
V1, V2, V3, V4 = -1.2*mV, 18*mV, 2*mV, 30*mV
phi = 0.04/ms
V_syn = 0*mV
g_syn = 1.0*mS/cm**2
alpha_s, beta_s = 1.0/ms, 0.1/ms
radius = 3

eqs = '''
dV/dt = (I_app - I_ion + I_syn)/C : volt
dn/dt = phi*(n_inf - n)*cosh((V - V3)/(2*V4)) : 1
ds/dt = alpha_s*(1 - s)/(1 + exp(-(V - 10*mV)/(4*mV))) - beta_s*s : 1
I_ion = g_Ca*m_inf*(V - V_Ca) + g_K*n*(V - V_K) + g_L*(V - V_L) : amp/meter**2
I_syn = g_syn*s_in*(V - V_syn) : amp/meter**2
m_inf = 0.5*(1 + tanh((V - V1)/V2)) : 1
n_inf = 0.5*(1 + tanh((V - V3)/V4)) : 1
s_in : 1
I_app : amp/meter**2
'''

ring = NeuronGroup(n_cells, eqs, threshold='V > 10*mV', refractory='V > 10*mV',
                   method='rk4')
ring.V = '-60*mV + 10*mV*rand()'
ring.n = 0.015
ring.I_app = '(92 + 10*rand())*uA/cm**2'

links = Synapses(ring, ring, 's_in_post = s_pre : 1 (summed)')
links.connect(condition='i != j and (abs(i - j) <= radius or abs(i - j) >= n_cells - radius)')

spikes = SpikeMonitor(ring)
trace = StateMonitor(ring, ['V', 'n', 's_in'], record=range(0, n_cells, 20))

run(400*ms)

print('spikes per cell: %.2f' % (spikes.num_spikes/n_cells))
print('range of V:', trace.V.min(), trace.V.max())
