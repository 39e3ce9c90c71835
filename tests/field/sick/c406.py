"""Izhikevich neurons with physical units.

I want a row of regular-spiking cells that get a growing constant current and
see how the number of spikes in half a second depends on the current.
"""
from brian2 import *

prefs.codegen.target = 'numpy'
start_scope()

n_cells = 12
a = 0.02/ms
b = 0.2/ms
c = -65*mV
d = 8*mV/ms
v_peak = 30*mV

eqs = '''
dv/dt = (0.04/ms/mV)*v**2 + (5/ms)*v + 140*mV/ms - u + I_dc : volt
du/dt = a*(b*v - u)                                         : volt/second
I_dc                                                        : volt/second
'''

cells = NeuronGroup(n_cells, eqs, threshold='v >= v_peak',
                    reset='v = c; u += d', method='euler')
cells.v = c
cells.u = b*c
cells.I_dc = linspace(5, 16, n_cells)*mV/second

trace = StateMonitor(cells, 'v', record=[0, n_cells - 1])
spikes = SpikeMonitor(cells)

run(500*ms)

print('spikes per cell:', [int(k) for k in spikes.count])
print('total:', spikes.num_spikes)
print('v of the most strongly driven cell: min %.2f mV  max %.2f mV'
      % (min(trace.v[1])/mV, max(trace.v[1])/mV))
