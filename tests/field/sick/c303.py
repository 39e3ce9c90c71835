# Hodgkin-Huxley interneurons coupled by gap junctions, started from different
# membrane potentials - do they synchronise?   (v in mV, currents in uA/cm^2,
# conductances in mS/cm^2, so no units)
from brian2 import *

N = 21
gNa, gK, gL = 35., 9., 0.1
ENa, EK, EL = 55., -90., -65.
phi = 5.

hh = '''
dv/dt = (-gNa*minf**3*h*(v - ENa) - gK*n**4*(v - EK) - gL*(v - EL) + Iapp + Igap)/ms : 1
dh/dt = phi*(alpha_h*(1 - h) - beta_h*h)/ms : 1
dn/dt = phi*(alpha_n*(1 - n) - beta_n*n)/ms : 1
minf = alpha_m/(alpha_m + beta_m) : 1
alpha_m = 0.1*(v + 35)/(1 - exp(-(v + 35)/10)) : 1
beta_m = 4*exp(-(v + 60)/18) : 1
alpha_h = 0.07*exp(-(v + 58)/20) : 1
beta_h = 1/(exp(-0.1*(v + 28)) + 1) : 1
alpha_n = 0.01*(v + 34)/(1 - exp(-0.1*(v + 34))) : 1
beta_n = 0.125*exp(-(v + 44)/80) : 1
Iapp : 1
Igap : 1
'''
defaultclock.dt = 0.025*ms
G = NeuronGroup(N, hh, threshold='v > 0', refractory='v > -20', method='euler')
G.v = linspace(-75, -35, N)
G.h = 0.8
G.n = 0.1
G.Iapp = 1.0

gap = Synapses(G, G, '''g : 1 (constant)
                        Igap_post = g*(v_pre - v_post) : 1 (summed)''')
gap.connect(condition='i != j and abs(i - j) <= 3')
gap.g = 0.01

M = StateMonitor(G, 'v', record=True)
S = SpikeMonitor(G)
run(120*ms)

print('spikes per cell:', S.count[:].tolist())
print('v at the start:', M.v[:, 0])
print('v at the end  :', G.v[:])
print('spread of v at the end (mV):', std(G.v[:]))
