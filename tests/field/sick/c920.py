from brian2 import *

seed(1671)
np.random.seed(1671)

# Additive STDP: half of the inputs share a fluctuating rate, half are independent
N_in, N_out = 200, 20
tau_m = 10*ms
tau_ge = 5*ms
E_L = -74*mV
E_E = 0*mV
V_t = -54*mV
V_r = -60*mV
tau_pre = 20*ms
tau_post = 20*ms
g_max = 0.03
A_pre = 0.02*g_max
A_post = -1.05*A_pre

n_steps = 100
common = np.random.choice([5.0, 85.0], size=n_steps, p=[0.75, 0.25])
rate_matrix = np.full((n_steps, 2), 25.0)
rate_matrix[:, 0] = common
input_rates = TimedArray(rate_matrix*Hz, dt=10*ms)

inputs = PoissonGroup(N_in, rates='input_rates(t, int(i >= N_in/2))')
outputs = NeuronGroup(N_out, '''dv/dt = (E_L - v + ge*(E_E - v))/tau_m : volt
                                dge/dt = -ge/tau_ge : 1''',
                      threshold='v > V_t', reset='v = V_r', method='euler')
outputs.v = E_L

stdp = Synapses(inputs, outputs,
                '''w : 1
                   dplus/dt = -plus/tau_pre : 1 (event-driven)
                   dminus/dt = -minus/tau_post : 1 (event-driven)''',
                on_pre='''ge += w
                          plus += A_pre
                          w = clip(w + plus, 0, g_max)''',
                on_post='''minus += A_post
                           w = clip(w + minus, 0, g_max)''')
stdp.connect()
stdp.w = '(0.3 + 0.2*rand())*g_max'

w_mon = StateMonitor(stdp, 'w', record=range(0, N_in*N_out, 400), dt=20*ms)
in_spikes = SpikeMonitor(inputs)
out_spikes = SpikeMonitor(outputs)

run(1*second)

w = np.array(stdp.w)/g_max
corr = np.array(stdp.i) < N_in/2
print('output rate: %.1f Hz' % (out_spikes.num_spikes/N_out))
print('mean w/g_max, correlated inputs:  %.3f' % np.mean(w[corr]))
print('mean w/g_max, independent inputs: %.3f' % np.mean(w[~corr]))
