"""Self-organisation by spike-timing dependent plasticity in a recurrent
excitatory network with background noise."""
from brian2 import *

seed(5150)
defaultclock.dt = 0.1*ms

N = 200
tau_m = 20*ms
tau_s = 5*ms
V_rest, V_th, V_r = -65*mV, -50*mV, -65*mV
tau_pre = tau_post = 20*ms
A_pre = 0.25
A_post = -0.08
w_init = 1.5*mV

eqs = '''
dv/dt = (V_rest - v + s + 12*mV)/tau_m + 4*mV*sqrt(2/tau_m)*xi : volt (unless refractory)
ds/dt = -s/tau_s : volt
'''

cells = NeuronGroup(N, eqs, threshold='v > V_th', reset='v = V_r',
                    refractory=3*ms, method='euler')
cells.v = 'V_rest + rand()*(V_th - V_rest)'

S = Synapses(cells, cells,
             '''w : volt
                dapre/dt = -apre/tau_pre : 1 (event-driven)
                dapost/dt = -apost/tau_post : 1 (event-driven)''',
             on_pre='''s_post += w
                       apre += A_pre
                       w = w*(1 + apost)''',
             on_post='''apost += A_post
                        w = w*(1 + apre)''')
S.connect(condition='i != j', p=0.15)
S.w = 'w_init*(0.5 + rand())'
S.delay = '0.5*ms + 2*ms*rand()'

spikes = SpikeMonitor(cells)
rate = PopulationRateMonitor(cells)
weights = StateMonitor(S, 'w', record=range(50), dt=10*ms)

run(1*second)

print('rate first 100 ms %.1f Hz, last 100 ms %.1f Hz'
      % (sum(spikes.t < 100*ms)/N/0.1, sum(spikes.t > 900*ms)/N/0.1))
print('mean weight at end:', mean(S.w))
