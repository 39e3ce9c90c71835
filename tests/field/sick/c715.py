from brian2 import *
import numpy as np

prefs.codegen.target = 'numpy'
seed(5)

# Response of a small noisy population to the same pulse, repeated in 4 trials.
# x is the (dimensionless) membrane state, threshold 1.

trial_length = 150*ms
pulse = np.zeros(150)
pulse[50:100] = 1.6
stim = TimedArray(pulse, dt=1*ms)

tau_x = 12*ms
sigma = 0.12

pop = NeuronGroup(60, '''
dx/dt = (stim(t) - x)/tau_x + sigma*sqrt(2/tau_x)*xi : 1 (unless refractory)
''', threshold='x > 1', reset='x = 0', refractory=2*ms, method='euler')

mon = SpikeMonitor(pop)

counts = []
seen = 0
for trial in range(4):
    pop.x = 0
    run(trial_length)
    counts.append(mon.num_spikes - seen)
    seen = mon.num_spikes
    print('trial %d: %d spikes, %.1f Hz' % (trial, counts[-1], counts[-1]/60/float(trial_length)))

print('mean over trials: %.1f spikes, std %.1f' % (np.mean(counts), np.std(counts)))
