# Sparsely connected E/I network after Brunel (2000), small version
from brian2 import *

seed(1)
N_E = 800
N_I = 200
epsilon = 0.1
C_E = int(epsilon*N_E)
C_ext = C_E

tau = 20*ms
theta = 20*mV
V_r = 10*mV
tau_rp = 2*ms
J = 0.5*mV
g = 5
D = 1.5*ms

# external rate relative to the threshold rate
nu_thr = theta/(J*C_E*tau)
nu_ext = 2*nu_thr

neurons = NeuronGroup(N_E + N_I, 'dv/dt = -v/tau : volt (unless refractory)',
                      threshold='v > theta', reset='v = V_r',
                      refractory=tau_rp, method='exact')
exc = neurons[:N_E]
inh = neurons[N_E:]

exc_syn = Synapses(exc, neurons, on_pre='v_post += J', delay=D)
exc_syn.connect(p=epsilon)
inh_syn = Synapses(inh, neurons, on_pre='v_post += -g*J', delay=D)
inh_syn.connect(p=epsilon)

# external drive, every neuron gets C_ext Poisson inputs
PoissonInput(target=neurons, target_var='v', N=C_ext, rate=nu_ext, weight=J)

rate_mon = PopulationRateMonitor(neurons)
spike_mon = SpikeMonitor(neurons[:50])

run(400*ms)

print('nu_ext = %.1f Hz per input' % (nu_ext/Hz))
print('mean rate of the network: %.2f Hz' % mean(rate_mon.rate[1000:]/Hz))
print('spikes of the first 50 cells:', spike_mon.num_spikes)

subplot(211)
plot(spike_mon.t/ms, spike_mon.i, '|k')
subplot(212)
plot(rate_mon.t/ms, rate_mon.smooth_rate(width=1*ms)/Hz)
xlabel('t (ms)')
ylabel('rate (Hz)')
show()
