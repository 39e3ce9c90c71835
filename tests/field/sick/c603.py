# EPSP size as a function of synaptic weight (weights come from an STDP curve)
from brian2 import *
import numpy as np

prefs.codegen.target = 'numpy'

weights = [0.5, 1.0, 2.0, 3.5]
tau = 20*ms

peaks = []
final = []
for w_syn in weights:
    start_scope()
    P = NeuronGroup(1, '''dv/dt = (-70 - v + drive)/tau : 1
                          drive : 1''',
                    threshold='v > -55', reset='v = -70',
                    refractory=2*ms, method='exact')
    Q = NeuronGroup(1, 'dv/dt = (1 - v)/tau : 1',
                    threshold='v > -55', reset='v = -70',
                    refractory=2*ms, method='exact')
    P.v = -70
    P.drive = 15.2
    Q.v = -70

    S = Synapses(P, Q, 'w : 1', on_pre='v_post += w', delay=2*ms)
    S.connect(j='i')
    S.w = w_syn

    M = StateMonitor(Q, 'v', record=True)
    spP = SpikeMonitor(P)
    spQ = SpikeMonitor(Q)
    run(400*ms)
    peaks.append(M.v[0].max() + 70)
    final.append(M.v[0][-1])
    print(f'w={w_syn}: pre spikes {spP.num_spikes}, post spikes {spQ.num_spikes}, '
          f'post v at end {M.v[0][-1]:.3f}, largest deflection {peaks[-1]:.3f}')

print('deflection per unit of weight:', np.round(np.array(peaks)/np.array(weights), 3))
