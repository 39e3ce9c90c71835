"""Ephaptic coupling in a slab of hippocampal pyramidal cells.  Every cell is a
single compartment with the squid-type sodium and potassium channels (as in the
textbook, rest near -65 mV) and feels the extracellular potential that the whole
slab produces.

    "The field is taken as uniform in the slab: V_e = kappa * mean over cells of
     (v - E_rest); it polarises each cell through a current g_pol V_e."

To see whether the field pulls the cells into step, they start from different
voltages, spread evenly between -75 and -46 mV in steps of 1 mV.

Question: with 30 cells I only get nan from the very first milliseconds on; with
29 cells over the same range, and also with 30 cells at rest, it runs.  Smaller dt, other
methods, kappa = 0.001: no difference.  How can one more cell break the field?
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
defaultclock.dt = 0.02*ms

n_cells = 30
kappa = 0.05
g_pol = 0.6*mS/cm**2
E_rest = -65*mV

C_m = 1*uF/cm**2
g_Na, E_Na = 120*mS/cm**2, 50*mV
g_K, E_K = 36*mS/cm**2, -77*mV
g_L, E_L = 0.3*mS/cm**2, -54.4*mV

eqs = '''
dv/dt = (I_drive + g_pol*V_e - g_Na*m**3*h*(v - E_Na) - g_K*n**4*(v - E_K)
         - g_L*(v - E_L))/C_m : volt
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
alpha_m = 0.1/mV*(v + 40*mV)/(1 - exp(-(v + 40*mV)/(10*mV)))/ms : Hz
beta_m = 4*exp(-(v + 65*mV)/(18*mV))/ms : Hz
alpha_h = 0.07*exp(-(v + 65*mV)/(20*mV))/ms : Hz
beta_h = 1/(1 + exp(-(v + 35*mV)/(10*mV)))/ms : Hz
alpha_n = 0.01/mV*(v + 55*mV)/(1 - exp(-(v + 55*mV)/(10*mV)))/ms : Hz
beta_n = 0.125*exp(-(v + 65*mV)/(80*mV))/ms : Hz
V_e : volt
I_drive : amp/meter**2
'''
slab = NeuronGroup(n_cells, eqs, threshold='v > 0*mV', refractory='v > -30*mV',
                   method='exponential_euler')
slab.v = np.linspace(-75, -46, n_cells)*mV
slab.m, slab.h, slab.n = 0.053, 0.596, 0.318
slab.I_drive = '(9 + 0.05*i)*uA/cm**2'

field = Synapses(slab, slab,
                 'V_e_post = kappa*(v_pre - E_rest)/N_pre : volt (summed)')
field.connect()

spikes = SpikeMonitor(slab)
trace = StateMonitor(slab, ['v', 'V_e'], record=[0, n_cells//2])
run(120*ms)

print('spikes per cell: %.1f' % (spikes.num_spikes/n_cells))
print('voltage of cell 0: %.1f ... %.1f mV'
      % ((trace.v[0]/mV).min(), (trace.v[0]/mV).max()))
print('field: %.2f ... %.2f mV'
      % ((trace.V_e[0]/mV).min(), (trace.V_e[0]/mV).max()))
