"""In-vivo-like background for a cortical cell: the point-conductance model of
Destexhe, Rudolph, Fellous & Sejnowski (2001), two Ornstein-Uhlenbeck conductances, with
the exact update rule of Gillespie (1996) quoted in the paper:

    "g(t+h) = g0 + (g(t) - g0) exp(-h/tau) + A N(0,1),  A = sqrt(D tau/2 (1 -
     exp(-2h/tau))),   tau_e = 2.7 ms, tau_i = 10.5 ms, g_e0 = 12 nS, g_i0 = 57 nS,
     sigma_e = 3 nS, sigma_i = 6.6 nS."

(with sigma = sqrt(D tau/2) the amplitude is A = sigma sqrt(1 - exp(-2h/tau)).)  As the
update is exact for any step, the conductances are refreshed every 0.5 ms to save
random numbers.

Question: mean and SD of both conductances are those of the paper, yet the cell
fires in clumps, CV well above 1, and the membrane potential has slow waves.
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
seed(2001)
defaultclock.dt = 0.05*ms

n_cells = 60
duration = 2*second

# --- leaky integrate-and-fire cell --------------------------------------------
C = 300*pF
g_L, E_L = 14*nS, -80*mV
E_e, E_i = 0*mV, -75*mV
V_t, V_r = -61*mV, -66*mV

# --- background ----------------------------------------------------------------
tau_e, tau_i = 2.7*ms, 10.5*ms
g_e0, g_i0 = 12*nS, 57*nS
sigma_e, sigma_i = 3*nS, 6.6*nS

eqs = '''
dv/dt = (g_L*(E_L - v) + g_e*(E_e - v) + g_i*(E_i - v))/C : volt (unless refractory)
g_e : siemens
g_i : siemens
'''
cells = NeuronGroup(n_cells, eqs, threshold='v > V_t', reset='v = V_r',
                    refractory=2*ms, method='exponential_euler')
cells.v = '-65*mV + 3*mV*randn()'
cells.g_e = 'g_e0 + sigma_e*randn()'
cells.g_i = 'g_i0 + sigma_i*randn()'

cells.run_regularly('''
g_e = g_e0 + (g_e - g_e0)*exp(-dt/tau_e) + sigma_e*sqrt(1 - exp(-2*dt/tau_e))*randn()
g_i = g_i0 + (g_i - g_i0)*exp(-dt/tau_i) + sigma_i*sqrt(1 - exp(-2*dt/tau_i))*randn()
''', dt=0.5*ms)

spikes = SpikeMonitor(cells)
record = StateMonitor(cells, ['g_e', 'g_i', 'v'], record=range(20), dt=0.5*ms)
run(duration)


def correlation_time(x, step):
    """Lag (ms) at which the mean autocorrelation has fallen to 1/e."""
    x = x - x.mean()
    lags = np.arange(0, 400)
    acf = np.array([np.mean(x[:, :x.shape[1] - k]*x[:, k:]) for k in lags])
    return np.argmax(acf < acf[0]/np.e)*step


for name, g in (('g_e', record.g_e/nS), ('g_i', record.g_i/nS)):
    print('%s: mean %.1f nS, SD %.2f nS, correlation time %.1f ms'
          % (name, g.mean(), g.std(), correlation_time(g, 0.5)))
v = record.v/mV
print('v: mean %.1f mV, SD %.2f mV' % (v.mean(), v.std()))
intervals = [np.diff(t/ms) for t in spikes.spike_trains().values() if len(t) > 3]
print('rate %.1f Hz, CV of the intervals %.2f'
      % (spikes.num_spikes/n_cells/(duration/second),
         np.mean([x.std()/x.mean() for x in intervals])))
