# Electrically coupled interneurons of layer 2/3: 25 fast spiking (PV) and 25 low
# threshold spiking (SOM) cells, Izhikevich 2007 parameters.  Cells of the same class
# are coupled strongly by gap junctions, cells of different classes weakly.  Both
# kinds of junction inject current into the cell, the PV cells are also connected by
# GABA synapses.
#
# Q: every kind of coupling for itself works (I commented out the other), but with
# both the simulation refuses to start.  What do I have to change so that I can have
# the strong and the weak junctions in the same network?
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
defaultclock.dt = 0.1*ms
seed(7)

n_pv, n_som = 25, 25
g_same = 0.20*nS        # PV-PV and SOM-SOM
g_mixed = 0.02*nS       # PV-SOM
p_same, p_mixed = 0.4, 0.15
tau_gaba = 6*ms
E_gaba = -75*mV

equations = '''
dv/dt = (k*(v - v_r)*(v - v_t) - u + I_stim + I_gap + g_gaba*(E_gaba - v))/C : volt
du/dt = a*(b*(v - v_r) - u) : amp
dg_gaba/dt = -g_gaba/tau_gaba : siemens
I_gap : amp                     # all electrical synapses
I_stim : amp
C : farad (constant)
k : siemens/volt (constant)
v_r : volt (constant)
v_t : volt (constant)
v_peak : volt (constant)
a : Hz (constant)
b : siemens (constant)
c : volt (constant)
d : amp (constant)
kind : integer (constant)       # 0 = PV, 1 = SOM
'''


def set_class(cells, kind, C, k, v_r, v_t, v_peak, a, b, c, d):
    """Fill in the parameters of one class of interneurons."""
    cells.kind = kind
    cells.C = C
    cells.k = k
    cells.v_r = v_r
    cells.v_t = v_t
    cells.v_peak = v_peak
    cells.a = a
    cells.b = b
    cells.c = c
    cells.d = d
    cells.v = v_r


interneurons = NeuronGroup(n_pv + n_som, equations, threshold='v > v_peak',
                           reset='v = c; u += d', method='euler', name='interneurons')
pv = interneurons[:n_pv]
som = interneurons[n_pv:]
set_class(pv, 0, 20*pF, 1*nS/mV, -55*mV, -40*mV, 25*mV, 0.2/ms, -2*nS, -45*mV, 0*pA)
set_class(som, 1, 100*pF, 1*nS/mV, -56*mV, -42*mV, 40*mV, 0.03/ms, 8*nS, -53*mV, 20*pA)

# strong junctions inside of a class (undirected: both orientations are made)
gap_same = Synapses(interneurons, interneurons,
                    'I_gap_post = g_same*(v_pre - v_post) : amp (summed)',
                    name='gap_same')
# weak junctions between the classes
gap_mixed = Synapses(interneurons, interneurons,
                     'I_gap_post = g_mixed*(v_pre - v_post) : amp (summed)',
                     name='gap_mixed')


def undirected_pairs(same_class, p):
    pairs = [(x, y) for x in range(n_pv + n_som) for y in range(x)
             if ((x < n_pv) == (y < n_pv)) == same_class]
    chosen = np.array([q for q in pairs if np.random.rand() < p])
    return np.r_[chosen[:, 0], chosen[:, 1]], np.r_[chosen[:, 1], chosen[:, 0]]


np.random.seed(3)
pre, post = undirected_pairs(True, p_same)
gap_same.connect(i=pre, j=post)
pre, post = undirected_pairs(False, p_mixed)
gap_mixed.connect(i=pre, j=post)

gaba = Synapses(pv, pv, on_pre='g_gaba_post += 0.8*nS', delay=0.8*ms)
gaba.connect(condition='i != j', p=0.3)

pv.I_stim = '110*pA + 25*pA*rand()'
som.I_stim = '160*pA + 40*pA*rand()'

spikes = SpikeMonitor(interneurons)
trace = StateMonitor(interneurons, ['v', 'I_gap'], record=[0, 1, n_pv, n_pv + 1], dt=0.5*ms)

run(600*ms)

counts = np.bincount(spikes.i, minlength=n_pv + n_som)
print('mean rate PV  %.1f Hz' % (counts[:n_pv].mean()/0.6))
print('mean rate SOM %.1f Hz' % (counts[n_pv:].mean()/0.6))
# synchrony of the PV cells: variance of the binned population rate / mean
pv_times = spikes.t[spikes.i < n_pv]/ms
hist, _ = np.histogram(pv_times, bins=np.arange(100, 600, 2))
print('Fano factor of the PV population activity (2 ms): %.2f' % (hist.var()/hist.mean()))
