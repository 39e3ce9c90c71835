# Inhibitory plasticity (Vogels et al. 2011, symmetric window): the inhibitory
# weights should bring the postsynaptic cells to the target rate rho0.
from brian2 import *
prefs.codegen.target = 'numpy'
seed(11)

defaultclock.dt = 0.2*ms
N_inh, N_post = 60, 20
tau_m, tau_e, tau_i = 20*ms, 5*ms, 10*ms
E_L, V_th, V_r = -60*mV, -50*mV, -60*mV
E_e, E_i = 0*mV, -80*mV
tau_stdp = 20*ms
rho0 = 12*Hz
alpha = 2*rho0*tau_stdp
eta = 0.004
wmax = 0.5

inh = PoissonGroup(N_inh, 20*Hz)
post = NeuronGroup(N_post, '''
dV/dt = (E_L - V + ge*(E_e - V) + gi*(E_i - V))/tau_m : volt (unless refractory)
dge/dt = -ge/tau_e : 1
dgi/dt = -gi/tau_i : 1
''', threshold='V > V_th', reset='V = V_r', refractory=5*ms, method='euler')
post.V = 'E_L + rand()*8*mV'
drive = PoissonInput(post, 'ge', N=200, rate=10*Hz, weight=0.035)

con = Synapses(inh, post, '''
w : 1
dzinh/dt = -zinh/tau_stdp : 1 (event-driven)
dzexc/dt = -zexc/tau_stdp : 1 (event-driven)
''',
on_pre='''
gi_post += w
zexc += 1
w = clip(w + eta*(zexc - alpha), 0, wmax)
''',
on_post='''
zinh += 1
w = clip(w + eta*zinh, 0, wmax)
''')
con.connect(p=0.8)
con.w = 0.002

rate = PopulationRateMonitor(post)
run(2*second)

r = rate.rate/Hz
print('target rate          : %.1f Hz' % (rho0/Hz))
print('rate in first 200 ms : %.1f Hz' % r[:1000].mean())
print('rate in last 600 ms  : %.1f Hz' % r[-3000:].mean())
print('inhibitory weights   : mean %.4f  min %.4f  max %.4f' % (mean(con.w), min(con.w), max(con.w)))
