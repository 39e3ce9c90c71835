# Take weights from an STDP curve and look what post-synaptic potential each of
# them produces in a silent neuron (one target neuron per weight).
from brian2 import *
import numpy as np

gaps = np.linspace(-30, 30, 12)
dw = np.where(gaps > 0, 4.0*np.exp(-gaps/20), 3.0*np.exp(gaps/20))   # mV

tau = 10*ms
eqs = '''
dv/dt = (-70 - v + drive)/tau : 1 (unless refractory)
drive : 1
'''

P = NeuronGroup(1, eqs, threshold='v > -55', reset='v = -70',
                refractory=2*ms, method='exact')
P.v = -70
P.drive = 17

Q = NeuronGroup(len(dw), eqs, refractory=2*ms, threshold='v > 30', reset='v = -70', method='exact')
Q.v = -70

S = Synapses(P, Q, 'w : 1', on_pre='v_post += w', delay=2*ms)
S.connect()
S.w = dw

M = StateMonitor(Q, 'v', record=True)
sp = SpikeMonitor(P)
run(500*ms)

print('presynaptic spikes:', sp.num_spikes)
second_half = M.t > 250*ms
for k in range(len(dw)):
    trace = M.v[k][second_half]
    print('gap %+5.1f ms  w = %.3f  v between %.2f and %.2f'
          % (gaps[k], dw[k], trace.min(), trace.max()))
