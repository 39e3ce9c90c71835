'''f-I curve of an adaptive exponential integrate-and-fire cell.
Ten copies of the cell with a bit of noise, one run per current.'''
from brian2 import *

prefs.codegen.target = 'numpy'
seed(7)

C = 150*pF
gL = 10*nS
EL = -70*mV
VT = -50*mV
DT = 2*mV
tauw = 100*ms
a = 2*nS
b = 20*pA
sigma = 1*mV

eqs = '''
dvm/dt = (gL*(EL - vm) + gL*DT*exp((vm - VT)/DT) - w + I)/C + sigma*sqrt(2/(15*ms))*xi : volt
dw/dt = (a*(vm - EL) - w)/tauw : amp
I : amp (shared)
'''
G = NeuronGroup(10, eqs, threshold='vm > -30*mV', reset='vm = -60*mV; w += b', method='euler')
G.vm = EL
M = SpikeMonitor(G)

T = 250*ms
currents = [100, 200, 300, 400, 500, 400, 300, 200]
rates = []
for amp_pA in currents:
    G.I = amp_pA*pA
    run(T)
    rates.append(M.num_spikes/len(G)/T/Hz)

print(' I (pA)   rate (Hz)')
for c, r in zip(currents, rates):
    print('%7d %10.1f' % (c, r))
