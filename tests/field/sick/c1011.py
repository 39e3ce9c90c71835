"""Layer 4 of the cortical microcircuit of Potjans & Diesmann (2014), cut down
to 800 excitatory and 200 inhibitory cells.

From the paper (Table 5 there):
    "tau_m 10 ms, tau_ref 2 ms, C_m 250 pF, tau_syn 0.5 ms, V_th -50 mV,
     V_r -65 mV; delays are drawn for every synapse from a normal
     distribution with mean and SD d_e = 1.5 +- 0.75 ms, d_i = 0.75 +-
     0.375 ms; synaptic strengths have a relative width of 10 %."
As the net is small I widened the spread of the delays (mean 4 ms, SD 2 ms, both
kinds of synapse), which should wash out the fast oscillation.

Question: the rates are as I expect, but the raster still shows stripes about every
12 ms and the synchrony index is far above 1.  What keeps the cells in step?
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
seed(4711)
np.random.seed(4711)
defaultclock.dt = 0.1*ms

# --- sizes and wiring ------------------------------------------------------
N_E, N_I = 800, 200
p_conn = {'EE': 0.10, 'EI': 0.10, 'IE': 0.15, 'II': 0.15}
d_mean, d_sd = 4.0*ms, 2.0*ms

# --- cells -----------------------------------------------------------------
tau_m, tau_ref, tau_syn = 10*ms, 2*ms, 0.5*ms
C_m = 250*pF
V_r, V_th = -65*mV, -50*mV
w_e = 2*87.8*pA          # doubled for the smaller in-degree
g = 6.0                    # the paper has 4; raised with the smaller in-degree

eqs = '''
dv/dt = (V_r - v)/tau_m + I_syn/C_m : volt (unless refractory)
dI_syn/dt = -I_syn/tau_syn : amp
'''
cells = NeuronGroup(N_E + N_I, eqs, threshold='v > V_th', reset='v = V_r',
                    refractory=tau_ref, method='exact')
cells.v = '-58*mV + 5*mV*randn()'
exc, inh = cells[:N_E], cells[N_E:]


def project(source, target, weight, p):
    """One projection: weights and delays spread around their means."""
    syn = Synapses(source, target, 'w : amp', on_pre='I_syn_post += w',
                   delay=d_mean)
    syn.connect(p=p)
    syn.w = weight*np.clip(1 + 0.1*np.random.randn(len(syn)), 0, None)
    syn.delay = 'clip(d_mean + d_sd*randn(), 0.1*ms, 20*ms)'
    return syn


s_ee = project(exc, exc, w_e, p_conn['EE'])
s_ei = project(exc, inh, w_e, p_conn['EI'])
s_ie = project(inh, exc, -g*w_e, p_conn['IE'])
s_ii = project(inh, inh, -g*w_e, p_conn['II'])

# background: 1000 fibres at 8 Hz on each cell
background = PoissonInput(cells, 'I_syn', N=1000, rate=8*Hz, weight=w_e)

spikes = SpikeMonitor(cells)
rate_E = PopulationRateMonitor(exc)

run(700*ms)

# --- measures of the paper --------------------------------------------------
late = spikes.t > 200*ms
r_E = np.sum(late & (spikes.i < N_E))/N_E/0.5
r_I = np.sum(late & (spikes.i >= N_E))/N_I/0.5
counts, _ = np.histogram(spikes.t[late & (spikes.i < N_E)]/ms,
                         bins=np.arange(200, 701, 1.0))
synchrony = counts.var()/counts.mean()
print('rate E %.1f Hz, rate I %.1f Hz' % (r_E, r_I))
print('synchrony (variance/mean of the 1-ms counts): %.2f' % synchrony)
f = np.fft.rfftfreq(len(counts), 1e-3)
power = np.abs(np.fft.rfft(counts - counts.mean()))**2
print('peak of the spectrum: %.0f Hz' % f[1:][np.argmax(power[1:])])
