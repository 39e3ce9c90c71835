"""
Run a trained single-layer classifier as a spiking network.
Each class of 6x6 input patterns has one output neuron, the pixels are coded
as Poisson rates and the most active output neuron is the decision.
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
seed(3)
rng = np.random.RandomState(3)

side = 6
patterns = []
horiz = np.zeros((side, side)); horiz[1:3, :] = 1
vert = np.zeros((side, side)); vert[:, 3:5] = 1
diag = np.clip(np.eye(side) + np.eye(side, k=1), 0, 1)
frame = np.ones((side, side)); frame[1:-1, 1:-1] = 0
patterns = [horiz, vert, diag, frame]
labels = ['horizontal', 'vertical', 'diagonal', 'frame']
n_in, n_out = side*side, len(patterns)

# result of the training: one row of weights per class
W = np.array([p.ravel()/p.sum() - 0.5/n_in for p in patterns])
W += 0.002*rng.randn(*W.shape)

inp = PoissonGroup(n_in, rates=np.zeros(n_in)*Hz)
out = NeuronGroup(n_out, 'dx/dt = -x/(20*ms) : 1', threshold='x > 1',
                  reset='x = 0', method='exact')
dense = Synapses(inp, out, 'w : 1', on_pre='x_post += w')
dense.connect()
dense.w = 1.2*W.flatten()

counter = SpikeMonitor(out)
net = Network(inp, out, dense, counter)
net.store()

hits, trials = 0, 12
for trial in range(trials):
    k = trial % n_out
    net.restore()
    seed(100 + trial)
    img = np.clip(patterns[k] + 0.1*rng.rand(side, side), 0, 1)
    inp.rates = img.ravel()*90*Hz
    net.run(150*ms)
    guess = int(np.argmax(counter.count[:]))
    hits += guess == k
    print('%-10s -> %-10s  output spikes %s' % (labels[k], labels[guess], counter.count[:]))

print('accuracy %.0f %%' % (100.0*hits/trials))
