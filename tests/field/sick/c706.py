"""Synfire-like feedforward chain: 5 layers of 40 LIF cells.

The first layer gets Poisson drive; activity should travel down to the last layer.
"""
from brian2 import *

prefs.codegen.target = 'numpy'
seed(11)

n_layers = 5
n_per_layer = 40
taum = 15*ms
u_rest = -65*mV
u_thr = -52*mV
weight = 1.2*mV
prob = 0.5

eqs = 'du/dt = (u_rest - u)/taum : volt (unless refractory)'
chain = NeuronGroup(n_layers*n_per_layer, eqs, threshold='u > u_thr', reset='u = u_rest',
                    refractory=3*ms, method='exact')
chain.u = u_rest

layers = []
for k in range(n_layers):
    layers.append(chain[k*n_per_layer:(k + 1)*n_per_layer])

drive = PoissonGroup(100, rates=30*Hz)
drive_syn = Synapses(drive, layers[0], on_pre='u_post += 1.0*mV')
drive_syn.connect(p=0.3)

connections = []
for k in range(n_layers - 1):
    s = Synapses(layers[k], layers[k + 1], on_pre='u_post += weight', delay=1.5*ms,
                 name='layer%d_to_%d' % (k, k + 1))
    s.connect(p=prob)
    connections.append(s)

spikes = SpikeMonitor(chain)
run(500*ms)

print('number of synapses:', [len(c) for c in connections])
for k in range(n_layers):
    sel = (spikes.i >= k*n_per_layer) & (spikes.i < (k + 1)*n_per_layer)
    print('layer %d: %.1f Hz' % (k, sum(sel)/n_per_layer/0.5))
