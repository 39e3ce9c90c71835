# -*- coding: utf-8 -*-
"""
Two coupled Wilson-Cowan columns with background noise

Each cortical column = excitatory (E) + inhibitory (I) population rate; the columns
excite each other weakly.  Besides the constant input P every population gets
Gaussian white noise, which is to stand for the finite number of cells.
sigma is chosen such that the input fluctuations, filtered by the population
time constant, have a standard deviation of sigma - a property of the model.

Before I start with the long parameter scan I made a convergence test of the time step.
Without noise the steady state is the same for all dt.  With noise the fluctuations
of E get smaller and smaller with every refinement of dt (by a factor of about
three from 1 ms to 0.1 ms), there is no convergence.  Which dt is the right one
for this kind of model? method='euler' or 'heun' are no different.
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'

# ---- model parameters -----------------------------------------------------------
tau_E, tau_I = 10*ms, 20*ms
w_EE, w_EI, w_IE, w_II = 5.0, 6.0, 6.0, 1.0     # w_XY : from Y to X
w_col = 0.8                                    # from the E of the other column
theta_E, theta_I = 3.0, 4.5
gain_E, gain_I = 1.0, 1.2
P_E, P_I = 2.0, 0.8
sigma = 0.4                                    # noise amplitude of the input
n_copies = 40                                  # independent realisations

column_eqs = '''
dE/dt = (-E + S_E)/tau_E : 1
dI/dt = (-I + S_I)/tau_I : 1
dx_E/dt = -x_E/tau_E + sigma*noise_E/tau_E : 1         # filtered input noise
dx_I/dt = -x_I/tau_I + sigma*noise_I/tau_I : 1
S_E = 1/(1 + exp(-gain_E*(w_EE*E - w_EI*I + P_E + x_E + drive - theta_E))) : 1
S_I = 1/(1 + exp(-gain_I*(w_IE*E - w_II*I + P_I + x_I - theta_I))) : 1
noise_E = level*sqrt(2)*randn() : 1 (constant over dt)
noise_I = level*sqrt(2)*randn() : 1 (constant over dt)
level : 1 (shared)                             # 0 or 1: noise off or on
drive : 1                                      # from the other column
'''


def simulate(time_step, noisy, duration=1*second):
    """Mean of E and standard deviations of E and of the noise variable x_E."""
    start_scope()
    seed(11)
    defaultclock.dt = time_step
    left = NeuronGroup(n_copies, column_eqs, method='euler', name='left_%d' % simulate.calls)
    right = NeuronGroup(n_copies, column_eqs, method='euler', name='right_%d' % simulate.calls)
    simulate.calls += 1
    links = []
    for source, target in ((left, right), (right, left)):
        link = Synapses(source, target, 'drive_post = w_col*E_pre : 1 (summed)')
        link.connect(j='i')
        links.append(link)
    for column in (left, right):
        column.E = 0.2
        column.I = 0.2
        column.level = 1 if noisy else 0
    mon = StateMonitor(left, ['E', 'x_E'], record=True, dt=5*ms)
    net = Network(left, right, links, mon)
    net.run(duration)
    settled = mon.t > 250*ms
    E, x = mon.E[:, settled], mon.x_E[:, settled]
    return E.mean(), E.std(), x.std()


simulate.calls = 0

print('   dt       noise   mean(E)   std(E)   std(x_E)   wanted std(x_E) = %.2f' % sigma)
for noisy in (0, 1):
    for step in (1.0, 0.5, 0.1):
        m, s, sx = simulate(step*ms, noisy)
        print('%5.2f ms   %5s   %.4f    %.4f   %.4f' % (step, bool(noisy), m, s, sx))
