"""Hodgkin-Huxley cells receiving a fluctuating excitatory conductance.

I want to inject a current that depends on the membrane voltage
(conductance input from a TimedArray) and look at the firing of 20 cells.
"""
from brian2 import *
import numpy as np

prefs.codegen.target = 'numpy'
seed(42)
np.random.seed(42)
defaultclock.dt = 0.01*ms

# membrane
area = 20000*umetre**2
C = 1*ufarad*cm**-2 * area
g_leak = 0.1*msiemens*cm**-2 * area
g_Na = 100*msiemens*cm**-2 * area
g_K = 80*msiemens*cm**-2 * area
E_leak = -67*mV
E_Na = 50*mV
E_K = -100*mV
E_exc = 0*mV
duration = 200*ms

# input conductance, one new value every 0.5 ms
n_cells = 20
samples = np.abs(np.random.normal(loc=12, scale=6, size=(400, n_cells)))
g_exc = TimedArray(samples*nS, dt=0.5*ms)

eqs = '''
dv/dt = (g_Na*m**3*h*(v - E_Na) + g_K*n**4*(v - E_K) + g_leak*(v - E_leak) + I)/C : volt
I = g_exc(t, i)*(v - E_exc) : amp

dm/dt = a_m*(1 - m) - b_m*m : 1
dh/dt = a_h*(1 - h) - b_h*h : 1
dn/dt = a_n*(1 - n) - b_n*n : 1

a_m = 1.28/exprel(-(v + 54*mV)/(4*mV))/ms : Hz
b_m = 1.4/exprel((v + 27*mV)/(5*mV))/ms : Hz
a_h = 0.128*exp(-(v + 50*mV)/(18*mV))/ms : Hz
b_h = 4/(1 + exp(-(v + 27*mV)/(5*mV)))/ms : Hz
a_n = 0.16/exprel(-(v + 52*mV)/(5*mV))/ms : Hz
b_n = 0.5*exp(-(v + 57*mV)/(40*mV))/ms : Hz
'''

neuron = NeuronGroup(n_cells, eqs, method='euler',
                     threshold='v > -10*mV', refractory='v > -10*mV')
neuron.v = -65*mV
neuron.m = 0.05
neuron.h = 0.6
neuron.n = 0.32

M = StateMonitor(neuron, ['v', 'I'], record=[0, 1], dt=0.1*ms)
spikes = SpikeMonitor(neuron)

run(duration)

print('v of cell 0 at 1, 50, 200 ms:', M.v[0][10], M.v[0][500], M.v[0][-1])
print('largest |I| of cell 0:', np.max(np.abs(M.I[0])))
print('NaN samples in v:', int(np.isnan(np.asarray(M.v)).sum()), 'of', M.v.size)
print('spikes per cell:', spikes.num_spikes/n_cells)
