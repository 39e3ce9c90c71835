"""
Conductance ("dynamic") clamp of Hodgkin-Huxley cells with recorded UP/DOWN states
===================================================================================
In the rig we recorded the excitatory and inhibitory conductance that cortical
cells see during slow oscillation.  Here we play these two conductances back into
model pyramidal cells and model interneurons (Traub & Miles type HH) and ask how
many spikes a single UP state evokes in each class, with the pyramidal cells
additionally exciting the interneurons.

QUESTION FOR THE FORUM: with the conductances switched off everything is quiet at
rest as it should be.  As soon as the first UP state arrives the membrane potential
runs away (I first see a huge value and then nan).  A smaller dt does not help, and
neither does another integration method.  I suspect that current and voltage drive each
other, should I use the voltage of the previous time step?
"""
import numpy as np
from brian2 import *

prefs.codegen.target = "numpy"
defaultclock.dt = 0.05*ms
seed(311)
np.random.seed(311)

# ---- membrane -----------------------------------------------------------------
area = 20000*umetre**2
Cm = 1*ufarad*cm**-2 * area
g_leak = 2.5e-5*siemens*cm**-2 * area
E_leak = -66*mV
E_K = -90*mV
E_Na = 50*mV
g_Na = 100*msiemens*cm**-2 * area
g_Kd = 30*msiemens*cm**-2 * area
VT = -58*mV

# ---- synapses -------------------------------------------------------------------
E_exc = 0*mV
E_inh = -78*mV
tau_ampa = 3*ms
w_pi = 2.5*nS            # one pyramidal -> interneuron contact

N_pyr, N_int = 16, 8
n_states = 1             # UP states in the recording


def recorded_conductance(down, up, jitter, n_cells, step=0.2):
    """Stand-in for the recording: 60 ms DOWN, 140 ms UP and so on, with fluctuations."""
    cycle = np.r_[np.full(int(60/step), down), np.full(int(140/step), up)]
    mean = np.tile(cycle, n_states)
    noise = np.zeros((mean.size, n_cells))
    for k in range(1, mean.size):     # 4 ms correlation time
        noise[k] = noise[k-1]*(1 - step/4.) + np.sqrt(2*step/4.)*np.random.randn(n_cells)
    g = mean[:, None] * (1 + jitter*noise)
    return TimedArray(np.clip(g, 0, None)*nS, dt=step*ms)


g_exc_pyr = recorded_conductance(0.5, 18., 0.25, N_pyr)
g_inh_pyr = recorded_conductance(0.5, 7., 0.25, N_pyr)
g_exc_int = recorded_conductance(0.4, 9., 0.25, N_int)
g_inh_int = recorded_conductance(0.4, 4., 0.25, N_int)

hh_template = '''
dv/dt = (g_leak*(E_leak - v) - g_Na*m**3*h*(v - E_Na) - g_Kd*n**4*(v - E_K)
         + I_exc + I_inh + I_ampa)/Cm : volt
I_exc = g_exc_CELL(t, i)*v : amp
I_inh = g_inh_CELL(t, i)*(E_inh - v) : amp
I_ampa = g_ampa*(E_exc - v) : amp
dg_ampa/dt = -g_ampa/tau_ampa : siemens
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
alpha_m = 0.32*4/exprel((13*mV - v + VT)/(4*mV))/ms : Hz
beta_m = 0.28*5/exprel((v - VT - 40*mV)/(5*mV))/ms : Hz
alpha_h = 0.128*exp((17*mV - v + VT)/(18*mV))/ms : Hz
beta_h = 4./(1 + exp((40*mV - v + VT)/(5*mV)))/ms : Hz
alpha_n = 0.032*5/exprel((15*mV - v + VT)/(5*mV))/ms : Hz
beta_n = 0.5*exp((10*mV - v + VT)/(40*mV))/ms : Hz
'''


def make_cells(number, label):
    cells = NeuronGroup(number, hh_template.replace('CELL', label),
                        threshold='v > -20*mV', refractory='v > -40*mV',
                        method='exponential_euler', name=label)
    cells.v = E_leak
    cells.h = 1
    return cells


pyr = make_cells(N_pyr, 'pyr')
inter = make_cells(N_int, 'int')
pyr_to_int = Synapses(pyr, inter, on_pre='g_ampa_post += w_pi', delay=1*ms)
pyr_to_int.connect(p=0.5)

v_pyr = StateMonitor(pyr, 'v', record=[0, 1], dt=0.2*ms)
sp_pyr = SpikeMonitor(pyr)
sp_int = SpikeMonitor(inter)

run(n_states*200*ms)

print('pyramidal v : min %.1f mV, max %.1f mV, nan: %s'
      % (np.nanmin(v_pyr.v/mV), np.nanmax(v_pyr.v/mV), bool(np.isnan(v_pyr.v_).any())))
print('spikes per cell and UP state: pyramidal %.1f, interneurons %.1f'
      % (sp_pyr.num_spikes/N_pyr/n_states, sp_int.num_spikes/N_int/n_states))

if False:
    import matplotlib.pyplot as plt
    plt.plot(v_pyr.t/ms, v_pyr.v.T/mV)
    plt.show()
