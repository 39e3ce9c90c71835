"""Small two-layer column: one NeuronGroup holds all populations, one Synapses
object holds all excitatory and one all inhibitory projections."""
import numpy as np
import brian2 as b2
from brian2 import mV, ms, Hz, second

b2.prefs.codegen.target = 'numpy'
b2.seed(100)
rng = np.random.default_rng(100)

pops = ['L23E', 'L23I', 'L4E', 'L4I']
size = {'L23E': 80, 'L23I': 20, 'L4E': 80, 'L4I': 20}
start = dict(zip(pops, np.cumsum([0] + [size[p] for p in pops])[:-1]))
N = sum(size.values())

# (source, target, number of synapses)
exc_proj = [('L4E', 'L23E', 2400), ('L4E', 'L4I', 500), ('L23E', 'L23I', 500), ('L4E', 'L4E', 600)]
inh_proj = [('L23I', 'L23E', 400), ('L4I', 'L4E', 400)]

neurons = b2.NeuronGroup(N, '''
    dv/dt = (-70*mV - v + s)/(20*ms) : volt (unless refractory)
    ds/dt = -s/(5*ms) : volt
    ''', threshold='v > -50*mV', reset='v = -65*mV', refractory=2*ms, method='exact')
neurons.v = '-70*mV + rand()*10*mV'

thalamus = b2.PoissonGroup(100, 20*Hz)
s_th = start['L4E']
th_syn = b2.Synapses(thalamus, neurons[s_th:s_th + size['L4E']], on_pre='s += 6*mV')
th_syn.connect(p=0.4)

exc = b2.Synapses(neurons, neurons, on_pre='s_post += 5*mV', delay=1.5*ms)
inh = b2.Synapses(neurons, neurons, on_pre='s_post -= 10*mV', delay=1*ms)
for syn, projections in [(exc, exc_proj), (inh, inh_proj)]:
    for src, tgt, n in projections:
        pre = rng.integers(size[src], size=n)
        post = rng.integers(size[tgt], size=n)
        syn.connect(i=pre + start[src], j=post + start[tgt])

spikes = b2.SpikeMonitor(neurons)
T = 600*ms
b2.run(T)

print('synapses: exc', len(exc), ' inh', len(inh))
for p in pops:
    lo, hi = start[p], start[p] + size[p]
    n = np.sum((spikes.i >= lo) & (spikes.i < hi))
    print('%5s rate: %6.2f Hz' % (p, n/size[p]/(T/second)))
