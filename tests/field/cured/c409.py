"""
Cortical microcircuit: one pyramidal population and two interneuron classes
(PV and SST).  The interneurons should keep the pyramidal cells at a low,
irregular rate of a few Hz.
"""
from brian2 import *

prefs.codegen.target = 'numpy'
seed(42)

n_pyr, n_pv, n_sst = 320, 50, 30
tau_m = 20*ms
tau_e = 5*ms
tau_i = 10*ms
E_l = -60*mV
v_t = -50*mV
v_r = -62*mV

eqs = '''
dv/dt = (E_l + drive - v + ge - gi)/tau_m : volt (unless refractory)
dge/dt = -ge/tau_e : volt
dgi/dt = -gi/tau_i : volt
drive : volt
'''

pyr = NeuronGroup(n_pyr, eqs, threshold='v > v_t', reset='v = v_r',
                  refractory=3*ms, method='euler')
pv = NeuronGroup(n_pv, eqs, threshold='v > v_t', reset='v = v_r',
                 refractory=1.5*ms, method='euler')
sst = NeuronGroup(n_sst, eqs, threshold='v > v_t', reset='v = v_r',
                  refractory=1.5*ms, method='euler')

for grp in (pyr, pv, sst):
    grp.v = 'E_l + rand()*(v_t - E_l)'
pyr.drive = 11.5*mV
pv.drive = 8*mV
sst.drive = 8*mV

# excitation
exc_pyr = Synapses(pyr, pyr, on_pre='ge += 0.6*mV')
exc_pyr.connect(p=0.1, condition='i != j')
exc_pv = Synapses(pyr, pv, on_pre='ge += 2.5*mV')
exc_pv.connect(p=0.2)
exc_sst = Synapses(pyr, sst, on_pre='ge += 2.0*mV')
exc_sst.connect(p=0.2)

# inhibition from every interneuron class
inhibition = []
for source, weight in ((pv, 4*mV), (sst, 3*mV)):
    inhibition.append(Synapses(source, pyr, 'w : volt', on_pre='gi_post += w'))
    inhibition[-1].connect(p=0.4)
    inhibition[-1].w = weight
    inhibition[-1].delay = 1*ms

spk_pyr = SpikeMonitor(pyr)
spk_pv = SpikeMonitor(pv)
spk_sst = SpikeMonitor(sst)
trace = StateMonitor(pyr, ['ge', 'gi'], record=[0, 1, 2])

duration = 1*second
net = Network(collect())
net.add(inhibition)
net.run(duration)

print('inhibitory synapses: %d' % sum([len(s) for s in inhibition]))
print('pyramidal rate %.1f Hz' % (spk_pyr.num_spikes/n_pyr/(duration/second)))
print('PV rate        %.1f Hz' % (spk_pv.num_spikes/n_pv/(duration/second)))
print('SST rate       %.1f Hz' % (spk_sst.num_spikes/n_sst/(duration/second)))
print('mean ge = %.2f mV, mean gi = %.2f mV' % (mean(trace.ge)/mV, mean(trace.gi)/mV))
