"""Orientation columns: two pools of pyramidal cells + inhibitory cells.
Pool A gets the stimulus (from 300 ms on).  Pool B prefers the other orientation
and should follow weakly through the connections between the pools."""
from brian2 import *

seed(1542)
N_E, N_I = 200, 50
f = 0.5
N_sub = int(N_E*f)
V_L, V_thr, V_reset = -70*mV, -50*mV, -55*mV
V_E, V_I = 0*mV, -70*mV
C_E, C_I = 0.5*nF, 0.2*nF
g_E, g_I = 25*nS, 20*nS
tau_AMPA, tau_GABA = 2*ms, 10*ms

w_plus = 2.4
w_minus = 1. - f*(w_plus - 1.)/(1. - f)
g_rec = 0.7*nS
g_rec_I = 0.3*nS
g_gaba = 0.6*nS

eqs = '''
dV/dt = (-g_m*(V - V_L) - (s_ext + s_rec)*(V - V_E) - s_gaba*(V - V_I))/C_m : volt (unless refractory)
ds_ext/dt = -s_ext/tau_AMPA : siemens
ds_rec/dt = -s_rec/tau_AMPA : siemens
ds_gaba/dt = -s_gaba/tau_GABA : siemens
g_m : siemens (constant)
C_m : farad (constant)
'''
pyr = NeuronGroup(N_E, eqs, threshold='V > V_thr', reset='V = V_reset', refractory=2*ms, method='euler')
pyr.g_m, pyr.C_m = g_E, C_E
pyr.V = 'V_L + 15*mV*rand()'
inter = NeuronGroup(N_I, eqs, threshold='V > V_thr', reset='V = V_reset', refractory=1*ms, method='euler')
inter.g_m, inter.C_m = g_I, C_I
inter.V = 'V_L + 15*mV*rand()'
A, B = pyr[:N_sub], pyr[N_sub:]

bg_E = PoissonInput(pyr, 's_ext', 800, 2.3*Hz, 2.1*nS)
bg_I = PoissonInput(inter, 's_ext', 800, 1.9*Hz, 1.6*nS)
stim = PoissonGroup(100, rates='20*Hz*int(t > 300*ms)')
S_stim = Synapses(stim, A, on_pre='s_ext_post += 2.1*nS')
S_stim.connect(p=0.15)

same = []
for src in (A, B):
    for tgt in (A, B):
        w_syn = w_plus if src is tgt else w_minus
        S = Synapses(src, tgt, 'w : 1', on_pre='s_rec_post += w*g_rec', delay=0.5*ms)
        S.connect(p=0.5)
        S.w = w_syn
        same.append(S)
S_EI = Synapses(pyr, inter, on_pre='s_rec_post += g_rec_I', delay=0.5*ms)
S_EI.connect(p=0.5)
S_IE = Synapses(inter, pyr, on_pre='s_gaba_post += g_gaba', delay=0.5*ms)
S_IE.connect(p=0.5)

m_A, m_B, m_I = SpikeMonitor(A), SpikeMonitor(B), SpikeMonitor(inter)
trB = StateMonitor(B, ['V', 's_rec'], record=range(5), dt=1*ms)
net = Network(collect())
net.add(same)
net.run(800*ms)


def rate(mon, n, t0, t1):
    return sum((mon.t >= t0) & (mon.t < t1))/n/((t1 - t0)/second)


for name, mon, n in [('pool A', m_A, N_sub), ('pool B', m_B, N_E - N_sub), ('inter', m_I, N_I)]:
    print('%s: before stimulus %.1f Hz, with stimulus %.1f Hz'
          % (name, rate(mon, n, 50*ms, 300*ms), rate(mon, n, 300*ms, 800*ms)))
late = trB.t > 300*ms
print('pool B during stimulus: <V> %.1f mV, min V %.1f mV, <s_rec> %.2f nS'
      % (mean(trB.V[:, late])/mV, min(trB.V[:, late].flatten())/mV, mean(trB.s_rec[:, late])/nS))
