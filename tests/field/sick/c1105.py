"""f-I curve of the AdEx neuron (Brette & Gerstner 2005), with noise.
50 noisy copies are averaged for each value of the current."""
from brian2 import *
prefs.codegen.target = 'numpy'
import numpy as np

seed(5)

C = 281*pF
gL = 30*nS
EL = -70.6*mV
VT = -50.4*mV
DeltaT = 2*mV
tauw = 144*ms
a = 4*nS
b = 80.5*pA
Vr = -65*mV
Vcut = VT + 5*DeltaT
sigma = 2*mV
taum = C/gL

eqs = '''
dvm/dt = (gL*(EL - vm) + gL*DeltaT*exp((vm - VT)/DeltaT) + I - w)/C
         + sigma*sqrt(2/taum)*xi : volt
dw/dt = (a*(vm - EL) - w)/tauw : amp
I : amp
'''

n_copies = 50
neuron = NeuronGroup(n_copies, eqs, threshold='vm > Vcut',
                     reset='vm = Vr; w += b', method='euler')
neuron.vm = EL

spikes = SpikeMonitor(neuron)
net = Network(neuron, spikes)
# every point of the curve starts from the resting neuron
net.store('rest')

duration = 200*ms
currents = np.array([0.4, 0.8, 1.2, 1.6, 2.0])*nA
rates = []
for I_inj in currents:
    neuron.I = I_inj
    net.restore('rest')
    net.run(duration)
    rates.append(spikes.num_spikes/n_copies/float(duration))

print('  I (nA)   rate (Hz)')
for I_inj, r in zip(currents, rates):
    print('  %.2f     %6.2f' % (I_inj/nA, r))
