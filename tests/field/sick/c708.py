# Tightly balanced spike code (predictive coding style): all neurons read the
# same error signal, and each spike must at once inhibit all the others so
# that only the best neuron speaks for a given error.
import numpy as np
from brian2 import *

seed(42)
n_cells = 50
tau = 20*ms
sigma = 0.02
w_fast = 0.4          # fast lateral inhibition

cells = NeuronGroup(n_cells, '''
dv/dt = (signal - v)/tau + sigma*sqrt(2/tau)*xi : 1
signal = 4 + 2*sin(2*pi*2*Hz*t) : 1 (shared)
''', threshold='v > 1', reset='v = 0', method='euler')
cells.v = 'rand()'

lateral = Synapses(cells, cells, on_pre='v_post -= w_fast')
lateral.connect(condition='i != j')

spikes = SpikeMonitor(cells)
v_mon = StateMonitor(cells, 'v', record=[0, 1, 2])

run(1*second)

# how many spikes are there in one step? (should be one: the winner)
steps = np.round(np.array(spikes.t/defaultclock.dt)).astype(int)
per_step = np.bincount(steps)
print('spikes in total               :', spikes.num_spikes)
print('largest number in one time step:', per_step.max())
print('time steps with more than one :', (per_step > 1).sum(),
      'of', (per_step > 0).sum(), 'with spikes')

subplot(211)
plot(spikes.t/ms, spikes.i, '.k', ms=3)
ylabel('cell')
subplot(212)
plot(v_mon.t/ms, v_mon.v.T)
xlabel('t (ms)')
ylabel('v')
show()
