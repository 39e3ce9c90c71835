from brian2 import *
prefs.codegen.target = 'numpy'
seed(1)

# E/I network with conductance synapses, rates per population
N_e = 320
N_i = 80
eqs = '''
dv/dt = (gl*(El - v) + ge*(Ee - v) + gi*(Ei - v) + I0)/C : volt (unless refractory)
dge/dt = -ge/(5*ms) : siemens
dgi/dt = -gi/(10*ms) : siemens
'''
C = 200*pF
gl = 10*nS
El = -60*mV
Ee = 0*mV
Ei = -80*mV
I0 = 130*pA

exc = NeuronGroup(N_e, eqs, threshold='v > -50*mV', reset='v = -60*mV', refractory=5*ms, method='euler')
inh = NeuronGroup(N_i, eqs, threshold='v > -50*mV', reset='v = -60*mV', refractory=5*ms, method='euler')
exc.v = 'El + rand()*10*mV'
inh.v = 'El + rand()*10*mV'

ee = Synapses(exc, exc, on_pre='ge += 0.3*nS')
ee.connect('i != j', p=0.1)
ei = Synapses(exc, inh, on_pre='ge += 0.3*nS')
ei.connect(p=0.1)
ie = Synapses(inh, exc, on_pre='gi += 3*nS')
ie.connect(p=0.1)
ii = Synapses(inh, inh, on_pre='gi += 3*nS')
ii.connect('i != j', p=0.1)

monitors = {'exc': SpikeMonitor(exc), 'inh': SpikeMonitor(inh)}

duration = 500*ms
run(duration)

for name, n in [('exc', N_e), ('inh', N_i)]:
    m = monitors[name]
    print(name, 'spikes:', m.num_spikes, ' mean rate:', m.num_spikes/n/duration)
print('membrane potential at the end: %.1f .. %.1f mV' % (min(exc.v/mV), max(exc.v/mV)))
