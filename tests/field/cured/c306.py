# Present a sequence of small images to a layer of LIF neurons (one neuron per
# pixel).  Every image is shown for 100 ms, followed by 100 ms of blank screen.
import numpy as np
import brian2 as b2

b2.prefs.codegen.target = 'numpy'
np.random.seed(7)

n_side = 8
n_pix = n_side*n_side
t_frame = 100*b2.ms
n_images = 4

sequence = []
for k in range(n_images):
    image = np.zeros((n_side, n_side))
    r = np.random.randint(0, n_side - 3)
    c = np.random.randint(0, n_side - 3)
    image[r:r+3, c:c+3] = 1.8
    sequence.append(image.ravel())
    sequence.append(np.zeros(n_pix))
data = np.array(sequence).T          # pixels x frames

digit_input = b2.TimedArray(data.T, dt=t_frame)

tau_time = 10*b2.ms
lif_eqs = '''
dv/dt = (I - v)/tau_time : 1 (unless refractory)
I = digit_input(t, i) : 1
'''
layer = b2.NeuronGroup(n_pix, lif_eqs, threshold='v > 1', reset='v = 0',
                       refractory=5*b2.ms, method='euler')
spikes = b2.SpikeMonitor(layer)
state = b2.StateMonitor(layer, 'v', record=True)

b2.run(2*n_images*t_frame)

for k in range(2*n_images):
    inside = (spikes.t >= k*t_frame) & (spikes.t < (k+1)*t_frame)
    name = 'blank' if k % 2 else 'image %d' % (k//2)
    print('%3d ms  %-8s lit pixels %2d   spikes %3d' % (
        100*k, name, int(np.sum(data[:, k] > 0)), int(np.sum(inside))))
print('total spikes', spikes.num_spikes, '  max v %.3f' % np.max(state.v))
print('v at the end: max %.3g' % np.max(layer.v[:]))
