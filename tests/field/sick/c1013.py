"""Deep brain stimulation of the subthalamic nucleus: STN cells of the kind of
Fountas & Shanahan (quadratic integrate-and-fire with one recovery variable),
driven by a train of pulses through the electrode.

Protocol of the stimulator: 130 pulses per second, pulse width 60 us, cathodic
pulse strong enough that each of them fires the cells.  In the literature "STN
axons follow the pulses one to one at 130 Hz" and the beta rhythm is masked.

Question: my cells are recruited by the pulses (nothing fires in between while
the stimulator is on), but they follow at about 75 Hz only, with gaps.  Making
the pulses twice or four times as strong changes nothing.  Are they refractory?
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
seed(3)
defaultclock.dt = 0.1*ms

n_stn = 20

# --- STN cell, rebound-bursting type --------------------------------------
C = 23*pF
k = 0.439*pA/mV**2
v_rest, v_thr, v_peak = -56.2*mV, -41.4*mV, 15.4*mV
a = 0.021/ms
b = 0.4*nS
c = -47.7*mV
d = 5*pA
sigma = 0.6*mV/ms**0.5

# --- stimulator -------------------------------------------------------------
f_dbs = 130*Hz
width = 60*us
A_dbs = 16*nA
t_on, t_off = 200*ms, 700*ms

stn_eqs = '''
dv/dt = (k*(v - v_rest)*(v - v_thr) - u + I_base + I_dbs)/C + sigma*xi : volt
du/dt = a*(b*(v - v_rest) - u) : amp
I_dbs = A_dbs*int(t >= t_on and t < t_off)*int(t % (1/f_dbs) < width) : amp
I_base : amp
'''
stn = NeuronGroup(n_stn, stn_eqs, threshold='v >= v_peak',
                  reset='''v = c
                           u += d''', method='euler')
stn.v = v_rest
stn.I_base = '28*pA + 6*pA*rand()'

spikes = SpikeMonitor(stn)
electrode = StateMonitor(stn, 'I_dbs', record=0)

run(800*ms)


def mean_rate(t1, t2):
    return np.sum((spikes.t >= t1) & (spikes.t < t2))/n_stn/((t2 - t1)/second)


print('STN rate before the stimulator is on : %5.1f Hz' % mean_rate(0*ms, t_on))
print('STN rate, stimulator on              : %5.1f Hz (stimulator %g Hz)'
      % (mean_rate(t_on, t_off), f_dbs/Hz))
isi = np.concatenate([np.diff(times[(times >= t_on) & (times < t_off)]/ms)
                      for times in spikes.spike_trains().values()])
print('intervals under stimulation: %.1f +- %.1f ms' % (isi.mean(), isi.std()))
