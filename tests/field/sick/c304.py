'''Morris-Lecar cells, driven by a fluctuating excitatory conductance
(one sample every 0.2 ms, like the recording from the dynamic clamp).'''
import numpy as np
import brian2 as b2
from brian2 import ms, mV, nS, pF, pA, volt, siemens

np.random.seed(3)
b2.seed(3)
b2.defaultclock.dt = 0.05*ms

samples = np.abs(np.random.normal(size=2500))*0.8*nS
gexc = b2.TimedArray(samples, dt=0.2*ms)

params = dict(Cm=20*pF, gL=2*nS, gCa=4*nS, gK=8*nS,
              EL=-60*mV, ECa=120*mV, EK=-84*mV, Eexc=0*mV,
              va=-1.2*mV, vb=18*mV, vc=12*mV, vd=17.4*mV, phi=0.067/ms,
              gexc=gexc)

model = '''
dvm/dt = (gL*(vm - EL) + gCa*minf*(vm - ECa) + gK*n*(vm - EK) + Iclamp + Ibias)/Cm : volt
dn/dt  = phi*(ninf - n)*cosh((vm - vc)/(2*vd)) : 1
minf = 0.5*(1 + tanh((vm - va)/vb)) : 1
ninf = 0.5*(1 + tanh((vm - vc)/vd)) : 1
Iclamp = gexc(t)*(Eexc - vm) : amp
Ibias : amp
'''

cell = b2.NeuronGroup(5, model, threshold='vm > 10*mV', refractory='vm > 0*mV',
                      method='euler', namespace=params)
cell.vm = -60*mV
cell.n = 0.01
cell.Ibias = np.linspace(0, 60, 5)*pA

trace = b2.StateMonitor(cell, ['vm', 'Iclamp'], record=True)
spk = b2.SpikeMonitor(cell)
net = b2.Network(cell, trace, spk)
net.run(500*ms)

for k in range(5):
    v = trace.vm[k]/mV
    print('cell %d  bias %.0f pA  spikes %d  vm %.3g .. %.3g mV  last %s'
          % (k, cell.Ibias[k]/pA, spk.count[k], np.nanmin(v), np.nanmax(v), v[-1]))
