# Convergence of Purkinje cells onto cerebellar nuclear (CbN) neurons,
# inspired by Person & Raman 2012.
# Question: rate of CbN cells when the Purkinje cells are NOT synchronised.
from brian2 import *
prefs.codegen.target = 'numpy'
seed(6)

N_pc = 120      # Purkinje cells, regular simple spikes at ~ 60-70 Hz
N_cbn = 60
conv = 40       # Purkinje cells per CbN cell

tau_pc = 15*ms
pc_eqs = '''
dv/dt = (v_inf - v)/tau_pc : 1 (unless refractory)
v_inf : 1
'''
PC = NeuronGroup(N_pc, pc_eqs, threshold='v > 1', reset='v = 0',
                 refractory=1*ms, method='exact')
PC.v_inf = 1.6
# cells start at random phases of their cycle (asynchronous state)
PC.v = rand()

C = 70*pF
gL = 4*nS
EL, E_gaba = -55*mV, -75*mV
V_th, V_re = -45*mV, -60*mV
tau_gaba = 2.5*ms
g_pc = 2.5*nS
cbn_eqs = '''
dv/dt = (gL*(EL - v) + g*(E_gaba - v) + I_exc)/C : volt (unless refractory)
dg/dt = -g/tau_gaba : siemens
I_exc : amp
'''
CbN = NeuronGroup(N_cbn, cbn_eqs, threshold='v > V_th', reset='v = V_re',
                  refractory=2*ms, method='euler')
CbN.v = 'EL + 5*mV*rand()'
CbN.I_exc = '(240 + 60*rand())*pA'     # mossy fibre drive + intrinsic pacemaking

syn = Synapses(PC, CbN, on_pre='g_post += g_pc', delay=1*ms)
syn.connect(p=conv/N_pc)

m_pc = SpikeMonitor(PC)
m_cbn = SpikeMonitor(CbN)
g_mon = StateMonitor(CbN, 'g', record=True)
T = 400*ms
run(T)

print('Purkinje %.1f Hz, CbN %.1f Hz' % (m_pc.num_spikes/N_pc/float(T),
                                         m_cbn.num_spikes/N_cbn/float(T)))
pop, _ = histogram(m_pc.t/ms, bins=arange(0, 401, 1))
print('Purkinje population, synchrony (var/mean of 1 ms counts): %.2f'
      % (pop.var()/pop.mean()))
late = g_mon.t > 100*ms
print('CV over time of the inhibitory conductance: %.2f'
      % (g_mon.g[:, late].std(axis=1)/g_mon.g[:, late].mean(axis=1)).mean())
