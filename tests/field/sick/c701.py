"""AdEx population with frozen-noise input; scan of the input amplitude."""
from brian2 import *
import numpy as np

prefs.codegen.target = 'numpy'

Parameters = dict(
    gL=10*nS, Cm=200*pF, EL=-70*mV, VT=-50*mV, DT=1*mV,
    Vreset=-60*mV, Vpeak=-30*mV, tref=3*ms,
    tauw=120*ms, a=2*nS, b=30*pA,
)

frozen = np.random.RandomState(3).normal(size=(1000, 30))


def make_network(amplitude):
    eqs = '''
    dvm/dt = (-gL*(vm - EL) + gL*DT*exp((vm - VT)/DT) - w + Iinj)/Cm : volt
    dw/dt = (a*(vm - EL) - w)/tauw : amp
    Iinj = inp(t, i) : amp
    '''
    ns = dict(Parameters)
    ns['inp'] = TimedArray((0.25 + 0.4*frozen)*amplitude*nA, dt=0.5*ms)
    G = NeuronGroup(30, eqs, threshold='vm > Vpeak', reset='vm = Vreset; w += b', refractory='tref',
                    method='euler', namespace=ns, name='adex')
    G.vm = Parameters['EL']
    spk = SpikeMonitor(G, name='spk')
    tr = StateMonitor(G, ['vm', 'w'], record=True, name='tr')
    net = Network(G, spk, tr)
    return net


for amp_factor in [0.5, 1.0, 2.0, 4.0]:
    net = make_network(amp_factor)
    net.run(500*ms)
    traces = np.asarray(net['tr'].vm)
    bad = np.sum(~np.isfinite(traces[:, -1]))
    print('amplitude x%.1f: %5.1f spikes/s per cell, max vm = %.3g V, cells with inf/nan at the end: %d of 30'
          % (amp_factor, net['spk'].num_spikes/30/0.5, np.nanmax(traces), bad))
