"""Small-world network of Izhikevich neurons (regular spiking),
Watts-Strogatz connectivity, noisy thalamic drive."""
import numpy as np
from brian2 import *

seed(77)
np.random.seed(77)


def watts_strogatz(n, k, p_rewire):
    A = np.zeros((n, n), dtype=bool)
    for i in range(n):
        for d in range(1, k//2 + 1):
            j = (i + d) % n
            if np.random.rand() < p_rewire:
                j = np.random.randint(n)
            if j != i:
                A[i, j] = A[j, i] = True
    return A


def build_network(A):
    a = 0.02
    b = 0.2
    c = -65
    d = 8
    eqs = '''
    dv/dt = (0.04*v**2 + 5*v + 140 - u + I_syn + I_th)/ms : 1
    du/dt = a*(b*v - u)/ms : 1
    dI_syn/dt = -I_syn/(5*ms) : 1
    I_th : 1
    '''
    cells = NeuronGroup(len(A), eqs, threshold='v >= 30',
                        reset='v = c; u += d', method='euler')
    cells.v = c
    cells.u = b*c
    cells.run_regularly('I_th = 4 + 4*randn()', dt=1*ms)

    syn = Synapses(cells, cells, 'w : 1', on_pre='I_syn_post += w')
    src, tgt = A.nonzero()
    syn.connect(i=src, j=tgt)
    syn.w = '0.6*rand()'
    syn.delay = '1*ms + 4*ms*rand()'
    return cells, syn


def simulate(cells, syn, duration):
    spikes = SpikeMonitor(cells)
    net = Network(cells, syn, spikes)
    net.run(duration)
    return spikes


A = watts_strogatz(300, 12, 0.1)
cells, syn = build_network(A)
spikes = simulate(cells, syn, 500*ms)
print('mean rate %.1f Hz' % (spikes.num_spikes/300/0.5))
