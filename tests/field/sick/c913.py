from brian2 import *

seed(3)
np.random.seed(3)
defaultclock.dt = 1*ms

# Ring of rate units with Mexican hat coupling; a cue is shown and followed by a delay
n_units = 100
tau = 15*ms
gain = 1.5
h0 = 1.2
J0, J1 = -0.9, 3.5

bin_width = 10*ms
n_bins = 100
cue_unit = 70
cue_on, cue_off = 20, 40

units = np.arange(n_units)
distance = np.minimum(np.abs(units - cue_unit), n_units - np.abs(units - cue_unit))
profile = 2.0*np.exp(-distance**2/(2*6.0**2))

stim = np.zeros((n_units, n_bins))
for k in range(cue_on, cue_off):
    stim[:, k] = profile
cue = TimedArray(stim, dt=bin_width)

eqs = '''
dr/dt = (-r + 1/(1 + exp(-4*gain*(I_rec + I_cue + I_noise - h0))))/tau : 1
I_cue = cue(t, i) : 1
dI_noise/dt = -I_noise/(5*ms) + 0.05*sqrt(2/(5*ms))*xi : 1
I_rec : 1
'''
ring = NeuronGroup(n_units, eqs, method='euler')
ring.r = 0.01

coupling = Synapses(ring, ring, '''weight : 1 (constant)
                                   I_rec_post = weight*r_pre : 1 (summed)''')
coupling.connect()
coupling.weight = '(J0 + J1*cos(2*pi*(i - j)/n_units))*4/n_units'

activity = StateMonitor(ring, 'r', record=True, dt=5*ms)

run(n_bins*bin_width)

phase = np.exp(2j*np.pi*units/n_units)
vector = (activity.r*phase[:, None]).sum(axis=0)
decoded = np.angle(vector) % (2*np.pi)*n_units/(2*np.pi)
t_ms = activity.t/ms
for label, when in [('before cue', 150), ('end of cue', 390), ('delay', 900)]:
    idx = np.argmin(np.abs(t_ms - when))
    print('%s: activity %.3f, decoded position %.1f'
          % (label, np.mean(activity.r[:, idx]), decoded[idx]))
