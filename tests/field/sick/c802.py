# V1 layer 4 excitatory cells driven by a dense Poisson input, fixed weights
from brian2 import *

seed(1370)
prefs.codegen.target = 'numpy'
defaultclock.dt = 0.1*ms

n_lgn = 512
lgn_rate = 100*Hz
n_exc = 20

tau_m = 20*ms
tau_exc = 5*ms      # excitatory synaptic current
E_L = -65*mV
V_th = -50*mV
V_r = -65*mV
t_ref = 3*ms

l4_eqs = '''
dv/dt = (E_L - v + I_exc)/tau_m : volt (unless refractory)
I_exc : volt
'''

L4_exc = NeuronGroup(n_exc, l4_eqs, threshold='v > V_th', reset='v = V_r',
                     refractory=t_ref, method='exact', name='L4_exc')
L4_exc.v = 'E_L + rand()*(V_th - E_L)'

p_in = PoissonGroup(n_lgn, rates=lgn_rate, name='poisson_input_v1_l4')
p_syn = Synapses(p_in, L4_exc, 'w : 1', on_pre='I_exc_post += w*mV',
                 name='poisson_syn_v1_l4')
p_syn.connect(p=0.5)
p_syn.w = 0.124   # fixed, must not be changed during the run

I_mon = StateMonitor(L4_exc, ['I_exc', 'v'], record=[0, 1])
spk = SpikeMonitor(L4_exc)
rate = PopulationRateMonitor(L4_exc)

duration = 1*second
run(duration)

I0 = I_mon.I_exc[0]/mV
print('synaptic current of cell 0 (mV): at 0.1 s %.1f, at 0.5 s %.1f, end %.1f'
      % (I0[1000], I0[5000], I0[-1]))
print('mean rate of the L4 cells: %.1f Hz'
      % (spk.num_spikes/n_exc/float(duration)))

figure(figsize=(8, 6))
subplot(211)
plot(I_mon.t/ms, I0)
ylabel('I_exc (mV)')
subplot(212)
plot(rate.t/ms, rate.smooth_rate(width=20*ms)/Hz)
xlabel('time (ms)')
ylabel('rate (Hz)')
show()
