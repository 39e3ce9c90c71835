"""
Sound localisation with a Jeffress delay line

A 500 Hz tone reaches the two ears with an interaural time difference (ITD).  Auditory
nerve fibres of each ear fire phase locked to the tone (with some jitter).  A row
of 31 coincidence detectors gets both ears through axonal delay lines that run in
opposite directions, so that the detectors prefer ITDs from -300 us to +300 us in steps
of 20 us.  The detector that fires most gives the estimate of the ITD.
Four sound directions are simulated at once (four copies of the circuit).

What I get: the estimates jump and are wrong by up to 120 us, and groups of
neighbouring detectors have EXACTLY the same spike count, as if there were only a handful
of different detectors.  I printed the delays of the synapses, they are all different
and just as I want them.  Why do the neighbours not differ?
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
defaultclock.dt = 0.1*ms
seed(1948)

# ---- sound ---------------------------------------------------------------------
f_tone = 500*Hz
true_itd = np.array([-180, -60, 40, 140])*us       # > 0 : right ear later
n_dir = len(true_itd)

# ---- nerve fibres ---------------------------------------------------------------
n_fibres = 24                # per ear and direction
tau_hair = 0.4*ms
jitter = 0.15                # noise of the membrane potential (threshold = 1)

fibre_eqs = '''
dv/dt = (1.8*clip(sin(2*pi*f_tone*(t - arrival)), 0, 1) - v)/tau_hair
        + jitter*sqrt(2/tau_hair)*xi : 1 (unless refractory)
arrival : second (constant)
'''


def make_ear(name, sign):
    ear = NeuronGroup(n_dir*n_fibres, fibre_eqs, threshold='v > 1', reset='v = 0',
                      refractory=1.2*ms, method='euler', name=name)
    ear.arrival = np.repeat(sign*true_itd/2/second, n_fibres)*second
    return ear


left = make_ear('left', -1)
right = make_ear('right', +1)

# ---- coincidence detectors -------------------------------------------------------
n_det = 31
delay_step = 10*us           # per detector, in each of the two delay lines
shortest = 0.5*ms
preferred = (2*np.arange(n_det) - (n_det - 1))*delay_step
tau_det = 0.4*ms
w_fibre = 0.032

detectors = NeuronGroup(n_dir*n_det, 'dv/dt = -v/tau_det : 1 (unless refractory)',
                        threshold='v > 1', reset='v = 0', refractory=1*ms,
                        method='exact', name='detectors')

from_left = Synapses(left, detectors, on_pre='v_post += w_fibre', name='from_left')
from_right = Synapses(right, detectors, on_pre='v_post += w_fibre', name='from_right')
for line in (from_left, from_right):
    line.connect(condition='i // n_fibres == j // n_det')
# the axon of the left ear runs from detector 0 to 30, the one of the right ear back
from_left.delay = 'shortest + (j % n_det)*delay_step'
from_right.delay = 'shortest + (n_det - 1 - j % n_det)*delay_step'

fibre_spikes = SpikeMonitor(left)
detector_spikes = SpikeMonitor(detectors)

duration = 300*ms
run(duration)

# ---- read out --------------------------------------------------------------------
phase = (2*np.pi*float(f_tone)*np.asarray(fibre_spikes.t - left.arrival[fibre_spikes.i[:]])) % (2*np.pi)
print('fibres: %.0f Hz, vector strength %.2f'
      % (fibre_spikes.num_spikes/(n_dir*n_fibres)/float(duration), abs(np.exp(1j*phase).mean())))

counts = np.array(detector_spikes.count).reshape(n_dir, n_det)
for itd, row in zip(true_itd, counts):
    estimate = preferred[np.argmax(row)]
    equal = int((np.diff(row) == 0).sum())
    print('ITD %5.0f us: estimate %5.0f us, spikes of the detectors %d ... %d, %2d of %d neighbours equal'
          % (itd/us, estimate/us, row.min(), row.max(), equal, n_det - 1))
    print('      ', ' '.join('%d' % c for c in row))
