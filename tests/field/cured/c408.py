"""Learn pattern A, keep the synapses that encode it, then learn pattern B
with the same output cells (continual learning toy)."""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
seed(3)
np.random.seed(3)


class TwoPatternNet:
    def __init__(self, n_in=80, n_out=5):
        self.n_in = n_in
        self.inp = NeuronGroup(n_in, 'rate : Hz', threshold='rand() < rate*dt')
        self.out = NeuronGroup(n_out, '''
            dv/dt = (v_rest - v)/tau_m + g*(0*mV - v)/tau_m : volt
            dg/dt = -g/(5*ms) : 1
            ''', threshold='v > -52*mV', reset='v = -65*mV',
            refractory=3*ms, method='euler',
            namespace=dict(v_rest=-65*mV, tau_m=20*ms))
        self.out.v = -65*mV
        self.syn = Synapses(self.inp, self.out, '''
            w : 1
            learning : 1
            dx/dt = -x/(20*ms) : 1 (event-driven)
            dy/dt = -y/(20*ms) : 1 (event-driven)
            ''',
            on_pre='''
            g_post += 0.07*w
            x += 1
            w = clip(w - learning*0.001*y, 0, 1)
            ''',
            on_post='''
            y += 1
            w = clip(w + learning*0.006*(x - 0.55), 0, 1)
            ''')
        self.syn.connect()
        self.syn.w = '0.45 + 0.1*rand()'
        self.syn.learning = 1
        self.spikes = SpikeMonitor(self.out)
        self.net = Network(self.inp, self.out, self.syn, self.spikes)

    def train(self, first, last, duration=800*ms):
        self.inp.rate = 1*Hz
        self.inp.rate[first:last] = 60*Hz
        n0 = self.spikes.num_spikes
        self.net.run(duration)
        return (self.spikes.num_spikes - n0)/len(self.out)/duration

    def consolidate(self):
        self.syn.learning['w > 0.55'] = 0

    def mean_w(self, first, last):
        return np.mean(self.syn.w[first:last, :])


m = TwoPatternNet()
r = m.train(0, 40)
print('after A: output rate %s, w(A) = %.3f, w(B) = %.3f' % (r, m.mean_w(0, 40), m.mean_w(40, 80)))
m.consolidate()
print('synapses above 0.55:', np.sum(m.syn.w > 0.55))
r = m.train(40, 80, 1200*ms)
print('after B: output rate %s, w(A) = %.3f, w(B) = %.3f' % (r, m.mean_w(0, 40), m.mean_w(40, 80)))
print('A synapses still above 0.55:', np.sum(np.array(m.syn.w[0:40, :]) > 0.55), 'of 200')
