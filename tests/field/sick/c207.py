"""
Recurrent LIF network built from a weight matrix that comes from our Matlab code.

In the Matlab code W(post, pre) is the weight from neuron `pre` to neuron `post`:
the first 160 neurons are excitatory, the last 40 inhibitory.
"""
import numpy as np
from brian2 import *

rng = np.random.RandomState(297)
seed(297)
NE, NI = 160, 40
N = NE + NI


def matlab_weights(p=0.2, J=0.05, g=5.0):
    W = (rng.rand(N, N) < p).astype(float)
    W[:, :NE] *= J
    W[:, NE:] *= -g*J
    np.fill_diagonal(W, 0)
    return W


def make_network(W):
    eqs = '''dx/dt = (mu - x)/tau + sigma*sqrt(2/tau)*xi : 1 (unless refractory)
             mu : 1'''
    G = NeuronGroup(N, eqs, threshold='x > 1', reset='x = 0', refractory=2*ms,
                    method='euler', namespace={'tau': 20*ms, 'sigma': 0.2})
    G.x = rng.rand(N)
    G.mu = 1.05
    rows, cols = np.nonzero(W)
    S = Synapses(G, G, 'w : 1', on_pre='x_post += w', delay=1.5*ms)
    S.connect(i=rows, j=cols)
    S.w = W[rows, cols]
    mon = SpikeMonitor(G)
    return Network(G, S, mon), S, mon


W = matlab_weights()
net, S, mon = make_network(W)
net.run(1*second)

r = mon.count/second
print('synapses: %d' % len(S))
print('mean weight of the outputs of cell 0: %.4f' % np.mean(S.w[0, :]))
print('mean weight of the outputs of cell %d: %.4f' % (N - 1, np.mean(S.w[N - 1, :])))
print('rate E %.1f Hz   rate I %.1f Hz' % (np.mean(r[:NE]), np.mean(r[NE:])))
print('most active cell %.0f Hz, silent cells: %d' % (np.max(r), np.sum(mon.count[:] == 0)))
