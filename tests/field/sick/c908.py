"""Integrate-and-fire interneurons of the inferior layer coupled only by
electrical synapses (dense dendritic coupling), independent currents."""
from brian2 import *

seed(2718)
defaultclock.dt = 1*ms

N = 100
C = 100*pF
gL = 5*nS
EL = -65*mV
V_th, V_r = -50*mV, -65*mV
g_gap = 4*nS
p_gap = 0.4

eqs = '''
dv/dt = (gL*(EL - v) + I_gap + I)/C : volt
I_gap : amp
I : amp
'''

sheet = NeuronGroup(N, eqs, threshold='v > V_th', reset='v = V_r',
                    method='exact')
sheet.v = 'EL + 10*mV*rand()'
sheet.I = '100*pA + 25*pA*randn()'

junctions = Synapses(sheet, sheet,
                     'I_gap_post = g_gap*(v_pre - v_post) : amp (summed)')
upper = triu(rand(N, N) < p_gap, 1)
pre, post = (upper | upper.T).nonzero()
junctions.connect(i=pre, j=post)

spikes = SpikeMonitor(sheet)
trace = StateMonitor(sheet, ['v', 'I_gap'], record=True)

run(1*second)

print('mean rate: %.1f Hz' % (spikes.num_spikes/N))
print('active cells: %d of %d' % (sum(spikes.count > 0), N))
