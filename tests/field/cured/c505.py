"""Random recurrent rate network (Sompolinsky, Crisanti & Sommers).

With gain g = 1.8 the activity must not die out: the units should fluctuate
irregularly for ever.
"""
from brian2 import *
import numpy as np

prefs.codegen.target = 'numpy'
seed(8)
np.random.seed(8)

n_units = 150
gain = 1.8
tau_r = 10*ms

units = NeuronGroup(n_units, '''
    dx/dt = (-x + drive)/tau_r : 1
    r = tanh(x) : 1
    drive : 1
    ''', method='euler')
units.x = 'randn()'

coupling = Synapses(units, units, '''
    w : 1
    drive_post = w*r_pre : 1 (summed)
    ''')
coupling.connect()
coupling.w = 'gain*randn()/sqrt(n_units)'

log_x = StateMonitor(units, 'x', record=True, dt=1*ms)

net = Network(units, coupling, log_x)
net.run(400*ms)

print('number of couplings:', len(coupling), ' std of w*sqrt(n): %.2f'
      % np.std(coupling.w*np.sqrt(n_units)))
for t0 in (0, 20, 100, 200, 399):
    print('t = %3d ms   rms activity %.3e' % (t0, np.sqrt(np.mean(log_x.x[:, t0]**2))))
