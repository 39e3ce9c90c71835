'''
Recurrent network with STDP and a limited presynaptic resource

60 excitatory cells (plastic recurrent synapses) and 15 inhibitory cells.  We assume
that a cell has a fixed total amount of vesicle protein to share among its axon terminals.
So every 20 ms the OUTGOING weights of each excitatory cell are rescaled
so that their sum equals w_budget ("presynaptic normalisation"); STDP then only
redistributes.  The incoming sums are free, and we would like to see whether
"hub" cells with a large incoming sum develop.

My check at the end says that the outgoing sums are all over the place instead of
10.0 for every cell.  The normalisation does something (the sums are others than in a
run without it), I just do not understand what.
'''
import numpy as np
from brian2 import *

prefs.codegen.target = "numpy"
seed(1393)
np.random.seed(1393)
defaultclock.dt = 0.2*ms

n_exc, n_inh = 60, 15
tau_m, tau_syn = 20*ms, 5*ms
v_rest, v_thr, v_res = -70*mV, -54*mV, -65*mV
w_budget = 10.0
w_max = 2.0

# STDP (pair based, nearly balanced)
tau_plus = tau_minus = 20*ms
A_plus = 0.02
A_minus = -0.018

cell_eqs = '''
dv/dt = (v_rest - v + g_exc*30*mV - g_inh*15*mV + mu)/tau_m + sigma*sqrt(2/tau_m)*xi : volt (unless refractory)
dg_exc/dt = -g_exc/tau_syn : 1
dg_inh/dt = -g_inh/(2*tau_syn) : 1
sum_out : 1          # summed weight of all synapses the cell makes
mu : volt
sigma : volt (shared)
'''
exc = NeuronGroup(n_exc, cell_eqs, threshold='v > v_thr', reset='v = v_res',
                  refractory=3*ms, method='euler', name='exc')
inh = NeuronGroup(n_inh, cell_eqs, threshold='v > v_thr', reset='v = v_res',
                  refractory=1.5*ms, method='euler', name='inh')
for group in (exc, inh):
    group.v = v_rest
    group.sigma = 4*mV
exc.mu = np.linspace(9, 15, n_exc)*mV      # some cells are more excitable than others
inh.mu = 9*mV

recurrent = Synapses(exc, exc, '''
                     w : 1
                     da_plus/dt = -a_plus/tau_plus : 1 (event-driven)
                     da_minus/dt = -a_minus/tau_minus : 1 (event-driven)
                     sum_out_pre = w : 1 (summed)
                     ''',
                     on_pre='''
                     g_exc_post += 0.12*w
                     a_plus += A_plus
                     w = clip(w + a_minus, 0, w_max)
                     ''',
                     on_post='''
                     a_minus += A_minus
                     w = clip(w + a_plus, 0, w_max)
                     ''', delay=1*ms, name='recurrent')
recurrent.connect(condition='i != j', p=0.3)
recurrent.w = '0.2 + 0.8*rand()'
# presynaptic normalisation
recurrent.run_regularly('w = w*w_budget/sum_out', dt=20*ms, when='end')


exc_inh = Synapses(exc, inh, on_pre='g_exc_post += 0.15')
exc_inh.connect(p=0.3)
inh_exc = Synapses(inh, exc, on_pre='g_inh_post += 0.10')
inh_exc.connect(p=0.4)

rate_exc = SpikeMonitor(exc)
rate_inh = SpikeMonitor(inh)
net = Network(exc, inh, recurrent, exc_inh, inh_exc, rate_exc, rate_inh)
net.run(2*second)


def summed(index):
    return np.bincount(index, weights=recurrent.w[:], minlength=n_exc)


out, inc = summed(recurrent.i[:]), summed(recurrent.j[:])
print('rates: exc %.1f Hz, inh %.1f Hz' % (rate_exc.num_spikes/n_exc/2., rate_inh.num_spikes/n_inh/2.))
print('outgoing weight of a cell: mean %.2f  min %.2f  max %.2f  (should be %.1f)'
      % (out.mean(), out.min(), out.max(), w_budget))
print('incoming weight of a cell: mean %.2f  min %.2f  max %.2f'
      % (inc.mean(), inc.min(), inc.max()))
print('correlation of excitability and incoming weight: %.2f' % np.corrcoef(exc.mu/mV, inc)[0, 1])
