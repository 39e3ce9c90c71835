# Port of our old Brian script: orientation-tuned feedforward input to E cells.
# The stimulus orientation moves over time, one value per ms.
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'   # no compiler on this machine

seed(7)
N_E = 60
sim_ms = 1000
base_rate = 80*Hz

stimulus = 0.5 + 0.5*np.sin(2*np.pi*np.arange(sim_ms)/sim_ms)   # 0..1
pref = np.linspace(2*np.pi/N_E, 2*np.pi, N_E)                   # preferred angle

def drive(theta):
    """Rates of all inputs (no unit) for stimulus angle(s) theta."""
    return 1 + 0.9*np.cos(2*np.pi*theta + np.pi + pref)

# firing rates of the N_E inputs as a function of time
def input_rates(t):
    return base_rate*drive(stimulus[int(t/ms) % sim_ms])

poisson_to_E = PoissonGroup(N_E, rates=input_rates)

E_cells = NeuronGroup(N_E, '''dv/dt = -v/(20*ms) : 1''',
                      threshold='v > 1', reset='v = 0',
                      refractory=2*ms, method='exact')
ff = Synapses(poisson_to_E, E_cells, on_pre='v_post += 0.6')
ff.connect(j='i')

in_mon = SpikeMonitor(poisson_to_E)
e_mon = SpikeMonitor(E_cells)

run(sim_ms*ms)

for name, lo, hi in [('first half', 0, 500), ('second half', 500, 1000)]:
    sel = (in_mon.t/ms >= lo) & (in_mon.t/ms < hi)
    counts = np.bincount(np.array(in_mon.i)[sel], minlength=N_E)
    print(name, 'mean input rate %.1f Hz, most active input %d'
          % (counts.mean()/0.5, counts.argmax()))
print('E cells: %.1f Hz' % (e_mon.num_spikes/N_E))

plot(in_mon.t/ms, in_mon.i, '.', ms=2)
xlabel('t (ms)')
ylabel('input')
show()
