'''
Synfire chain (Diesmann, Gewaltig & Aertsen 1999), reduced.
A volley in group 0 should travel along the chain of 8 groups.
'''
from brian2 import *
prefs.codegen.target = 'numpy'
seed(2024)

n_groups = 8
n_per = 50            # neurons per group, fully connected to the next group
N = n_groups*n_per

tau_m = 10*ms
tau_psc = 0.325*ms
Vr, Vt, Vrest = -70*mV, -55*mV, -70*mV
weight = 9*mV
sigma = 2*mV

model = '''
dv/dt = (Vrest + mu - v + x)/tau_m + sigma*sqrt(2/tau_m)*xi : volt (unless refractory)
dx/dt = (-x + y)/tau_psc : volt
dy/dt = -y/tau_psc : volt
mu : volt
'''
chain = NeuronGroup(N, model, threshold='v > Vt', reset='v = Vr',
                    refractory=2*ms, method='euler')
chain.v = 'Vrest + 5*mV + 2*mV*randn()'
chain.mu = 6*mV       # background depolarisation

# feed-forward connections: every cell of a group to every cell of the next
ff = Synapses(chain, chain, on_pre='y_post += weight', delay=5*ms)
ff.connect(condition='(i / n_per) == (j / n_per) - 1')

# initial pulse packet, 50 spikes with 1 ms jitter around t = 50 ms
t0 = 50*ms + randn(n_per)*1*ms
packet = SpikeGeneratorGroup(n_per, arange(n_per), t0)
inp = Synapses(packet, chain[:n_per], on_pre='y_post += weight')
inp.connect()

mon = SpikeMonitor(chain)
run(200*ms)

tr = mon.spike_trains()
for g in range(n_groups):
    lo = 50*ms + g*5*ms
    sp = concatenate([tr[k]/ms for k in range(g*n_per, (g+1)*n_per)])
    in_win = sp[(sp > 45) & (sp < 110)]
    if len(in_win):
        print('group %d: %3d spikes, median time %.1f ms, spread %.2f ms'
              % (g, len(in_win), median(in_win), std(in_win)))
    else:
        print('group %d: no spikes' % g)
