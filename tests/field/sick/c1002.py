"""
Antennal lobe: presentation of a sequence of odours, trial after trial.

60 receptor neurons (Poisson, rate profile = odour pulse with a spatial pattern)
drive 30 AdEx projection neurons (PN) and 10 LIF local neurons (LN), which inhibit the
PNs.  Every trial has 50 ms of spontaneous activity, a 150 ms odour pulse and
100 ms without any odour.  At the end I want one response vector per trial (spikes
of each PN during the pulse) and the correlation between the vectors of the odours.

Question: the PNs answer to the first odour beautifully, but to none of the odours that
follow - also when I present the first one again in trial 4.  Is it the adaptation
of the AdEx cells?  I have set b to zero and it is the same.  No error, no warning.
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
seed(42)
np.random.seed(42)
defaultclock.dt = 0.1*ms

N_orn, N_pn, N_ln = 60, 30, 10
trial_length = 300*ms
pulse_on, pulse_off = 50*ms, 200*ms
bin_width = 10*ms

r_spont, r_odour = 2*Hz, 90*Hz

# --- odours: each one excites a third of the receptors ---------------------------
patterns = {}
for name, centre in (('hexanol', 15), ('octanone', 30), ('geraniol', 45)):
    distance = np.abs(np.arange(N_orn) - centre)
    patterns[name] = np.exp(-distance**2/(2*8.0**2))
protocol = ['hexanol', 'octanone', 'geraniol', 'hexanol']


def odour_profile(name):
    """Rate of each receptor neuron over one trial, rows = time bins."""
    n_bins = int(round(trial_length/bin_width))
    rate = np.zeros((n_bins, N_orn))
    times = np.arange(n_bins)*bin_width
    during = (times >= pulse_on) & (times < pulse_off)
    rate[during, :] = float(r_odour)*patterns[name]
    return rate*Hz


# --- cells -----------------------------------------------------------------------
C, g_L, E_L = 200*pF, 10*nS, -68*mV
V_T, D_T, V_r = -50*mV, 2*mV, -62*mV
V_cut = V_T + 5*D_T
a_w, b_w, tau_w = 1*nS, 15*pA, 120*ms
tau_e, tau_i = 4*ms, 8*ms
E_e, E_i = 0*mV, -80*mV

pn_eqs = '''
dv/dt = (g_L*(E_L - v) + g_L*D_T*exp((v - V_T)/D_T) - w
         + g_e*(E_e - v) + g_i*(E_i - v))/C : volt
dw/dt = (a_w*(v - E_L) - w)/tau_w : amp
dg_e/dt = -g_e/tau_e : siemens
dg_i/dt = -g_i/tau_i : siemens
'''
ln_eqs = '''
dv/dt = (E_L - v + (g_e/g_L)*(E_e - v))/(12*ms) : volt (unless refractory)
dg_e/dt = -g_e/tau_e : siemens
'''

orn = PoissonGroup(N_orn, rates='r_spont + odour(t, i)', name='orn')
pn = NeuronGroup(N_pn, pn_eqs, threshold='v > V_cut', reset='v = V_r; w += b_w',
                 refractory=2*ms, method='euler', name='pn')
ln = NeuronGroup(N_ln, ln_eqs, threshold='v > -52*mV', reset='v = E_L',
                 refractory=2*ms, method='euler', name='ln')
pn.v = E_L
ln.v = E_L

orn_pn = Synapses(orn, pn, on_pre='g_e_post += 2.2*nS')
orn_pn.connect(condition='abs(i - 2*j) < 8')
orn_ln = Synapses(orn, ln, on_pre='g_e_post += 0.5*nS')
orn_ln.connect(p=0.5)
ln_pn = Synapses(ln, pn, on_pre='g_i_post += 0.8*nS', delay=1*ms)
ln_pn.connect(p=0.5)

orn_spikes = SpikeMonitor(orn)
pn_spikes = SpikeMonitor(pn)
net = Network(orn, pn, ln, orn_pn, orn_ln, ln_pn, orn_spikes, pn_spikes)

# --- experiment ------------------------------------------------------------------
response = np.zeros((len(protocol), N_pn))
for trial, name in enumerate(protocol):
    odour = TimedArray(odour_profile(name), dt=bin_width)
    t_start = net.t
    net.run(trial_length)
    in_pulse = (pn_spikes.t >= t_start + pulse_on) & (pn_spikes.t < t_start + pulse_off)
    response[trial] = np.bincount(pn_spikes.i[in_pulse], minlength=N_pn)
    print('trial %d %-9s PN spikes in the pulse: %4d  (receptor spikes so far: %d)'
          % (trial + 1, name, response[trial].sum(), orn_spikes.num_spikes))

if response[3].sum() > 0:
    print('correlation hexanol - hexanol again: %.2f' % np.corrcoef(response[0], response[3])[0, 1])
    print('correlation hexanol - geraniol     : %.2f' % np.corrcoef(response[0], response[2])[0, 1])
