from brian2 import *

seed(980)

# Two cues are shown one after the other, then dopamine is released once
n_cue, n_act = 60, 30
tau_m = 15*ms
tau_e = 5*ms
tau_stdp = 20*ms
tau_elig = 150*ms
A_plus, A_minus = 1.0, -0.6
w_max = 2.0
eta = 0.002

cue_rates = TimedArray(np.array([[0, 0], [60, 0], [60, 0], [0, 0], [0, 0],
                                 [0, 60], [0, 60], [0, 0], [0, 0], [0, 0]])*Hz, dt=80*ms)
dopamine = TimedArray([0, 0, 0, 0, 0, 0, 0, 0, 1, 0], dt=80*ms)

cues = NeuronGroup(2*n_cue, 'rate = cue_rates(t, i // n_cue) : Hz',
                   threshold='rand() < rate*dt')
actors = NeuronGroup(2*n_act, '''dv/dt = (ge - v)/tau_m : 1 (unless refractory)
                                 dge/dt = -ge/tau_e : 1''',
                     threshold='v > 1', reset='v = 0', refractory=3*ms, method='exact')

plastic = Synapses(cues, actors,
                   '''w : 1
                      dapre/dt = -apre/tau_stdp : 1 (event-driven)
                      dapost/dt = -apost/tau_stdp : 1 (event-driven)
                      delig/dt = -elig/tau_elig : 1 (event-driven)''',
                   on_pre='''ge += 0.5*w
                             apre += A_plus
                             elig += apost''',
                   on_post='''apost += A_minus
                              elig += apre''')
plastic.connect(condition='i // n_cue == j // n_act')
plastic.w = '0.8 + 0.2*rand()'
plastic.run_regularly('w = clip(w + eta*elig*dopamine(t), 0, w_max)', dt=2*ms)

w_start = np.array(plastic.w)
spikes_cue = SpikeMonitor(cues)
spikes_act = SpikeMonitor(actors)
w_mon = StateMonitor(plastic, 'w', record=range(0, 3600, 300), dt=10*ms)

run(800*ms)

gain = np.array(plastic.w) - w_start
first = np.array(plastic.i) < n_cue
print('actor spikes:', spikes_act.num_spikes)
print('mean weight gain, early cue: %.4f' % np.mean(gain[first]))
print('mean weight gain, late cue:  %.4f' % np.mean(gain[~first]))
