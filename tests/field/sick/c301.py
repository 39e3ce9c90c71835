# STDP on the inputs of one neuron; A+ and A- come from our fits (in % of gmax)
from brian2 import *

seed(1209)
N = 100
taum = 20*ms
taupre = 20*ms
taupost = 34*ms
Ee = 0*mV
vt = -50*mV
vr = -50*mV
El = -49*mV
taue = 5*ms
F = 15*Hz
gmax = 0.02
A_plus = 1.0784*0.02
A_minus = -0.6536*0.02

neuron_eqs = '''
dv/dt = (ge*(Ee - v) + El - v)/taum : volt
dge/dt = -ge/taue : 1
'''
inputs = PoissonGroup(N, rates=F)
neuron = NeuronGroup(1, neuron_eqs, threshold='v > vt', reset='v = vr', method='euler')
neuron.v = -60*mV

stdp = Synapses(inputs, neuron,
                '''w : 1
                   dApre/dt = -Apre/taupre : 1 (event-driven)
                   dApost/dt = -Apost/taupost : 1 (event-driven)''',
                on_pre='''ge += w
                          Apre += A_plus*gmax
                          w = clip(w + Apost, 0, gmax)''',
                on_post='''Apost += A_minus*gmax
                           w = clip(w + Apre, 0, gmax)''')
stdp.connect()
stdp.w = 'rand()*gmax'
w_start = mean(stdp.w)

out = SpikeMonitor(neuron)
vm = StateMonitor(neuron, 'v', record=0)
run(2*second)

print('output rate: %.1f Hz' % (out.num_spikes/2))
print('shortest ISI: %.2f ms' % (min(diff(out.t/ms)) if out.num_spikes > 1 else nan))
print('w/gmax  start %.3f  end %.3f   at 0: %d   at gmax: %d'
      % (w_start/gmax, mean(stdp.w)/gmax, sum(stdp.w[:] == 0), sum(stdp.w[:] == gmax)))
print('v: %.2f .. %.2f mV' % (min(vm.v[0])/mV, max(vm.v[0])/mV))
