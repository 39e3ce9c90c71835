"""Course project: 200 adaptive exponential cells with Poisson background and
sparse excitatory coupling.  The population rate should be low and irregular
right from the start.
"""
from brian2 import *

prefs.codegen.target = 'numpy'
seed(2024)

N = 200
C = 200*pF
gL = 10*nS
EL = -68*mV
VT = -50*mV
DeltaT = 2*mV
Vcut = VT + 5*DeltaT
Vr = -60*mV
tau_w = 150*ms
a = 2*nS
b = 40*pA
E_e = 0*mV
tau_e = 5*ms

adex = '''
dvm/dt = (gL*(EL - vm) + gL*DeltaT*exp((vm - VT)/DeltaT) + g_e*(E_e - vm) - w)/C : volt (unless refractory)
dw/dt = (a*(vm - EL) - w)/tau_w : amp
dg_e/dt = -g_e/tau_e : siemens
'''

pop = NeuronGroup(N, adex, threshold='vm > Vcut', reset='vm = Vr; w += b',
                  refractory=2*ms, method='euler')
pop.vm = EL
background = PoissonInput(pop, 'g_e', N=100, rate=8*Hz, weight=1.2*nS)
rec = Synapses(pop, pop, on_pre='g_e += 0.5*nS', delay=1.5*ms)
rec.connect(p=0.1, condition='i != j')

sp = SpikeMonitor(pop)
st = StateMonitor(pop, ['vm', 'w'], record=range(10))
run(600*ms)

print('spikes in total:', sp.num_spikes)
print('spikes in the first 1 ms:  ', sum(sp.t < 1*ms))
print('spikes in the first 10 ms: ', sum(sp.t < 10*ms))
print('mean rate after 100 ms: %.2f Hz' % (sum(sp.t > 100*ms)/N/0.5))
print('largest recorded vm: %.1f mV' % (st.vm.max()/mV))
print('mean w at 20 ms: %.1f pA' % (mean(st.w[:, 200])/pA))
