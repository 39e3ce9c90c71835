# E/I network of LIF neurons with an explicit connectivity matrix
# (Dale's law: every neuron is either excitatory or inhibitory)
import numpy as np
from brian2 import *
prefs.codegen.target = 'numpy'

rng = np.random.default_rng(16)
seed(16)

n_exc, n_inh = 160, 40
n = n_exc + n_inh


def make_matrix(p=0.15, j=0.8, g=6.0):
    """Weights in mV. As in r' = -r + W r, W[a, b] is the connection b -> a:
    columns of excitatory cells are >= 0, those of inhibitory cells <= 0."""
    W = j*(rng.random((n, n)) < p)
    W[:, n_exc:] *= -g
    np.fill_diagonal(W, 0)
    return W


W = make_matrix()
assert (W[:, :n_exc] >= 0).all() and (W[:, n_exc:] <= 0).all()

tau_m, tau_s = 20*ms, 5*ms
eqs = '''
dv/dt = (-v + 20*mV + s)/tau_m : volt (unless refractory)
ds/dt = -s/tau_s : volt
'''
net = NeuronGroup(n, eqs, threshold='v > 15*mV', reset='v = 0*mV',
                  refractory=2*ms, method='exact')
net.v = 'rand()*15*mV'

# sparse matrix -> list of synapses
rows, cols = np.nonzero(W)
syn = Synapses(net, net, 'w : volt', on_pre='s_post += w', delay=1.5*ms)
syn.connect(i=rows, j=cols)
syn.w = W[rows, cols]*mV

mon = SpikeMonitor(net)
s_mon = StateMonitor(net, 's', record=True, dt=1*ms)
duration = 400*ms
run(duration)

count = mon.count[:]
print('exc. cells %.1f Hz, inh. cells %.1f Hz' % (count[:n_exc].mean()/float(duration),
                                                  count[n_exc:].mean()/float(duration)))
print('mean input: exc. cells %.2f mV, inh. cells %.2f mV'
      % (s_mon.s[:n_exc, 100:].mean()/mV, s_mon.s[n_exc:, 100:].mean()/mV))
