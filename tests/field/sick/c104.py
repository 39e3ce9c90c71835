"""Ball and stick cell, excitable soma and passive dendrite: somatic current clamp, 0.25 nA for 150 ms.

What I am after: the number of spikes and how the depolarisation decays along the dendrite.
"""
from brian2 import *

prefs.codegen.target = 'numpy'
defaultclock.dt = 0.1*ms

morpho = Soma(diameter=30*um)
morpho.dend = Cylinder(length=500*um, diameter=2*um, n=15)

EL = -65*mV
ENa = 50*mV
EK = -90*mV
VT = -58*mV
gL = 0.1*msiemens/cm**2

eqs = '''
Im = gL*(EL-v) + gNa*m**3*h*(ENa-v) + gK*n**4*(EK-v) : amp/meter**2
I : amp (point current)
gNa : siemens/meter**2
gK : siemens/meter**2
dm/dt = 1.28/exprel((13*mV-v+VT)/(4*mV))/ms*(1-m) - 1.4/exprel((v-VT-40*mV)/(5*mV))/ms*m : 1
dn/dt = 0.16/exprel((15*mV-v+VT)/(5*mV))/ms*(1-n) - 0.5*exp((10*mV-v+VT)/(40*mV))/ms*n : 1
dh/dt = 0.128*exp((17*mV-v+VT)/(18*mV))/ms*(1-h) - 4/(1+exp((40*mV-v+VT)/(5*mV)))/ms*h : 1
'''
neuron = SpatialNeuron(morphology=morpho, model=eqs, Cm=1*uF/cm**2, Ri=150*ohm*cm,
                       threshold='v > -10*mV', refractory='v > -10*mV', threshold_location=0,
                       method='exponential_euler')
neuron.v = EL
neuron.h = 1
neuron.main.gNa = 120*msiemens/cm**2
neuron.main.gK = 30*msiemens/cm**2

M = StateMonitor(neuron, 'v', record=[0, 5, 10, 15])
spikes = SpikeMonitor(neuron)

run(30*ms)
neuron.I = 0.25*nA
run(150*ms)
neuron.I = 0*nA
run(70*ms)

during = (M.t > 80*ms) & (M.t < 180*ms)
print('somatic spikes:', spikes.num_spikes)
for comp in [0, 5, 10, 15]:
    vv = M[comp].v[during]/mV
    print('compartment %2d (%5.1f um): mean v %.1f mV, max v %.1f mV' %
          (comp, neuron.distance[comp]/um, np.mean(vv), np.max(vv)))
