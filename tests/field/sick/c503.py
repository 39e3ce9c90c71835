"""Excitatory-inhibitory network (current based, exponential synapses).

The four projections EE, EI, IE, II are made from a table so that I can switch
them on and off.  Strong inhibition should hold the rate down.
"""
from brian2 import *

prefs.codegen.target = 'numpy'
seed(42)

NE, NI = 240, 60
taum = 20*ms
taue = 5*ms
taui = 10*ms
Vt = -50*mV
Vr = -60*mV
El = -49*mV
duration = 500*ms

P = NeuronGroup(NE + NI, '''
    dv/dt = (ge + gi - (v - El))/taum : volt (unless refractory)
    dge/dt = -ge/taue : volt
    dgi/dt = -gi/taui : volt
    ''', threshold='v > Vt', reset='v = Vr', refractory=5*ms, method='exact')
P.v = 'Vr + rand()*(Vt - Vr)'
pops = {'E': P[:NE], 'I': P[NE:]}

table = {
    'EE': dict(p=0.1, J=0.8*mV, target='ge'),
    'EI': dict(p=0.1, J=0.8*mV, target='ge'),
    'IE': dict(p=0.2, J=-7*mV, target='gi'),
    'II': dict(p=0.2, J=-7*mV, target='gi'),
}


def project(name, p, J, target):
    S = Synapses(pops[name[0]], pops[name[1]], 'J : volt',
                 on_pre=target + '_post += J', delay=1*ms, name='proj_' + name)
    S.connect(p=p)
    S.J = J
    return S


projections = [project(name, **spec) for name, spec in table.items()]

spikes = SpikeMonitor(P)
gi_rec = StateMonitor(P, 'gi', record=range(20))

run(duration)

for proj in projections:
    print('%s: %d synapses, J = %s' % (proj.name, len(proj), proj.J[0]))
print('mean rate: %.1f Hz' % (spikes.num_spikes/(NE + NI)/(duration/second)))
print('mean inhibitory drive: %.3f mV' % mean(gi_rec.gi/mV))
