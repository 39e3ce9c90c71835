# Rate coding with LIF neurons: how many spikes does each neuron give for a
# constant input plus a small random bias per neuron?
# I count spikes in two ways (from the saved voltages and with Brian's own
# counter) because the voltages are what goes into my data files.
import numpy as np
from brian2 import *

start_scope()
seed(3)
np.random.seed(3)

n_neurons = 200
duration = 250*ms
tau_m = 10*ms

eqs = '''
dv/dt = (drive + bias - v)/tau_m : 1
drive : 1
bias : 1 (constant)
'''

neurons = NeuronGroup(n_neurons, eqs, threshold='v > 1', reset='v = 0',
                      method='exact')
neurons.v = 0
neurons.drive = 1.5
neurons.bias = np.random.uniform(0, 0.3, n_neurons)

volt_mon = StateMonitor(neurons, 'v', record=True)
spk_mon = SpikeMonitor(neurons)

run(duration)

# After a spike the potential is exactly 0, so every zero in the trace is one
# spike. The first zero is only the initial condition -> take 1 off.
volts = np.array(volt_mon.v)
count_from_v = np.sum(volts == 0, axis=1) - 1
count_brian = np.array(spk_mon.count)

diff = count_brian - count_from_v
print('total spikes, from voltages :', count_from_v.sum())
print('total spikes, SpikeMonitor  :', count_brian.sum())
print('neurons where the counts differ:', np.nonzero(diff)[0])

plot(neurons.bias, count_from_v, '.', label='voltage zeros')
plot(neurons.bias, count_brian, 'x', label='SpikeMonitor')
xlabel('bias')
ylabel('spikes in 250 ms')
legend()
show()
