"""Fast-spiking interneuron (Wang-Buzsaki) with a conductance input.

A fluctuating excitatory conductance is played into the cell; I want the
voltage and the number of spikes in 200 ms.
"""
from brian2 import *
import numpy as np

prefs.codegen.target = 'numpy'
defaultclock.dt = 0.025*ms
np.random.seed(3)

S = 1e-4*cm**2
C_m = 1*uF/cm**2*S
gNa = 35*msiemens/cm**2*S
gK = 9*msiemens/cm**2*S
gLeak = 0.1*msiemens/cm**2*S
ENa = 55*mV
EK = -90*mV
ELeak = -65*mV

g_exc = TimedArray(np.abs(np.random.normal(16.0, 6.0, 200))*nS, dt=1*ms)

eqs = '''
dVm/dt = (gNa*m_inf**3*h*(ENa - Vm) + gK*n**4*(EK - Vm) + gLeak*(ELeak - Vm) + I_exc)/C_m : volt
I_exc = g_exc(t)*Vm : amp
m_inf = a_m/(a_m + b_m) : 1
a_m = 1.0/exprel(-(Vm/mV + 35)/10)/ms : Hz
b_m = 4*exp(-(Vm/mV + 60)/18)/ms : Hz
dh/dt = 5*(a_h*(1 - h) - b_h*h) : 1
a_h = 0.07*exp(-(Vm/mV + 58)/20)/ms : Hz
b_h = 1/(exp(-(Vm/mV + 28)/10) + 1)/ms : Hz
dn/dt = 5*(a_n*(1 - n) - b_n*n) : 1
a_n = 0.1/exprel(-(Vm/mV + 34)/10)/ms : Hz
b_n = 0.125*exp(-(Vm/mV + 44)/80)/ms : Hz
'''

cell = NeuronGroup(1, eqs, threshold='Vm > -10*mV', refractory='Vm > -10*mV',
                   method='euler')
cell.Vm = ELeak
cell.h = 0.78
cell.n = 0.09

rec = StateMonitor(cell, ['Vm', 'I_exc'], record=True)
spk = SpikeMonitor(cell)
run(200*ms)

print('spikes:', spk.num_spikes)
for k in (1, 5, 20, 50, 100, 199):
    j = int(k/0.025)
    print('t = %3d ms   Vm = %10.3f mV   I_exc = %10.4f nA'
          % (k, rec.Vm[0][j]/mV, rec.I_exc[0][j]/nA))
