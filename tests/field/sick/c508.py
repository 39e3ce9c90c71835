"""Exercise 3: frequency-current curve of an adapting integrate-and-fire cell.

Measure the firing rate for eight injected currents, a quarter of a second each.
"""
from brian2 import *

prefs.codegen.target = 'numpy'

tau_m = 15*ms
tau_a = 120*ms
R = 80*Mohm
u_rest = -70*mV
theta = -52*mV
u_reset = -66*mV
jump = 0.02*nA
T_stim = 250*ms

cell = NeuronGroup(1, '''
    du/dt = (-(u - u_rest) + R*(I_ext - z))/tau_m : volt (unless refractory)
    dz/dt = -z/tau_a : amp
    I_ext : amp
    ''', threshold='u > theta', reset='u = u_reset; z += jump',
    refractory=3*ms, method='exact')
cell.u = u_rest

counter = SpikeMonitor(cell)
net = Network(cell, counter)

currents = arange(0.1, 0.9, 0.1)*nA
f = []
for I0 in currents:
    cell.I_ext = I0
    net.run(T_stim)
    f.append(counter.num_spikes/T_stim)

print('  I (nA)    f (Hz)')
for I0, rate in zip(currents, f):
    print('  %5.2f   %7.1f' % (I0/nA, rate/Hz))
