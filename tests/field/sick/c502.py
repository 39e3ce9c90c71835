"""
Izhikevich (2003) style cortical network.

Conduction delays: every excitatory->excitatory connection gets its own delay
between 1 and 20 ms, all the other connections transmit after 1 ms.  Each spike
gives a current pulse of 1 ms to its targets.
"""
import numpy as np
from brian2 import *

seed(7)
np.random.seed(7)
defaultclock.dt = 1*ms
Ne, Ni = 240, 60
re = np.random.uniform(size=Ne)
ri = np.random.uniform(size=Ni)

eqs = '''
dv/dt = (0.04*v**2 + 5*v + 140 - u + I + I_ext)/ms : 1
du/dt = a*(b*v - u)/ms : 1
I : 1
I_ext : 1
a : 1
b : 1
c : 1
d : 1
'''
cells = NeuronGroup(Ne + Ni, eqs, threshold='v >= 30', reset='v = c; u += d',
                    method='euler')
exc = cells[:Ne]
inh = cells[Ne:]
exc.a = 0.02
exc.b = 0.2
exc.c = -65 + 15*re**2
exc.d = 8 - 6*re**2
inh.a = 0.02 + 0.08*ri
inh.b = 0.25 - 0.05*ri
inh.c = -65
inh.d = 2
cells.v = -65
cells.u = 'b*v'
exc.run_regularly('I_ext = 5*randn()', dt=1*ms)
inh.run_regularly('I_ext = 2*randn()', dt=1*ms)

syn = Synapses(cells, cells, 'w : 1',
               on_pre={'up': 'I += w', 'down': 'I -= w'})
syn.connect(p=0.5)
is_exc = np.asarray(syn.i) < Ne
ee = is_exc & (np.asarray(syn.j) < Ne)
weights = np.where(is_exc, 3.0*np.random.rand(len(is_exc)), -3.0*np.random.rand(len(is_exc)))
syn.w = weights

delay = np.ones(len(ee))
delay[ee] = np.random.randint(1, 21, size=ee.sum())
syn.up.delay = delay*ms
syn.down.delay = 1*ms

spikes = SpikeMonitor(cells)
cur = StateMonitor(cells, 'I', record=range(20))
run(1000*ms)

print('E->E synapses:', ee.sum(), ' delays (ms) %.0f..%.0f' % (delay[ee].min(), delay[ee].max()))
print('rate E: %.1f Hz' % np.mean(spikes.count[:Ne]))
print('rate I: %.1f Hz' % np.mean(spikes.count[Ne:]))
print('mean synaptic current of E cells: %.2f   min %.1f max %.1f'
      % (cur.I.mean(), cur.I.min(), cur.I.max()))
