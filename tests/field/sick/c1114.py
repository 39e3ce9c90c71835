# Peptide release from bursting neurons: single spikes raise calcium a little,
# only when calcium crosses a threshold (after a burst) dense-core vesicles are
# released and slowly inhibit the target population.
from brian2 import *
prefs.codegen.target = 'numpy'
seed(14)

tau_m = 15*ms
tau_ca = 60*ms
tau_pep = 150*ms
Ca_th = 3.5
E_L, V_T, V_R = -65*mV, -50*mV, -62*mV
sigma = 2*mV
w_pep = 0.4*mV

src_eqs = '''
dv/dt = (E_L - v + I)/tau_m + sigma*sqrt(2/tau_m)*xi : volt (unless refractory)
dCa/dt = -Ca/tau_ca : 1
I = I0 + I1*int(cos(2*pi*4*Hz*t + phase) > 0.8) : volt   # episodes of strong drive
I0 : volt
I1 : volt
phase : 1
'''
source = NeuronGroup(100, src_eqs, threshold='v > V_T',
                     reset='v = V_R; Ca += 1', refractory=2*ms,
                     events={'release': 'Ca > Ca_th'}, method='euler')
# vesicles are used up by the release
source.run_on_event('release', 'Ca = 0')
source.v = E_L
source.I0 = 13*mV
source.I1 = '35*mV*int(i < 20)'       # only the first 20 cells burst
source.phase = '2*pi*rand()'

tgt_eqs = '''
dv/dt = (E_L - v + 18*mV - pep)/tau_m + sigma*sqrt(2/tau_m)*xi : volt (unless refractory)
dpep/dt = -pep/tau_pep : volt
'''
target = NeuronGroup(100, tgt_eqs, threshold='v > V_T', reset='v = V_R',
                     refractory=2*ms, method='euler')
target.v = 'E_L + rand()*(V_T - E_L)'

diffusion = Synapses(source, target, on_pre='pep_post += w_pep')
diffusion.connect(p=0.3)
diffusion.delay = '10*ms + 10*ms*rand()'

sp_src = SpikeMonitor(source)
release = EventMonitor(source, 'release')
sp_tgt = SpikeMonitor(target)
pep = StateMonitor(target, 'pep', record=True, dt=1*ms)

run(600*ms)

print('source: %d spikes, %d release events (%d from the non-bursting cells)'
      % (sp_src.num_spikes, release.num_events, sum(release.i >= 20)))
print('target rate: %.1f Hz' % (sp_tgt.num_spikes/100/0.6))
print('peptide effect, mean of the second half: %.2f mV' % (mean(pep.pep[:, 300:])/mV))
exp_level = release.num_events/0.6*0.3*float(tau_pep)*0.4
print('expected from the number of release events: %.2f mV' % exp_level)
