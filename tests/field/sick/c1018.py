"""Distal reward in a cortico-striatal synapse, after Izhikevich (2007): spike pairs
tag a synapse with an eligibility trace, dopamine comes later and converts the tag into
a weight change.

    "dc/dt = -c/tau_c + STDP(tau) delta(t - t_pre/post),   ds/dt = c d"
    with tau_c around one second; the synapse 'forgets' a pairing that lies
    several tau_c before the reward.

Test of credit assignment.  Two channels, each with 20 cortical cells that project to
their own medium spiny neuron.  The cue of the EARLY channel is shown during 0.5-1.5 s,
the cue of the LATE channel during 4-5 s of each trial of 7 s, the reward (a dopamine
pulse for both) comes at 5.3 s.  With tau_c = 0.8 s the early cue lies almost five
time constants back and must gain next to nothing (about 1 %) compared with the late
one.

Question: the early channel learns as much as the late one.  Shortening tau_c to 0.2 s
does not even help.  Is the reward pulse too long?
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
seed(2007)
defaultclock.dt = 0.5*ms

n_cue = 20
n_trials = 2
trial = 7*second

# --- cortex: each cue fires at 20 Hz in its window, silent otherwise ------------
step = 100*ms
program = np.zeros((int(trial/step), 2*n_cue))
program[5:15, :n_cue] = 20               # early cue
program[40:50, n_cue:] = 20              # late cue
drive = TimedArray(np.tile(program, (n_trials, 1))*Hz, dt=step)
cortex = PoissonGroup(2*n_cue, rates='drive(t, i)')

# --- striatum ---------------------------------------------------------------------
tau_m = 20*ms
msn = NeuronGroup(2, 'dv/dt = -v/tau_m : 1', threshold='v > 1', reset='v = 0',
                  method='exact')

# --- dopamine: pulses of 200 ms, decaying with tau_d --------------------------------
tau_d = 100*ms
dopamine = NeuronGroup(1, '''dd/dt = (reward - d)/tau_d : 1
                             reward = int(t % trial >= 5.3*second)
                                      *int(t % trial < 5.5*second) : 1''',
                       method='euler')

# --- plastic synapses -----------------------------------------------------------
tau_pre, tau_post, tau_c = 20*ms, 20*ms, 0.8*second
A_plus, A_minus = 1.0, -0.4
eta = 0.02/second
w_start, w_max = 0.15, 0.4
dt_learn = 5*ms

synapses = Synapses(cortex, msn, '''
    dapre/dt = -apre/tau_pre : 1 (event-driven)
    dapost/dt = -apost/tau_post : 1 (event-driven)
    dc/dt = -c/tau_c : 1 (event-driven)
    d_local : 1 (shared)
    w : 1''',
    on_pre='''v_post += w
              apre += A_plus
              c += apost''',
    on_post='''apost += A_minus
               c += apre''',
    method='exact')
synapses.connect(condition='i//n_cue == j')
synapses.w = w_start


@network_operation(dt=dt_learn)
def broadcast():
    synapses.d_local = dopamine.d[0]


synapses.run_regularly('w = clip(w + eta*c*d_local*dt_learn, 0, w_max)', dt=dt_learn)

spikes = SpikeMonitor(msn)
run(n_trials*trial)

gain = synapses.w[:] - w_start
early, late = gain[:n_cue].mean(), gain[n_cue:].mean()
print('MSN spikes: early channel %d, late channel %d' % tuple(spikes.count))
print('mean weight change, early cue %+.5f, late cue %+.5f' % (early, late))
print('early / late = %.3f' % (early/late))
