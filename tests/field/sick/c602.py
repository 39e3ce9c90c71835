"""Scan a 28x28 digit row by row into 28 input neurons (one per column) and
let a hidden layer integrate the result.  One image takes 140 ms."""
from brian2 import *
import numpy as np

prefs.codegen.target = 'numpy'
seed(5)

# a "7" as in the usual data set: dark margin, values 0..255
img = np.zeros((28, 28))
img[7:9, 6:21] = 230
for r in range(9, 25):
    c = int(19 - (r - 9)*0.6)
    img[r, c:c + 3] = 250
img = img/255.

present_time = 140*ms
pixels = TimedArray(img, dt=20*ms)

inputs = NeuronGroup(28, 'dx/dt = (2.5*pixels(t, i) - x)/(5*ms) : 1',
                     threshold='x > 1', reset='x = 0', refractory=1*ms,
                     method='euler')
hidden = NeuronGroup(50, '''dx/dt = (-x + s)/(15*ms) : 1
                           ds/dt = -s/(4*ms) : 1''',
                     threshold='x > 1', reset='x = 0', refractory=3*ms,
                     method='exact')
proj = Synapses(inputs, hidden, 'w : 1', on_pre='s_post += w')
proj.connect()
proj.w = 'rand()*0.8'

in_spikes = SpikeMonitor(inputs)
hid_spikes = SpikeMonitor(hidden)
in_state = StateMonitor(inputs, 'x', record=True)
net = Network(inputs, hidden, proj, in_spikes, hid_spikes, in_state)
net.run(present_time)

print('pixel values: max %.2f, mean %.3f' % (img.max(), img.mean()))
print('largest x in the input layer:', in_state.x.max())
print('input spikes:', in_spikes.num_spikes, ' hidden spikes:', hid_spikes.num_spikes)
print('spikes per column:', np.array(in_spikes.count))
