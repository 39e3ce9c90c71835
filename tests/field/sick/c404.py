"""Small balanced network of conductance-based integrate-and-fire cells (240 E, 60 I).

Conductances are in units of the leak conductance. I look for the asynchronous state,
about 5-40 Hz, membrane potentials between the reversal potentials.
"""
from brian2 import *

prefs.codegen.target = 'numpy'
seed(2024)
defaultclock.dt = 1.0*ms

taum = 20*ms
Erest, Eexc, Einh = -65*mV, 0*mV, -80*mV
theta, vreset = -50*mV, -62*mV

eqs = '''
dv/dt = (Erest - v + ge*(Eexc - v) + gi*(Einh - v))/taum : volt (unless refractory)
dge/dt = -ge/(3*ms) : 1
dgi/dt = -gi/(8*ms) : 1
'''
cells = NeuronGroup(300, eqs, threshold='v > theta', reset='v = vreset', refractory=2*ms, method='euler')
cells.v = 'Erest + rand()*12*mV'
E = cells[:240]
I = cells[240:]

ext = PoissonGroup(300, 1200*Hz)
Sx = Synapses(ext, cells, on_pre='ge_post += 0.6')
Sx.connect(j='i')
Se = Synapses(E, cells, on_pre='ge_post += 0.12', delay=1*ms)
Se.connect(p=0.15)
Si = Synapses(I, cells, on_pre='gi_post += 12', delay=1*ms)
Si.connect(p=0.4)

net = Network(cells, ext, Sx, Se, Si)
spk = SpikeMonitor(cells)
vmon = StateMonitor(cells, ['v', 'ge', 'gi'], record=range(10))
net.add(spk, vmon)
net.run(500*ms)

rates = spk.count/(0.5*second)
print('E rate %.1f Hz, I rate %.1f Hz' % (np.mean(rates[:240])/Hz, np.mean(rates[240:])/Hz))
print('v between %.4g and %.4g mV' % (vmon.v.min()/mV, vmon.v.max()/mV))
print('largest ge %.1f, largest gi %.1f' % (vmon.ge.max(), vmon.gi.max()))
