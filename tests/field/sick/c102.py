"""LIF neuron groups with NMDA-like excitation and slow GABA inhibition; the
gating variables live in the synapses."""
import brian2 as b2
from brian2 import ms, mV, nS, pF, Hz, second
import numpy as np

b2.seed(766)

TAU_NMDA = 60*ms
TAU_GABA = 10*ms
E_EXC = 0*mV
E_INH = -75*mV
G_LEAK = 10*nS
CAP = 200*pF

lif = '''
du/dt = (G_LEAK*(-65*mV - u) + I_syn)/CAP : volt (unless refractory)
I_syn : amp
'''


def build():
    target = b2.NeuronGroup(40, lif, threshold='u > -50*mV', reset='u = -62*mV',
                            refractory=2*ms, method='euler', name='target')
    target.u = '-65*mV + 5*mV*rand()'
    exc = b2.PoissonGroup(80, rates=8*Hz, name='exc')
    inh = b2.PoissonGroup(20, rates=15*Hz, name='inh')

    nmda = b2.Synapses(exc, target,
                       '''ds/dt = -s/TAU_NMDA : 1 (clock-driven)
                          g : siemens (constant)
                          I_syn_post = g*s*(E_EXC - u_post) : amp (summed)''',
                       on_pre='s += 0.5*(1 - s)', method='exact', name='nmda')
    nmda.connect(p=0.3)
    nmda.g = 0.8*nS
    gaba = b2.Synapses(inh, target,
                       '''ds/dt = -s/TAU_GABA : 1 (clock-driven)
                          g : siemens (constant)
                          I_syn_post = g*s*(E_INH - u_post) : amp (summed)''',
                       on_pre='s += 1', method='exact', name='gaba')
    gaba.connect(p=0.4)
    gaba.g = 2*nS
    spikes = b2.SpikeMonitor(target)
    volt_mon = b2.StateMonitor(target, 'u', record=[0, 1, 2])
    return b2.Network(target, exc, inh, nmda, gaba, spikes, volt_mon), spikes, volt_mon


net, spikes, volt_mon = build()
net.run(0.5*second)
print('mean rate %.1f Hz' % (spikes.num_spikes/40/0.5))
print('u between %.1f and %.1f mV' % (volt_mon.u.min()/mV, volt_mon.u.max()/mV))
