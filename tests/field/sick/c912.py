from brian2 import *

seed(9)

# Sparsely connected network of LIF neurons after Brunel (2000), reduced in size
N_E, N_I = 640, 160
epsilon = 0.1
C_ext = 1000

tau = 20*ms
theta = 20*mV
V_r = 10*mV
tau_rp = 2*ms
J = 0.3*mV
g = 5
J_ext = 0.15*mV
D = 1.5*ms

nu_thr = theta/(J_ext*C_ext*tau)
nu_ext = 2.2*nu_thr

neurons = NeuronGroup(N_E + N_I, 'dv/dt = -v/tau : volt (unless refractory)',
                      threshold='v > theta', reset='v = V_r',
                      refractory=tau_rp, method='exact')
neurons.v = 'rand()*theta'
exc_neurons = neurons[:N_E]
inh_neurons = neurons[N_E:]

external = PoissonGroup(N_E + N_I, rates=C_ext*nu_ext)
ext_synapses = Synapses(external, neurons, on_pre='v += J_ext')
ext_synapses.connect(j='i')

exc_synapses = Synapses(exc_neurons, neurons, on_pre='v += J', delay=D)
exc_synapses.connect(p=epsilon)
inh_synapses = Synapses(inh_neurons, neurons, on_pre='v += -g*J', delay=D)
inh_synapses.connect(p=epsilon)

spikes = SpikeMonitor(neurons)
rate = PopulationRateMonitor(neurons)
v_trace = StateMonitor(neurons, 'v', record=range(5))

run(500*ms)

trains = spikes.spike_trains()
cvs = [np.std(np.diff(tr))/np.mean(np.diff(tr)) for tr in trains.values() if len(tr) > 4]
print('external drive per neuron: %.1f kHz' % (C_ext*nu_ext/kHz))
print('mean rate: %.2f Hz' % (spikes.num_spikes/(N_E + N_I)/0.5))
print('mean CV of ISI: %.2f' % np.mean(cvs))
