from brian2 import *
tau = 15*ms; EL = -68*mV
G = NeuronGroup(60, 'dv/dt = ((v - EL) + I)/tau : volt\nI : volt', threshold='v > -50*mV', reset='v = EL', method='euler')
G.v = EL + 2*mV*rand(60); G.v[:5] = -75*mV
G.I = 3*mV
M = SpikeMonitor(G)
run(2*second)
print(M.num_spikes, G.v[:])
