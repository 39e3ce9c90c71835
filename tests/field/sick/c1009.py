"""
Channel noise in patches of membrane of different size

Langevin version of the Hodgkin-Huxley model (Fox & Lu 1994, as reviewed by Goldwyn &
Shea-Brown 2011): each gating variable gets its own noise whose variance is given by
the opening and closing rates divided by the number of channels.  We want
the spontaneous firing rate as a function of the patch area, to be compared with the
deterministic model, which is silent.

Areas of 200 and 10 um2 give nice results (no and some spontaneous spikes).  With 1 um2
(60 Na and 18 K channels) the potentials of nearly all patches are nan
after some ms.  With half of the time step it is much the same (23 of 25 patches).
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
defaultclock.dt = 0.025*ms
seed(1994)

n_patches = 25                     # per area
areas = [200., 10., 1.]*umetre**2
density_Na = 60/umetre**2
density_K = 18/umetre**2

C_m = 1*uF/cm**2
g_L, E_L = 0.3*msiemens/cm**2, -54.4*mV
g_Na, E_Na = 120*msiemens/cm**2, 50*mV
g_K, E_K = 36*msiemens/cm**2, -77*mV

# the exprel function avoids the 0/0 in the rates
hh_langevin = '''
dv/dt = (g_L*(E_L - v) + g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + I_app)/C_m : volt

dm/dt = a_m*(1 - m) - b_m*m + sqrt(var_m/N_Na)*xi_m : 1
dh/dt = a_h*(1 - h) - b_h*h + sqrt(var_h/N_Na)*xi_h : 1
dn/dt = a_n*(1 - n) - b_n*n + sqrt(var_n/N_K)*xi_n : 1

var_m = a_m*(1 - m) + b_m*m : Hz
var_h = a_h*(1 - h) + b_h*h : Hz
var_n = a_n*(1 - n) + b_n*n : Hz

a_m = 1/exprel(-(v + 40*mV)/(10*mV))/ms : Hz
b_m = 4*exp(-(v + 65*mV)/(18*mV))/ms : Hz
a_h = 0.07*exp(-(v + 65*mV)/(20*mV))/ms : Hz
b_h = 1/(1 + exp(-(v + 35*mV)/(10*mV)))/ms : Hz
a_n = 0.1/exprel(-(v + 55*mV)/(10*mV))/ms : Hz
b_n = 0.125*exp(-(v + 65*mV)/(80*mV))/ms : Hz

I_app : amp/metre**2
N_Na : 1 (constant)
N_K : 1 (constant)
'''


def steady_state(v=-65.0):
    """Resting values of the gates (v in mV)."""
    a_m = 0.1*(v + 40)/(1 - np.exp(-(v + 40)/10.))
    b_m = 4*np.exp(-(v + 65)/18.)
    a_h = 0.07*np.exp(-(v + 65)/20.)
    b_h = 1/(1 + np.exp(-(v + 35)/10.))
    a_n = 0.01*(v + 55)/(1 - np.exp(-(v + 55)/10.))
    b_n = 0.125*np.exp(-(v + 65)/80.)
    return a_m/(a_m + b_m), a_h/(a_h + b_h), a_n/(a_n + b_n)


patches = NeuronGroup(n_patches*len(areas), hh_langevin, threshold='v > 0*mV',
                      refractory='v > -40*mV', method='heun', name='patches')
area_of = np.repeat(areas/umetre**2, n_patches)*umetre**2
patches.N_Na = np.round(density_Na*area_of)
patches.N_K = np.round(density_K*area_of)
patches.v = -65*mV
patches.m, patches.h, patches.n = steady_state()
patches.I_app = 0*uA/cm**2

spikes = SpikeMonitor(patches)
traces = StateMonitor(patches, ['v', 'm', 'n'], record=[0, n_patches, 2*n_patches], dt=0.1*ms)

duration = 45*ms
run(duration)

v_end = np.array(patches.v/mV).reshape(len(areas), n_patches)
counts = np.array(spikes.count).reshape(len(areas), n_patches)
for k, area in enumerate(areas):
    print('area %6.0f um2: %2d of %d patches nan at the end, spontaneous rate %5.1f Hz, N_Na = %d'
          % (area/umetre**2, np.isnan(v_end[k]).sum(), n_patches,
             counts[k].mean()/float(duration), patches.N_Na[k*n_patches]))
