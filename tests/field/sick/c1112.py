# Response of a population of adapting LIF neurons to a step stimulus.
# The population first relaxes to its spontaneous state, then the stimulus
# protocol is played: 50 ms nothing, 200 ms step, 50 ms nothing.
from brian2 import *
prefs.codegen.target = 'numpy'
seed(4)

N = 200
tau_m, tau_a = 20*ms, 120*ms
Vl, Vth, Vre = -70*mV, -54*mV, -65*mV
sigma = 4*mV
base = 9*mV
t_settle = 300*ms

protocol = concatenate([zeros(5), 12*ones(20), zeros(5)])*mV
stim = TimedArray(protocol, dt=10*ms)

eqs = '''
dv/dt = (Vl - v + base + drive - a)/tau_m + sigma*sqrt(2/tau_m)*xi : volt (unless refractory)
da/dt = -a/tau_a : volt
drive = playing*stim(t) : volt
playing : 1 (shared)
'''
pop = NeuronGroup(N, eqs, threshold='v > Vth', reset='v = Vre; a += 1*mV',
                  refractory=2*ms, method='euler')
pop.v = 'Vl + rand()*(Vth - Vl)'

spikes = SpikeMonitor(pop)
rate = PopulationRateMonitor(pop)
drive = StateMonitor(pop, 'drive', record=0)

# 1) spontaneous activity, no stimulus
pop.playing = 0
run(t_settle)
n_spont = spikes.num_spikes

# 2) the stimulus
pop.playing = 1
run(300*ms)

print('spontaneous: %.2f Hz' % (n_spont/N/float(t_settle)))
print('largest drive seen by the cells: %.1f mV' % (max(drive.drive[0])/mV))
for name, lo, hi in [('before', 0, 50), ('onset', 50, 90),
                     ('steady', 90, 250), ('after', 250, 300)]:
    sel = (spikes.t >= t_settle + lo*ms) & (spikes.t < t_settle + hi*ms)
    print('%-7s %.2f Hz' % (name, sum(sel)/N/((hi - lo)*1e-3)))
