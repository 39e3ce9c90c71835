# two exponential IF interneurons coupled by an electrical synapse;
# cell A gets a current step, cell B shall follow through the gap junction
from brian2 import *

prefs.codegen.target = 'numpy'
defaultclock.dt = 0.05*ms

Cap = 100*pF
gL = 10*nS
EL = -65*mV
VT = -50*mV
DeltaT = 2*mV
Vcut = -20*mV
Vreset = -60*mV
g_gap = 4*nS

neuron_eqs = '''
dV/dt = (gL*(EL - V) + gL*DeltaT*exp((V - VT)/DeltaT) + Iinj + Igap)/Cap : volt
Iinj : amp
Igap : amp
'''

cellA = NeuronGroup(1, neuron_eqs, threshold='V > Vcut', reset='V = Vreset',
                    method='exponential_euler', name='cellA')
cellB = NeuronGroup(1, neuron_eqs, threshold='V > Vcut', reset='V = Vreset',
                    method='exponential_euler', name='cellB')
cellA.V = EL
cellB.V = EL

gapAB = Synapses(cellA, cellB, '''
                 wg : siemens
                 Igap_post = wg*(V_pre - V_post) : amp (summed)
                 ''')
gapAB.connect(i=0, j=0)
gapAB.wg = g_gap

gapBA = Synapses(cellB, cellA, '''
                 wg : siemens
                 Igap_post = wg*(V_pre - V_post) : amp (summed)
                 ''')
gapBA.connect(i=0, j=0)
gapBA.wg = g_gap

stA = StateMonitor(cellA, ['V', 'Igap'], record=0)
stB = StateMonitor(cellB, ['V', 'Igap'], record=0)
spA = SpikeMonitor(cellA)

run(50*ms)
cellA.Iinj = 0.35*nA
run(200*ms)
cellA.Iinj = 0*nA
run(50*ms)

late = stB.t > 60*ms
print('spikes of A:', spA.num_spikes)
print('B before the step: %.2f mV' % (stB.V[0][stB.t < 50*ms].mean()/mV))
print('B during the step: %.2f mV, max %.2f mV' % (stB.V[0][late].mean()/mV, stB.V[0].max()/mV))
print('largest gap current into B: %.1f pA' % (abs(stB.Igap[0]).max()/pA))
print('coupling coefficient:', (stB.V[0][-1100] - EL)/(stA.V[0][-1100] - EL))
