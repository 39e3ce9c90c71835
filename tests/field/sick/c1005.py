"""
Thalamocortical input to a patch of layer 4 (current based LIF, short term depression)

LGN (120 Poisson cells, 20 Hz with a 60 Hz burst of 200 ms) -> 80 excitatory and 20 PV
cells of layer 4.  The thalamic synapses depress (Tsodyks-Markram, event driven).
Synaptic "currents" are given in mV, i.e. already multiplied by the membrane
resistance, as in the CUBA benchmark.

My question: a few hundred mV of excitation would be bad enough, but I_exc goes to
several thousands of mV and never comes back, also when the burst is over.
The cells fire at the refractory limit.  How do I stabilise the synaptic currents
without touching the weights?  Clipping I_exc looks wrong to me.
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
defaultclock.dt = 0.1*ms
seed(1370)

# ---- populations
N_lgn, N_exc, N_pv = 120, 80, 20
params = {
    'exc': dict(tau_m=20*ms, V_rest=-70*mV, V_th=-52*mV, V_reset=-60*mV, t_ref=3*ms),
    'pv': dict(tau_m=10*ms, V_rest=-68*mV, V_th=-52*mV, V_reset=-58*mV, t_ref=1.5*ms),
}
tau_exc = 4*ms          # AMPA
tau_inh = 8*ms          # GABA A

# ---- synapses
J = {('lgn', 'exc'): 26.0*mV, ('lgn', 'pv'): 16.0*mV,
     ('exc', 'exc'): 3.0*mV, ('exc', 'pv'): 4.0*mV,
     ('pv', 'exc'): 3.0*mV, ('pv', 'pv'): 2.0*mV}
P = {('lgn', 'exc'): 0.25, ('lgn', 'pv'): 0.35,
     ('exc', 'exc'): 0.1, ('exc', 'pv'): 0.25,
     ('pv', 'exc'): 0.4, ('pv', 'pv'): 0.3}
U_lgn, tau_rec = 0.35, 130*ms

lif = '''
dV/dt = (V_rest - V + I_exc - I_inh)/tau_m : volt (unless refractory)
I_exc : volt
dI_inh/dt = -I_inh/tau_inh : volt
'''


def population(name, number):
    p = params[name]
    group = NeuronGroup(number, lif, threshold='V > V_th', reset='V = V_reset',
                        refractory=p['t_ref'], method='exact', namespace=dict(
                            p, tau_inh=tau_inh, tau_exc=tau_exc), name=name)
    group.V = p['V_rest'] + np.random.rand(number)*(p['V_reset'] - p['V_rest'])
    return group


def static(source, target):
    key = (source.name, target.name)
    sign_target = 'I_inh_post' if source.name == 'pv' else 'I_exc_post'
    syn = Synapses(source, target, 'w : volt', on_pre=sign_target + ' += w', delay=1.2*ms)
    syn.connect(p=P[key])
    syn.w = J[key]
    return syn


def depressing(source, target):
    key = (source.name, target.name)
    syn = Synapses(source, target, '''w : volt
                                      dx/dt = (1 - x)/tau_rec : 1 (event-driven)''',
                   on_pre='''I_exc_post += w*U_lgn*x
                             x -= U_lgn*x''', delay=2*ms)
    syn.connect(p=P[key])
    syn.w = J[key]
    syn.x = 1
    return syn


np.random.seed(1)
lgn_rate = TimedArray(np.r_[np.full(20, 20.), np.full(20, 60.), np.full(20, 20.)]*Hz,
                      dt=10*ms)
lgn = PoissonGroup(N_lgn, rates='lgn_rate(t)', name='lgn')
exc = population('exc', N_exc)
pv = population('pv', N_pv)

net = Network(lgn, exc, pv)
net.add(depressing(lgn, exc), depressing(lgn, pv))
net.add([static(a, b) for a in (exc, pv) for b in (exc, pv)])

I_mon = StateMonitor(exc, ['I_exc', 'I_inh'], record=np.arange(10), dt=1*ms)
spikes = {g.name: SpikeMonitor(g) for g in (lgn, exc, pv)}
net.add(I_mon, spikes)
net.run(600*ms)

print('mean I_exc: %8.1f mV before, %8.1f mV during, %8.1f mV after the burst'
      % tuple(I_mon.I_exc[:, s].mean()/mV for s in (slice(100, 200), slice(200, 400), slice(450, 600))))
print('largest I_exc %.1f mV, largest I_inh %.1f mV'
      % (I_mon.I_exc.max()/mV, I_mon.I_inh.max()/mV))
for name, mon in spikes.items():
    print('%-4s %.1f Hz' % (name, mon.num_spikes/mon.source.N/0.6))
