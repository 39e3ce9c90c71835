# Delay line: a chain of coincidence detectors, every target further away
# along the axon gets the spike later (0.5 ms per step)
from brian2 import *

prefs.codegen.target = 'numpy'

n_targets = 10
tau = 5*ms
v_axon = 0.2*meter/second
spacing = 0.1*mm

source = SpikeGeneratorGroup(1, [0, 0, 0], [5, 30, 60]*ms)

targets = NeuronGroup(n_targets, 'dv/dt = -v/tau : 1',
                      threshold='v > 0.8', reset='v = 0', method='exact')

axon = Synapses(source, targets, 'w : 1', on_pre='v_post += w')
axon.delay = 'j*spacing/v_axon'
axon.connect()
axon.w = 1.0

trace = StateMonitor(targets, 'v', record=True)
spikes = SpikeMonitor(targets)

run(100*ms)

first = [spikes.spike_trains()[k][0]/ms for k in range(n_targets)]
print('time of the first spike of every target (ms):')
print(array(first).round(2))
print('delays (ms):', array(axon.delay/ms).round(2))

subplot(211)
plot(spikes.t/ms, spikes.i, '.k')
ylabel('target')
subplot(212)
plot(trace.t/ms, trace.v[n_targets - 1])
xlabel('time (ms)')
ylabel('v of the last target')
show()
