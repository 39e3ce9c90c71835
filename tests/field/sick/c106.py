"""Network of adaptive integrate-and-fire cells with conductance synapses.

Same AdEx code as for my other paper, but for the comparison with the plain
integrate-and-fire cell the spike initiation has to be (practically) a sharp threshold at VT.
"""
from brian2 import *
import brian2 as b2

b2.prefs.codegen.target = 'numpy'
b2.seed(12)

N = 200
C = 281*pF
gL = 30*nS
EL = -70.6*mV
VT = -50.4*mV
V_spike = -40*mV
Vr = -60*mV
tauw = 144*ms
a = 4*nS
b = 40*pA

eqs = """
dvm/dt = (gL*(EL - vm) + gL*DeltaT*exp((vm - VT)/DeltaT) + ge*(0*mV - vm) + I - w)/C : volt (unless refractory)
dw/dt = (a*(vm - EL) - w)/tauw : amp
dge/dt = -ge/(5*ms) : siemens
I : amp
DeltaT : volt
"""
pop = NeuronGroup(N, eqs, threshold='vm > V_spike', reset='vm = Vr; w += b', refractory=2*ms,
                  method='euler', name='pop')
pop.vm = 'EL + rand()*10*mV'
pop.DeltaT = 0*mV
pop.I = '0.55*nA + 0.25*nA*rand()'

ext = PoissonGroup(N, 200*Hz)
S_ext = Synapses(ext, pop, on_pre='ge += 2*nS')
S_ext.connect(j='i')
S_rec = Synapses(pop, pop, on_pre='ge += 0.3*nS', delay=1.5*ms)
S_rec.connect(p=0.1, condition='i != j')

spikes = SpikeMonitor(pop)
trace = StateMonitor(pop, ['vm', 'w'], record=range(5))
run(500*ms)

print('spikes: %d  -> mean rate %.1f Hz' % (spikes.num_spikes, spikes.num_spikes/N/0.5))
print('cells that fired at least once:', int(np.sum(spikes.count > 0)), 'of', N)
print('vm of the first cells at the end (mV):', np.round(trace.vm[:, -1]/mV, 2))
print('w  of the first cells at the end (pA):', np.round(trace.w[:, -1]/pA, 2))
