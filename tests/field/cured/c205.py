"""Pattern learning with STDP, step one: 150 Poisson afferents on one output cell.

The weights w are plain numbers (EPSP size in mV) and have to stay below the
largest EPSP, 1 mV.
I expect the weights to drift apart slowly while the output keeps firing.
"""
from brian2 import *

prefs.codegen.target = 'numpy'
seed(11)

tau_m = 20*ms
V_rest = -65*mV
V_th = -50*mV
n_in = 150

tau_plus = tau_minus = 20*ms
w_max = 1*mV
A_plus = 0.01
A_minus = -1.05*A_plus

afferents = PoissonGroup(n_in, rates=20*Hz)
out = NeuronGroup(1, 'dV/dt = (V_rest - V)/tau_m : volt (unless refractory)',
                  threshold='V > V_th', reset='V = V_rest', refractory=3*ms,
                  method='exact')
out.V = V_rest

stdp = Synapses(afferents, out,
                '''w : 1
                   dapre/dt = -apre/tau_plus : 1 (event-driven)
                   dapost/dt = -apost/tau_minus : 1 (event-driven)''',
                on_pre='''V_post += w*mV
                          apre += A_plus
                          w = clip(w + apost, 0, w_max/mV)''',
                on_post='''apost += A_minus
                           w = clip(w + apre, 0, w_max/mV)''')
stdp.connect()
stdp.w = '0.2 + 0.6*rand()'

out_spikes = SpikeMonitor(out)
w_hist = StateMonitor(stdp, 'w', record=[0, 50, 100], dt=50*ms)

print('mean weight before: %.3f' % mean(stdp.w))
run(2*second)
print('mean weight after:  %.5f   (min %.5f  max %.5f)'
      % (mean(stdp.w), min(stdp.w), max(stdp.w)))
print('output spikes in 2 s:', out_spikes.num_spikes)
print('output spikes in the second half:', sum(out_spikes.t > 1*second))
