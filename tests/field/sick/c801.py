# Two Izhikevich neurons (unitless) coupled by an alpha synapse 0 -> 1
from brian2 import *

prefs.codegen.target = 'numpy'
start_scope()
defaultclock.dt = 0.05*ms

# regular spiking cell
a = 0.02
b = 0.2
c = -65
d = 8

# alpha synapse
tau_syn = 3*ms
g_peak = 0.15
g_incr = g_peak*exp(1)/(tau_syn/ms)
E_ampa = 10

eqs = '''
dv/dt = (0.04*v**2 + 5*v + 140 - u + I/amp + g_ampa*(E_ampa - v))/ms : 1
du/dt = a*(b*v - u)/ms : 1
I : amp
g_ampa : 1
'''

G = NeuronGroup(2, eqs, threshold='v >= 30', reset='v = c; u += d',
                method='euler')
G.v = c
G.u = b*c

syn = Synapses(G, G, '''dg/dt = -g/tau_syn + z : 1 (clock-driven)
                        dz/dt = -z/tau_syn : Hz (clock-driven)
                        g_ampa_post = g : 1 (summed)''',
               on_pre='z += g_incr/ms', delay=1*ms, method='euler')
syn.connect(i=0, j=1)

M = StateMonitor(G, ['v', 'g_ampa'], record=True)
spk = SpikeMonitor(G)

# current step into neuron 0 only
run(50*ms)
G.I[0] = 10*nA
run(300*ms)
G.I[0] = 0*nA
run(100*ms)

print('spikes of neuron 0:', spk.count[0])
print('spikes of neuron 1:', spk.count[1])
print('peak of the synaptic conductance: %.3f' % M.g_ampa[1].max())

figure(figsize=(8, 7))
for k in range(2):
    subplot(3, 1, k + 1)
    plot(M.t/ms, M.v[k])
    ylabel('v%d' % k)
subplot(3, 1, 3)
plot(M.t/ms, M.g_ampa[1])
ylabel('g_ampa')
xlabel('t (ms)')
show()
