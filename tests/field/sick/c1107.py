# "Rate clamp": an integral controller adjusts the common drive of a recurrent
# inhibitory network until the population fires at the target rate.
from brian2 import *
prefs.codegen.target = 'numpy'
import numpy as np

seed(77)

N = 200
tau = 20*ms
tau_i = 5*ms
El, Vt, Vr = -65*mV, -50*mV, -60*mV
sigma = 3*mV
w_inh = 1.0*mV

target = 20*Hz
k_i = 0.02*mV/Hz       # integral gain per control step
T_ctrl = 10*ms
drive = 10*mV          # start value of the drive

eqs = '''
dv/dt = (El - v + drive - s)/tau + sigma*sqrt(2/tau)*xi : volt (unless refractory)
ds/dt = -s/tau_i : volt
'''
G = NeuronGroup(N, eqs, threshold='v > Vt', reset='v = Vr', refractory=2*ms,
                method='euler')
G.v = 'El + 10*mV*rand()'

S = Synapses(G, G, on_pre='s_post += w_inh', delay=1.5*ms)
S.connect(condition='i != j', p=0.1)

spikes = SpikeMonitor(G)
history = []
last_count = 0


@network_operation(dt=T_ctrl)
def controller(t):
    global drive, last_count
    rate = (spikes.num_spikes - last_count)/(N*T_ctrl)
    last_count = spikes.num_spikes
    if t > 0*ms:
        drive += k_i*(target - rate)
    history.append((t/ms, rate/Hz, drive/mV))


run(500*ms)

h = np.array(history)
print('drive at the end: %.2f mV' % h[-1, 2])
for lo in range(0, 500, 100):
    sel = (h[:, 0] > lo) & (h[:, 0] <= lo + 100)
    print('%3d-%3d ms: %.1f Hz (target %.0f Hz)' % (lo, lo + 100, h[sel, 1].mean(),
                                                  target/Hz))
