"""
Synchronous relay chain in discrete time (1 ms steps): every neuron should emit
exactly one spike for each spike that it receives, so that a random binary word
travels through all layers unchanged.
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
defaultclock.dt = 1*ms

width, n_layers, n_steps = 10, 5, 200
rng = np.random.RandomState(12)
word = rng.rand(n_steps, width) < 0.5
steps, channels = np.nonzero(word)

source = SpikeGeneratorGroup(width, channels, steps*ms)
layers = [NeuronGroup(width, 'x : 1', threshold='x >= 1', reset='x = 0',
                      name='layer%d' % k) for k in range(n_layers)]
links = []
pre = source
for layer in layers:
    syn = Synapses(pre, layer, on_pre='x_post += 1')
    syn.connect(j='i')
    links.append(syn)
    pre = layer

monitors = [SpikeMonitor(g) for g in [source] + layers]
net = Network(source, layers, links, monitors)
net.run((n_steps + n_layers + 5)*ms)

print('input spikes : %d' % monitors[0].num_spikes)
for k, mon in enumerate(monitors[1:]):
    print('layer %d      : %d spikes (%.0f %% of the input)' % (
        k, mon.num_spikes, 100.0*mon.num_spikes/monitors[0].num_spikes))
isi = np.concatenate([np.diff(t/ms) for t in monitors[1].spike_trains().values()])
print('shortest interval in layer 0: %.0f ms' % isi.min())
