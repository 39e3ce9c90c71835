from brian2 import *
prefs.codegen.target = 'numpy'
seed(88)

# Short-term depression as gain control (Abbott et al. 1997):
# the response to afferents of high rate should be no larger than
# to those of low rate.
# Depression depends only on the history of the afferent cell, so the resource
# variable x is kept per cell (one x per axon), not per synapse.

tau_m = 20*ms
tau_e = 5*ms
tau_rec = 400*ms
U = 0.5
Vrest = -70*mV
Vth = -52*mV
w0 = 6*mV

eqs = '''
dv/dt = (Vrest - v + psp + I)/tau_m : volt (unless refractory)
dpsp/dt = -psp/tau_e : volt
dx/dt = (1 - x)/tau_rec : 1
I : volt
'''
args = dict(threshold='v > Vth', reset='v = Vrest; x -= U*x',
            refractory=3*ms, method='euler')

afferents = NeuronGroup(100, eqs, **args)
targets = NeuronGroup(50, eqs, **args)
afferents.v = 'Vrest + rand()*(Vth - Vrest)'
targets.v = 'Vrest + rand()*10*mV'
afferents.x = 1
targets.x = 1
targets.I = '(14 + 5*rand())*mV'      # background

# a spike releases the fraction U of the available resources
syn = Synapses(afferents, targets, on_pre='psp_post += w0*U*x', delay=1*ms)
syn.connect(p=0.3)

m_a = SpikeMonitor(afferents)
m_t = SpikeMonitor(targets)
psp_mon = StateMonitor(targets, 'psp', record=True, dt=1*ms)

# three levels of afferent activity
n_a = n_t = 0
for I0 in [19, 30, 60]:
    afferents.I = I0*mV
    run(200*ms)
    ra = (m_a.num_spikes - n_a)/100/0.2
    rt = (m_t.num_spikes - n_t)/50/0.2
    n_a, n_t = m_a.num_spikes, m_t.num_spikes
    psp_late = mean(psp_mon.psp[:, -50:])/mV
    print('afferents %5.1f Hz -> mean synaptic input %5.2f mV, targets %5.1f Hz'
          % (ra, psp_late, rt))
print('resources: afferents %.2f, targets %.2f' % (mean(afferents.x[:]), mean(targets.x[:])))
