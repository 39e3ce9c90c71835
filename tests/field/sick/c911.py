from brian2 import *

seed(4021)

# Two cortical columns of AdEx cells with local and inter-column projections
C = 200*pF
gL = 10*nS
EL = -65*mV
VT = -50*mV
DeltaT = 2*mV
V_reset = -60*mV
V_cut = 0*mV
a = 2*nS
tau_w = 150*ms
b = 25*pA
E_exc = 0*mV
E_inh = -75*mV
tau_exc = 5*ms
tau_inh = 10*ms

eqs = '''
dv/dt = (gL*(EL - v) + gL*DeltaT*exp((v - VT)/DeltaT) - w_ad + I_syn)/C : volt (unless refractory)
dw_ad/dt = (a*(v - EL) - w_ad)/tau_w : amp
I_syn = g_exc*(E_exc - v) + g_inh*(E_inh - v) : amp
dg_exc/dt = -g_exc/tau_exc : siemens
dg_inh/dt = -g_inh/tau_inh : siemens
'''

n_exc, n_inh = 160, 40


def column():
    return NeuronGroup(n_exc + n_inh, eqs, threshold='v > V_cut',
                       reset='v = V_reset; w_ad += b',
                       refractory=2*ms, method='euler')


col_a = column()
col_b = column()
for col in (col_a, col_b):
    col.v = 'EL + 10*mV*rand()'

background_a = PoissonInput(col_a, 'g_exc', N=200, rate=9*Hz, weight=1*nS)
background_b = PoissonInput(col_b, 'g_exc', N=200, rate=6*Hz, weight=1*nS)


def build_projections():
    projections = {}
    for name, src, tgt, prob in [('aa', col_a, col_a, 0.1), ('bb', col_b, col_b, 0.1),
                                 ('ab', col_a, col_b, 0.08), ('ba', col_b, col_a, 0.04)]:
        syn = Synapses(src[:n_exc], tgt, on_pre='g_exc += 0.8*nS', delay=1.5*ms)
        syn.connect(p=prob)
        projections['exc_' + name] = syn
    for name, grp in [('a', col_a), ('b', col_b)]:
        syn = Synapses(grp[n_exc:], grp, on_pre='g_inh += 6*nS', delay=1*ms)
        syn.connect(p=0.2)
        projections['inh_' + name] = syn
    return projections


projections = build_projections()
print('synapses:', {name: len(syn) for name, syn in projections.items()})

spikes_a = SpikeMonitor(col_a)
spikes_b = SpikeMonitor(col_b)
rate_a = PopulationRateMonitor(col_a)
rate_b = PopulationRateMonitor(col_b)

net = Network(collect())
duration = 500*ms
net.run(duration)

print('column A: %.2f Hz' % (spikes_a.num_spikes/(n_exc + n_inh)/(duration/second)))
print('column B: %.2f Hz' % (spikes_b.num_spikes/(n_exc + n_inh)/(duration/second)))
