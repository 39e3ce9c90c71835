"""Subthreshold oscillations of the inferior olive: a network of electrically
coupled cells after Manor, Rinzel, Segev & Yarom (1997).

Every cell has a low-threshold calcium current and a leak.  Their conductances
differ from cell to cell: some cells oscillate when alone, others only in
company.  The paper and its follow-up:
    "C = 1 uF/cm2, V_Ca = 120 mV, V_L = -63 mV.  The gap junctions of a cell
     amount to g_c = 0.2 mS/cm2, spread evenly over the other cells of its
     cluster."

With n_cells = 2 (their two-cell figure) I get the published traces: 9 mV, about
8 Hz.  With n_cells = 150, one cluster of the slice, the run gives nothing but nan.
The cell equations were not touched in between.
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
seed(12)
defaultclock.dt = 0.1*ms

n_cells = 150
duration = 1.2*second

C = 1*uF/cm**2
V_Ca, V_L = 120*mV, -63*mV
g_c = 0.2*msiemens/cm**2           # coupling conductance

olive_eqs = '''
dv/dt = (I_gap - g_Ca*m_inf**3*h*(v - V_Ca) - g_L*(v - V_L))/C : volt
dh/dt = (h_inf - h)/tau_h : 1
m_inf = 1/(1 + exp(-(v + 61*mV)/(4.2*mV))) : 1
h_inf = 1/(1 + exp((v + 85.5*mV)/(8.6*mV))) : 1
tau_h = 40*ms + 30*ms/(1 + exp((v + 84*mV)/(7.3*mV)))*exp((v + 160*mV)/(30*mV)) : second
I_gap : amp/meter**2
g_Ca : siemens/meter**2
g_L : siemens/meter**2
'''
olive = NeuronGroup(n_cells, olive_eqs, method='euler')
olive.v = '-60*mV + 3*mV*randn()'
olive.h = 0.1
olive.g_Ca = '(0.7 + 0.4*rand())*msiemens/cm**2'
olive.g_L = '(0.31 + 0.1*rand())*msiemens/cm**2'

# gap junctions within the cluster
gap = Synapses(olive, olive,
               'I_gap_post = g_c*(v_pre - v_post) : amp/meter**2 (summed)')
gap.connect(condition='i != j')

trace = StateMonitor(olive, 'v', record=[0, 1], dt=1*ms)
run(duration)

v = trace.v/mV
late = trace.t > 0.5*second
swing = v[:, late].max(axis=1) - v[:, late].min(axis=1)
print('cells: %d, junctions: %d' % (n_cells, len(gap)))
print('mean potential of cell 0: %.1f mV' % v[0, late].mean())
print('peak-to-peak, cells 0 and 1: %.2f and %.2f mV' % tuple(swing))
x = v[0, late] - v[0, late].mean()
ups = np.flatnonzero((x[:-1] < 0) & (x[1:] >= 0))
print('frequency: %.1f Hz' % (1000/np.mean(np.diff(ups)) if len(ups) > 2 else np.nan))
