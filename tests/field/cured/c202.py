# Izhikevich (2003) neurons, four of the standard firing types in one group.
# I want to see the tonic patterns of the paper (RS, IB, CH, FS).
from brian2 import *

start_scope()
prefs.codegen.target = 'numpy'
defaultclock.dt = 0.1*ms

types = ['RS', 'IB', 'CH', 'FS']
a_val = array([0.02, 0.02, 0.02, 0.1])/ms
b_val = array([0.2, 0.2, 0.2, 0.2])/ms
c_val = array([-65, -55, -50, -65])*mV
d_val = array([8, 4, 2, 2])*mV/ms

eqs = '''
dv/dt = (0.04/ms/mV)*v**2 + (5/ms)*v + 140*mV/ms - u + I : volt
du/dt = a*(b*v - u) : volt/second
I : volt/second
a : 1/second (constant)
b : 1/second (constant)
c : volt (constant)
d : volt/second (constant)
'''

reset = '''
v = c
u += d
'''

G = NeuronGroup(4, eqs, threshold='v > 30*mV', reset=reset, method='euler')
G.a = a_val
G.b = b_val
G.c = c_val
G.d = d_val
G.I = 10*mV/ms

M = StateMonitor(G, ['v', 'u'], record=True)
sp = SpikeMonitor(G)

run(500*ms)

for k, name in enumerate(types):
    t_k = sp.t[sp.i == k]/ms
    print('%s: %3d spikes, first ones at (ms): %s' % (name, len(t_k), t_k[:4]))
print('v at 500 ms:', M.v[:, -1]/mV, 'mV')
