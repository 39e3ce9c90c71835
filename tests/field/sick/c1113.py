# Fluctuation-driven firing: the mean drive is below threshold, spikes are
# caused by membrane noise alone.
from brian2 import *
prefs.codegen.target = 'numpy'
seed(31)

N = 300
tau = 10*ms
tau_ref = 2*ms
v_rest = -70*mV
v_th = -55*mV
v_reset = -68*mV
mu = 9*mV             # mean depolarisation, 6 mV below threshold
sigma = 4*mV          # standard deviation of the free membrane potential

eqs = '''
# leaky integration with Gaussian white noise
dv/dt = (v_rest + mu - v + sigma*randn())/tau : volt (unless refractory)
# the same without spikes, to check the statistics
du/dt = (v_rest + mu - u + sigma*randn())/tau : volt
'''
G = NeuronGroup(N, eqs, threshold='v > v_th', reset='v = v_reset',
                refractory=tau_ref, method='euler')
G.v = 'v_rest + mu'
G.u = 'v_rest + mu'

spikes = SpikeMonitor(G)
mon = StateMonitor(G, ['v', 'u'], record=range(20), dt=1*ms)

duration = 500*ms
run(duration)

half = mon.t > 50*ms
rates = spikes.count/duration
print('mean rate: %.2f Hz' % (mean(rates/Hz)))
print('silent cells: %d of %d' % (sum(spikes.count == 0), N))
print('free membrane potential: mean %.2f mV, sd %.2f mV'
      % (mean(mon.u[:, half])/mV, std(mon.u[:, half])/mV))
trains = spikes.spike_trains()
isi = concatenate([diff(trains[k]/ms) for k in range(N)])
if len(isi) > 10:
    print('CV of the inter-spike intervals: %.2f' % (std(isi)/mean(isi)))
