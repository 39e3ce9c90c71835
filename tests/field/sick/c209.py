"""
Chain of six integrate-and-fire cells with electrical coupling to the neighbours.
Only the first cell gets current. I want to see how far the depolarisation spreads and
to measure the coupling coefficient.
"""
from brian2 import *
prefs.codegen.target = 'numpy'

Cm = 100*pF
gL = 5*nS
EL = -65*mV
Vt = -52*mV
Vr = -62*mV
ggap = 4*nS

cells = NeuronGroup(6, '''
dVm/dt = (gL*(EL - Vm) + Iinj + Igap)/Cm : volt
Iinj : amp
Igap : amp
''', threshold='Vm > Vt', reset='Vm = Vr', method='euler')
cells.Vm = EL

gj = Synapses(cells, cells, '''
w : siemens
Igap_syn = w*(Vm_pre - Vm_post) : amp
''')
gj.connect(condition='abs(i - j) == 1')
gj.w = ggap

st = StateMonitor(cells, 'Vm', record=True)
sp = SpikeMonitor(cells)

cells.Iinj[0] = 40*pA
run(300*ms)
dV = (st.Vm[:, -1] - EL)/mV
print('gap junctions:', len(gj))
print('steady deflection of the cells (mV):', np.round(dV, 3))
print('coupling coefficient 0 -> 1: %.3f' % (dV[1]/dV[0]))

cells.Iinj[0] = 500*pA
run(300*ms)
print('spikes per cell with strong current:', np.array(sp.count))
print('peak Vm per cell (mV):', np.round(st.Vm.max(axis=1)/mV, 2))
