# Hebbian layer with normalisation of the outgoing weights:
# every source neuron has a fixed total (= 1) to give to its targets
from brian2 import *

seed(4)
prefs.codegen.target = 'numpy'

n_source = 12
n_target = 6
tau = 15*ms
tau_trace = 20*ms
eta = 0.005
gain = 0.6

layer_eqs = '''
dv/dt = (drive - v)/tau : 1
drive : 1 (constant)
sumw : 1   # total of the weights
'''

G_pre = NeuronGroup(n_source, layer_eqs, threshold='v > 1', reset='v = 0',
                    method='exact', name='source_layer')
G_pre.drive = '1.2 + 0.4*i/n_source'
G_pre.v = 'rand()'

G_post = NeuronGroup(n_target, layer_eqs, threshold='v > 1', reset='v = 0',
                     method='exact', name='target_layer')
G_post.drive = 0.3

S = Synapses(G_pre, G_post,
             '''w : 1
                dxpre/dt = -xpre/tau_trace : 1 (event-driven)
                sumw_pre = w : 1 (summed)''',
             on_pre='''v_post += gain*w
                       xpre += 1
                       w /= sumw''',
             on_post='w += eta*xpre')
S.connect()
S.w = '0.5*rand() + 0.1'

sumw_mon = StateMonitor(G_pre, 'sumw', record=True, dt=1*ms)
sp_pre = SpikeMonitor(G_pre)
sp_post = SpikeMonitor(G_post)

run(1*second)

W = zeros((n_source, n_target))
W[S.i[:], S.j[:]] = S.w[:]
print('outgoing total of every source neuron (should be about 1):')
print(W.sum(axis=1).round(3))
print('largest weight:', W.max())
print('rates: source %.1f Hz, target %.1f Hz'
      % (sp_pre.num_spikes/n_source, sp_post.num_spikes/n_target))

plot(sumw_mon.t/ms, sumw_mon.sumw.T)
xlabel('time (ms)')
ylabel('sum of outgoing weights')
show()
