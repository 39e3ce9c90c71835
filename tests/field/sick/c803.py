# Rate response of an E-I network, smoothed with several window widths
from brian2 import *

seed(29)
prefs.codegen.target = 'numpy'
start_scope()

n_e, n_i = 160, 40
tau = 10*ms
tau_ref = 1*ms
duration = 500*ms

eqs = '''
dv/dt = (mu - v)/tau + sigma*sqrt(2/tau)*xi : 1 (unless refractory)
mu : 1
sigma : 1 (shared, constant)
'''

exc = NeuronGroup(n_e, eqs, threshold='v > 1', reset='v = 0',
                  refractory=tau_ref, method='euler', name='exc')
inh = NeuronGroup(n_i, eqs, threshold='v > 1', reset='v = 0',
                  refractory=tau_ref, method='euler', name='inh')
for grp in [exc, inh]:
    grp.mu = 0.9
    grp.sigma = 0.2
    grp.v = 'rand()'

syn_ei = Synapses(exc, inh, on_pre='v_post += 0.02')
syn_ei.connect(p=0.2)
syn_ie = Synapses(inh, exc, on_pre='v_post -= 0.04')
syn_ie.connect(p=0.2)

spikes_e = SpikeMonitor(exc)
spikes_i = SpikeMonitor(inh)

# one rate monitor for each population
rate_mons = [PopulationRateMonitor(grp) for grp in [exc, inh]]

run(duration)

print('spikes: exc %d, inh %d' % (spikes_e.num_spikes, spikes_i.num_spikes))

for mon, label in zip(rate_mons, ['exc', 'inh']):
    smoothed = mon.smooth_rate(window='gaussian', width=10*ms)/Hz
    print('%s: mean rate %.1f Hz, peak of the smoothed rate %.1f Hz'
          % (label, mean(mon.rate/Hz), max(smoothed)))
    plot(mon.t/ms, smoothed, label=label)

xlabel('time (ms)')
ylabel('rate (Hz)')
legend()
show()
