from brian2 import *

seed(88)

# Feed-forward layer whose cells raise their threshold with every spike
N_in, N_out = 200, 300
tau_m = 15*ms
tau_s = 5*ms
tau_th = 80*ms
v_rest = -70*mV
v_reset = -68*mV
theta_0 = -54*mV
theta_jump = 3*mV
w_in = 2.8*mV

eqs = '''
dv/dt = (v_rest - v + R_I)/tau_m : volt (unless refractory)
dR_I/dt = -R_I/tau_s : volt
dtheta/dt = (theta_0 - theta)/tau_th : volt
'''
layer = NeuronGroup(N_out, eqs, threshold='v > theta',
                    reset='''v = v_reset
                             v_theta = theta + theta_jump''',
                    refractory=2*ms, method='exact')
layer.v = 'v_rest + rand()*10*mV'
layer.theta = theta_0

step = TimedArray([10, 10, 45, 45, 45, 10]*Hz, dt=100*ms)
afferents = PoissonGroup(N_in, rates='step(t)')

feed = Synapses(afferents, layer, 'w : volt (constant)', on_pre='R_I += w')
feed.connect(p=0.2)
feed.w = 'w_in*(0.5 + rand())'
feed.delay = '1*ms + 2*ms*rand()'

spikes = SpikeMonitor(layer)
rate = PopulationRateMonitor(layer)
state = StateMonitor(layer, ['v', 'theta'], record=range(3))

run(600*ms)

onset = np.mean(rate.rate[(rate.t > 200*ms) & (rate.t < 230*ms)])
late = np.mean(rate.rate[(rate.t > 400*ms) & (rate.t < 500*ms)])
print('rate at onset of the step: %.1f Hz, at its end: %.1f Hz' % (onset/Hz, late/Hz))
print('threshold range: %.1f to %.1f mV' % (np.min(state.theta)/mV, np.max(state.theta)/mV))
