# Pyramidal-like cell: Na/K spikes + high threshold Ca current + Ca-dependent K current (AHP).
# The calcium variable is dimensionless as in the Traub / Pinsky-Rinzel papers.
# Expected: strong spike frequency adaptation during a 400 ms current step.
from brian2 import *
prefs.codegen.target = 'numpy'
defaultclock.dt = 0.1*ms

Cm = 200*pF
gL, gNa, gKd, gCa, gAHP = 10*nS, 20*usiemens, 6*usiemens, 100*nS, 40*nS
EL, ENa, EK, ECa = -67*mV, 50*mV, -90*mV, 120*mV
VT = -60*mV

eqs = '''
du/dt = (gL*(EL-u) - INa - IK - ICa - IAHP + Istep)/Cm : volt
INa = gNa*m**3*h*(u-ENa) : amp
IK = gKd*n**4*(u-EK) : amp
ICa = gCa*s**2*(u-ECa) : amp
IAHP = gAHP*q*(u-EK) : amp
dm/dt = 1.28/exprel((13*mV-u+VT)/(4*mV))/ms*(1-m) - 1.4/exprel((u-VT-40*mV)/(5*mV))/ms*m : 1
dh/dt = 0.128*exp((17*mV-u+VT)/(18*mV))/ms*(1-h) - 4/(1+exp((40*mV-u+VT)/(5*mV)))/ms*h : 1
dn/dt = 0.16/exprel((15*mV-u+VT)/(5*mV))/ms*(1-n) - 0.5*exp((10*mV-u+VT)/(40*mV))/ms*n : 1
ds/dt = (1/(1+exp(-(u+20*mV)/(5*mV))) - s)/(1*ms) : 1
dCa/dt = (-1.3*ICa/amp - 0.01*Ca)/ms : 1
dq/dt = (Ca/(Ca+10) - q)/(30*ms) : 1
Istep : amp
'''
cell = NeuronGroup(5, eqs, threshold='u > -10*mV', refractory='u > -10*mV', method='exponential_euler')
cell.u = EL
cell.h = 0.99
cell.n = 0.01

spikes = SpikeMonitor(cell)
rec = StateMonitor(cell, ['u', 'Ca', 'q', 'ICa'], record=True, dt=0.2*ms)

run(50*ms)
cell.Istep = '(0.3 + 0.1*i)*nA'
run(400*ms)
cell.Istep = 0*nA
run(50*ms)

trains = spikes.spike_trains()
for k in range(5):
    isi = np.diff(trains[k]/ms)
    print('cell %d  spikes %3d   first ISI %6.1f ms   last ISI %6.1f ms' % (k, len(trains[k]), isi[0], isi[-1]))
print('peak ICa   %.3f nA' % (rec.ICa.min()/nA))
print('peak Ca    %.3g' % rec.Ca.max())
print('peak q     %.3g' % rec.q.max())
