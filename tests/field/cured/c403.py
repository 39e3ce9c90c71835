"""Present four random spike patterns one after the other and
count the responses of the readout layer in each trial."""
import numpy as np
import brian2 as b2
from brian2 import ms, Hz, second

b2.prefs.codegen.target = 'numpy'
rng = np.random.default_rng(5)

N_IN, N_OUT = 50, 20
T_TRIAL = 300*ms


def make_pattern(rate=25., T=0.3):
    idx, tt = [], []
    for k in range(N_IN):
        n = rng.poisson(rate*T)
        slots = rng.choice(int(T/1e-3) - 1, size=n, replace=False)
        idx.extend([k]*n)
        tt.extend((slots + 0.5)*1e-3)
    return np.array(idx), np.array(tt)*second


def build():
    stim = b2.SpikeGeneratorGroup(N_IN, [], []*ms, name='stim')
    readout = b2.NeuronGroup(N_OUT, 'du/dt = -u/(15*ms) : 1 (unless refractory)',
                             threshold='u > 1', reset='u = 0', refractory=2*ms,
                             method='exact', name='readout')
    ff = b2.Synapses(stim, readout, 'w : 1', on_pre='u += w', name='ff')
    ff.connect(p=0.6)
    ff.w = 'rand()*0.24'
    sp_in = b2.SpikeMonitor(stim, name='sp_in')
    sp_out = b2.SpikeMonitor(readout, name='sp_out')
    return b2.Network(stim, readout, ff, sp_in, sp_out)


b2.seed(5)
np.random.seed(5)
net = build()
seen_in, seen_out = 0, 0
for trial in range(4):
    i, t = make_pattern()
    net['stim'].set_spikes(i, t + net.t)
    net.run(T_TRIAL)
    n_in = net['sp_in'].num_spikes
    n_out = net['sp_out'].num_spikes
    print(f'trial {trial}: pattern has {len(i)} spikes, presented {n_in - seen_in}, '
          f'readout spikes {n_out - seen_out}')
    seen_in, seen_out = n_in, n_out
