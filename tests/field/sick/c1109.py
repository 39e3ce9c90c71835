# Inhibitory plasticity (Vogels, Sprekeler et al., Science 2011), feed-forward:
# inhibition onto each cell should grow until the cell fires at rate rho0.
from brian2 import *
prefs.codegen.target = 'numpy'
seed(99)
defaultclock.dt = 0.2*ms

n_post = 50
n_e, n_i = 200, 100

taum, tau_ampa, tau_gaba = 20*ms, 5*ms, 10*ms
gl = 10*nS
memc = 200*pF
El, Vt, Vr = -60*mV, -50*mV, -60*mV
E_exc, E_inh = 0*mV, -80*mV
g_e = 0.4*nS

# learning rule
tau_stdp = 20*ms
eta = 0.1             # fast, to keep the simulation short
gmax = 20.            # in nS
rho0 = 8.             # target rate of the postsynaptic cells, Hz
alpha = 2*rho0*(tau_stdp/ms)     # depression factor

eqs = '''
dv/dt = (-gl*(v - El) - ge*(v - E_exc) - gi*(v - E_inh))/memc : volt (unless refractory)
dge/dt = -ge/tau_ampa : siemens
dgi/dt = -gi/tau_gaba : siemens
'''
post = NeuronGroup(n_post, eqs, threshold='v > Vt', reset='v = Vr',
                   refractory=5*ms, method='euler')
post.v = 'El + rand()*(Vt - El)'

exc = PoissonGroup(n_e, rates=15*Hz)
inh = PoissonGroup(n_i, rates=15*Hz)

con_e = Synapses(exc, post, on_pre='ge_post += g_e')
con_e.connect(p=0.5)

con_i = Synapses(inh, post,
                 '''w : 1
                    dApre/dt = -Apre/tau_stdp : 1 (event-driven)
                    dApost/dt = -Apost/tau_stdp : 1 (event-driven)''',
                 on_pre='''Apre += 1.
                           w = clip(w + (Apost - alpha)*eta, 0, gmax)
                           gi_post += w*nS''',
                 on_post='''Apost += 1.
                            w = clip(w + Apre*eta, 0, gmax)''')
con_i.connect(p=0.5)
con_i.w = 0.05

mon = SpikeMonitor(post)
w_mon = StateMonitor(con_i, 'w', record=range(50), dt=100*ms)
run(1000*ms)

for lo in (0, 250, 500, 750):
    n = sum((mon.t/ms >= lo) & (mon.t/ms < lo + 250))
    print('%4d-%4d ms: %.1f Hz (target %g Hz)' % (lo, lo + 250, n/n_post/0.25, rho0))
print('mean inhibitory weight: %.3f nS' % mean(con_i.w[:]))
