"""
Input spikes -> one layer of Izhikevich cells, learning with STDP.
Repeating input pattern: first half of the inputs fires 5 ms before the second half.
I expect the weights to climb from about 0.4 towards wmax for the early inputs.
"""
import numpy as np
import brian2 as b2
from brian2 import ms, mV, volt, second

b2.prefs.codegen.target = 'numpy'
b2.start_scope()
b2.seed(7)
np.random.seed(7)

N_in, N_hid = 40, 5

# ---- input pattern, every 50 ms
idx, times = [], []
for rep in range(18):
    t0 = 20 + 50*rep
    for k in range(N_in):
        idx.append(k)
        times.append(t0 + (0.0 if k < N_in//2 else 5.0) + 0.1*np.random.randint(0, 10))
inp = b2.SpikeGeneratorGroup(N_in, idx, np.array(times)*ms)

# ---- Izhikevich cells
a, b, d = 0.02/ms, 0.2/ms, 2*mV/ms
izh_eqs = '''
dv/dt = (0.04/ms/mV)*v**2 + (5/ms)*v + 140*mV/ms - u : volt
du/dt = a*(b*v - u) : volt/second
'''
izh = b2.NeuronGroup(N_hid, izh_eqs, threshold='v > 30*mV', reset='v = -65*mV; u += d',
                     method='euler')
izh.v = -70*mV
izh.u = -14*mV/ms

# ---- STDP
taupre = taupost = 20*ms
wmax = 1*mV
Apre = 0.02
Apost = -Apre*taupre/taupost*1.05

stdp_eqs = '''
w : 1
dapre/dt = -apre/taupre : 1 (event-driven)
dapost/dt = -apost/taupost : 1 (event-driven)
'''
stdp_pre = '''
v_post += 2*w*mV
apre += Apre
w = clip(w + apost, 0, wmax/volt)
'''
stdp_post = '''
apost += Apost
w = clip(w + apre, 0, wmax/volt)
'''
syn = b2.Synapses(inp, izh, stdp_eqs, on_pre=stdp_pre, on_post=stdp_post)
syn.connect()
syn.w = 'rand()*0.8'

wmon = b2.StateMonitor(syn, 'w', record=range(0, 200, 10), dt=10*ms)
smon = b2.SpikeMonitor(izh)

print('mean weight before: %.4f' % np.mean(syn.w))
b2.run(0.92*second)
print('mean weight after : %.4f  (max %.4f)' % (np.mean(syn.w), np.max(syn.w)))
print('early inputs %.4f, late inputs %.4f' % (np.mean(syn.w['i < 20']), np.mean(syn.w['i >= 20'])))
print('output spikes:', smon.num_spikes, 'last at', smon.t[-1] if smon.num_spikes else None)
