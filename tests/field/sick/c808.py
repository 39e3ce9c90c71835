# Build a network from a connectome: entry [i, j] = number of synapses i -> j,
# negative entries are inhibitory
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'

params = {
    'v_0': -52*mV,     # resting potential
    'v_rst': -52*mV,   # reset potential
    'v_th': -45*mV,    # threshold
    't_mbr': 20*ms,    # membrane time constant
    'tau': 5*ms,       # synaptic time constant
    't_rfc': 2.2*ms,
}
w_syn = 2.0            # one synapse gives 2 mV
duration = 400*ms

connectome = np.array([
    [0, 30, 0, 30],
    [0, 0, -4, 0],
    [0, 0, 0, -5],
    [0, 0, 30, 0],
])

eqs = '''
dv/dt = (v_0 - v + g + drive)/t_mbr : volt (unless refractory)
dg/dt = -g/tau : volt (unless refractory)
drive : volt
'''

neu = NeuronGroup(len(connectome), eqs, method='exact', threshold='v > v_th',
                  reset='v = v_rst; g = 0*mV', refractory='t_rfc',
                  namespace=params, name='connectome_neurons')
neu.v = params['v_0']
neu.drive[0] = 12*mV   # neuron 0 is the sensory neuron

pre, post = connectome.nonzero()
syn = Synapses(neu, neu, 'w : volt', on_pre='g_post += w', delay=1.8*ms,
               name='connectome_synapses')
syn.connect(i=pre, j=post)
syn.w = connectome[pre, post]*w_syn

spk = SpikeMonitor(neu)
trace = StateMonitor(neu, ['v', 'g'], record=True)

run(duration)

for i, j, w in zip(syn.i, syn.j, syn.w/mV):
    print('synapse %d -> %d: %.1f mV' % (i, j, w))
print('spike counts:', np.array(spk.count))

plot(trace.t/ms, trace.v.T/mV)
xlabel('time (ms)')
ylabel('v (mV)')
show()
