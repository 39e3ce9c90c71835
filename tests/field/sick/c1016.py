"""Calcium-based plasticity of Graupner & Brunel (2012): spike-timing curve for one
synapse type, all time differences side by side.

    "tau drho/dt = - rho (1 - rho) (rho_s - rho) + gamma_p (1 - rho) H(c - theta_p)
                   - gamma_d rho H(c - theta_d)
     c jumps by C_pre at a presynaptic spike (after a delay D) and by C_post at
     a postsynaptic spike, and decays with tau_Ca."
Parameters of their "DP" curve: tau_Ca 20 ms, C_pre 1, C_post 2, theta_d 1,
theta_p 1.3, gamma_d 200, gamma_p 321.8, tau 150 s, rho_s 0.5, D 13.7 ms.

As in the STDP example of the documentation the synapse is updated at the spikes
only.  Brian refuses to run it ("An error occurred when preparing an object").
The same layout with ordinary STDP traces has always worked for me; what does it
dislike here?
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
defaultclock.dt = 0.5*ms

# --- protocol: n_pairs pairings at 1 Hz for every time difference -------------
t_diffs = np.arange(-60, 61, 6.0)            # t_post - t_pre in ms
n_syn = len(t_diffs)
n_pairs = 6
base = 200 + 1000*np.arange(n_pairs)         # ms

pre_i = np.repeat(np.arange(n_syn), n_pairs)
pre_t = np.tile(base, n_syn)*ms
post_t = (np.tile(base, n_syn) + np.repeat(t_diffs, n_pairs))*ms
pre = SpikeGeneratorGroup(n_syn, pre_i, pre_t)
post = SpikeGeneratorGroup(n_syn, pre_i, post_t)

# --- synapse -------------------------------------------------------------------
tau_Ca = 20*ms
C_pre, C_post = 1.0, 2.0
theta_d, theta_p = 1.0, 1.3
gamma_d, gamma_p = 200.0, 321.808
tau_rho = 150*second
rho_s = 0.5
D = 13.7*ms

model = '''
dca/dt = -ca/tau_Ca : 1 (event-driven)
drho/dt = (-rho*(1 - rho)*(rho_s - rho)
           + gamma_p*(1 - rho)*int(ca > theta_p)
           - gamma_d*rho*int(ca > theta_d))/tau_rho : 1 (event-driven)
'''
syn = Synapses(pre, post, model, on_pre='ca += C_pre', on_post='ca += C_post',
               method='euler')
syn.connect(j='i')
syn.rho = 0.5
syn.pre.delay = D

run((base[-1] + 300)*ms)

change = syn.rho[:] - 0.5
for dt_pair, drho in zip(t_diffs, change):
    print('t_post - t_pre = %+5.0f ms   change of rho after %d pairs %+.4f'
          % (dt_pair, n_pairs, drho))
print('largest potentiation at %+.0f ms, largest depression at %+.0f ms'
      % (t_diffs[np.argmax(change)], t_diffs[np.argmin(change)]))
