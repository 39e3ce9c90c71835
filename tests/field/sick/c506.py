"""
STDP window fitted to our slice data, tested on one neuron with 100 Poisson
inputs.  Potentials are relative to the resting potential of the cell.
"""
from brian2 import *

prefs.codegen.target = 'numpy'
seed(5)

N = 100
F = 15*Hz
taum = 20*ms
taue = 5*ms
taupre = 25*ms
taupost = 35*ms
Ee = 65*mV
El = 0*mV
vt = -0.5*mV
vr = -0.5*mV
gmax = 0.12
dApre = 0.01*gmax
dApost = -0.0075*gmax

eqs_neurons = '''
du/dt = (ge*(Ee - u) + El - u)/taum : volt
dge/dt = -ge/taue : 1
'''

afferents = PoissonGroup(N, rates=F)
cell = NeuronGroup(1, eqs_neurons, threshold='u > vt', reset='u = vr',
                   method='euler')
S = Synapses(afferents, cell,
             '''w : 1
                dApre/dt = -Apre/taupre : 1 (event-driven)
                dApost/dt = -Apost/taupost : 1 (event-driven)''',
             on_pre='''ge_post += w
                       Apre += dApre
                       w = clip(w + Apost, 0, gmax)''',
             on_post='''Apost += dApost
                        w = clip(w + Apre, 0, gmax)''')
S.connect()
S.w = 'rand()*gmax'
cell.u = El

s_mon = SpikeMonitor(cell)
w_start = mean(S.w[:])/gmax
T = 1.5*second
run(T)

print('output rate %.1f Hz' % (s_mon.num_spikes/(T/second)))
print('mean w/gmax: %.2f at start, %.2f at end' % (w_start, mean(S.w[:])/gmax))
print('synapses at 0: %d, at gmax: %d of %d' % (
    sum(S.w[:] <= 1e-9), sum(S.w[:] >= 0.999*gmax), N))
print('ISI mean %.2f ms' % (mean(diff(s_mon.t/ms))))
