# Unsupervised learning with the triplet rule of the MNIST network
# (Diehl & Cook), reduced to one output neuron. Half of the inputs fire in
# common bursts (the "pattern"), the others are independent background.
from brian2 import *

seed(11)
defaultclock.dt = 0.5*ms

n_pattern = 40
n_background = 40
n_in = n_pattern + n_background

# a burst of the pattern every 100 ms, lasting 10 ms
inputs = NeuronGroup(n_in, '''rate = int(i < n_pattern)*(1*Hz + 150*Hz*int(t % (100*ms) < 10*ms))
                                     + int(i >= n_pattern)*20*Hz : Hz''',
                     threshold='rand() < rate*dt')

v_rest = -65*mV
v_reset = -65*mV
v_thresh = -52*mV
tau_m = 20*ms
output = NeuronGroup(1, '''dv/dt = (v_rest - v + ge*(0*mV - v))/tau_m : volt (unless refractory)
                           dge/dt = -ge/(5*ms) : 1''',
                     threshold='v > v_thresh', reset='v = v_reset',
                     refractory=5*ms, method='euler')
output.v = v_rest

# learning rates: nu_pre for post-before-pre (depression),
#                 nu_post for pre-before-post (potentiation)
nu_pre = 0.02
nu_post = 0.08
wmax = 1.0
tc_pre = 20*ms
tc_post1 = 20*ms
tc_post2 = 40*ms

eqs_stdp = '''
w : 1
post2before : 1
dpre/dt = -pre/tc_pre : 1 (event-driven)
dpost1/dt = -post1/tc_post1 : 1 (event-driven)
dpost2/dt = -post2/tc_post2 : 1 (event-driven)
'''
on_pre_stdp = '''
ge_post += 0.06*w
pre = 1.
w = clip(w + nu_pre*post1, 0, wmax)
'''
on_post_stdp = '''
post2before = post2
w = clip(w + nu_post*pre*post2before, 0, wmax)
post1 = 1.
post2 = 1.
'''
learn = Synapses(inputs, output, eqs_stdp, on_pre=on_pre_stdp, on_post=on_post_stdp)
learn.connect()
learn.w = '0.3 + 0.1*rand()'
w_start = array(learn.w)

out_mon = SpikeMonitor(output)
w_mon = StateMonitor(learn, 'w', record=[0, n_in - 1], dt=50*ms)

run(10*second)

dw = array(learn.w) - w_start
print('output rate: %.1f Hz' % (out_mon.num_spikes/10.))
print('pattern    mean w = %.3f' % mean(learn.w[:n_pattern]))
print('background mean w = %.3f' % mean(learn.w[n_pattern:]))
print('synapses that became weaker  :', sum(dw < 0))
print('synapses that became stronger:', sum(dw > 0))

plot(w_mon.t/second, w_mon.w.T)
xlabel('t (s)')
ylabel('w')
show()
