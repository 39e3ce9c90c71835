# STDP with a tanh shaped window instead of exponentials.
# deltat = t_post - t_pre of the nearest spikes; > 0 strengthens, < 0 weakens.
from brian2 import *

prefs.codegen.target = 'numpy'   # no compiler on this machine

seed(5)
n_pre = 50
w_init = 0.5
w_max = 1.0
A_plus = 0.010
A_minus = 0.008
tau_plus = 15*ms
tau_minus = 15*ms
rate_in = 15*Hz

pre_cells = NeuronGroup(n_pre, '', threshold='rand() < rate_in*dt', refractory=1*ms)

post_cell = NeuronGroup(1, 'dv/dt = (0.6 - v)/(20*ms) : 1',
                        threshold='v > 1', reset='v = 0',
                        refractory=3*ms, method='exact')

stdp = Synapses(pre_cells, post_cell, 'w : 1',
                on_pre='''
                v_post += 0.15*w
                deltat = lastspike_post - t
                w = clip(-A_minus*(1 - tanh(-deltat/tau_minus)), 0, w_max)
                ''',
                on_post='''
                deltat = t - lastspike_pre
                w = clip(A_plus*(1 - tanh(deltat/tau_plus)), 0, w_max)
                ''')
stdp.connect()
stdp.w = w_init

w_mon = StateMonitor(stdp, 'w', record=range(5), dt=10*ms)
post_mon = SpikeMonitor(post_cell)

for second_no in range(5):
    n_before = post_mon.num_spikes
    run(1*second)
    print('after %d s: w = %.4f +- %.4f, post rate %d Hz'
          % (second_no + 1, mean(stdp.w), std(stdp.w), post_mon.num_spikes - n_before))

largest_step = abs(diff(w_mon.w, axis=1)).max()
print('largest change of a weight within 10 ms: %.4f' % largest_step)

plot(w_mon.t/second, w_mon.w.T)
axhline(w_init, ls='--', c='k')
xlabel('t (s)')
ylabel('w')
show()
