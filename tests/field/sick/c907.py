"""Adaptive exponential integrate-and-fire neurons (Brette & Gerstner 2005)
in a sparse cortical network with Poisson background."""
from brian2 import *

seed(64)
defaultclock.dt = 0.1*ms

N = 200
C = 281*pF
gL = 30*nS
EL = -70.6*mV
VT = -50.4*mV
DeltaT = 2*mV
a = 4*nS
b = 0.0805*nA
tau_w = 144*ms
V_r = -60*mV
V_peak = 20*mV
tau_e = 5*ms
E_e = 0*mV
w_e, w_ext = 1*nS, 2*nS

eqs = '''
dv/dt = (gL*(EL - v) + gL*DeltaT*exp((v - VT)/DeltaT)
         + ge*(E_e - v) + I - w)/C : volt
dw/dt = (a*(v - EL) - w)/tau_w : amp
dge/dt = -ge/tau_e : siemens
I : amp
'''

cells = NeuronGroup(N, eqs, threshold='v > V_peak', reset='v = V_r; w += b',
                    method='rk4')
cells.v = 'EL + 10*mV*rand()'
cells.I = '0.5*nA + 0.3*nA*rand()'

recurrent = Synapses(cells, cells, on_pre='ge_post += w_e', delay=2*ms)
recurrent.connect(condition='i != j', p=0.1)

background = PoissonGroup(N, rates=50*Hz)
thalamic = Synapses(background, cells, on_pre='ge_post += w_ext')
thalamic.connect(j='i')

spikes = SpikeMonitor(cells)
trace = StateMonitor(cells, ['v', 'w'], record=range(0, N, 20))

run(500*ms)

print('mean rate: %.1f Hz' % (spikes.num_spikes/N/0.5))
print('adaptation current at the end:', mean(cells.w))
