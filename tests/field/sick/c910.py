"""Pyramidal cell with soma and apical dendrite, excitatory Poisson
synapses distributed over the dendrite."""
from brian2 import *

seed(1234)
defaultclock.dt = 0.05*ms

N_syn = 80
EL, ENa, EK, E_syn = -70*mV, 50*mV, -90*mV, 0*mV
gL = 1e-4*siemens/cm**2
tau_syn = 2*ms
w_syn = 0.6*nS

morpho = Soma(diameter=20*um)
morpho.apical = Cylinder(length=500*um, diameter=2*um, n=80)
morpho.axon = Cylinder(length=300*um, diameter=1*um, n=30)

eqs = '''
Im = gL*(EL - v) + gNa*m**3*h*(ENa - v) + gK*n**4*(EK - v) + I_syn : amp/meter**2
I_syn = g_syn*(E_syn - v) : amp
dg_syn/dt = -g_syn/tau_syn : siemens
dm/dt = (m_inf - m)/(0.05*ms) : 1
dh/dt = (h_inf - h)/(1*ms) : 1
dn/dt = (n_inf - n)/(2*ms) : 1
m_inf = 1/(1 + exp(-(v + 38*mV)/(7*mV))) : 1
h_inf = 1/(1 + exp((v + 60*mV)/(6*mV))) : 1
n_inf = 1/(1 + exp(-(v + 35*mV)/(10*mV))) : 1
gNa : siemens/meter**2
gK : siemens/meter**2
'''

cell = SpatialNeuron(morphology=morpho, model=eqs, Cm=1*uF/cm**2,
                     Ri=150*ohm*cm, method='exponential_euler',
                     threshold='m > 0.5', threshold_location=0,
                     refractory='m > 0.5')
cell.v = EL
cell.h = 0.85
cell.n = 0.03
cell.gNa = 5*msiemens/cm**2
cell.main.gNa = 80*msiemens/cm**2
cell.axon.gNa = 120*msiemens/cm**2
cell.gK = 20*msiemens/cm**2

inputs = PoissonGroup(N_syn, rates=15*Hz)
S = Synapses(inputs, cell, on_pre='g_syn_post += w_syn')
first = cell.apical.indices[:][0]
S.connect(i=arange(N_syn), j=first + arange(N_syn))

spikes = SpikeMonitor(cell)
v_soma = StateMonitor(cell, 'v', record=[0, first + 40])

run(300*ms)

print('somatic spikes: %d' % spikes.num_spikes)
