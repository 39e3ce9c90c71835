# LIF cells, each with the background of 1000 afferents at 25 Hz
from brian2 import *

prefs.codegen.target = 'numpy'
seed(42)
duration = 1*second

N_cells = 30
n_aff = 1000
f_aff = 25*Hz
tau = 10*ms
J = 0.075*mV
theta = 20*mV

cells = NeuronGroup(N_cells, 'dV/dt = -V/tau : volt (unless refractory)',
                    threshold='V > theta', reset='V = 10*mV',
                    refractory=2*ms, method='exact')
cells.V = 'rand()*theta'

background = PoissonGroup(N_cells*50, rates=n_aff*f_aff/50)
ext = Synapses(background, cells, on_pre='V_post += J')
ext.connect(j='i % N_cells')

bg_mon = SpikeMonitor(background, record=False)
out_mon = SpikeMonitor(cells)
v_mon = StateMonitor(cells, 'V', record=range(5))
run(duration)

print('expected mean drive  J*n*f*tau = %.2f mV' % (J*n_aff*f_aff*tau/mV))
print('background events per cell and second:', bg_mon.num_spikes/N_cells/(duration/second))
late = v_mon.V[:, 2000:]/mV
print('membrane: mean %.2f mV, std %.3f mV' % (late.mean(), late.std()))
print('output rate: %.2f Hz' % (out_mon.num_spikes/N_cells/(duration/second)))
