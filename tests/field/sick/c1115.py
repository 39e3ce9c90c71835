# Balanced network of adaptive exponential integrate-and-fire neurons
from brian2 import *
prefs.codegen.target = 'numpy'
seed(150)

N_e, N_i = 240, 60

# Brette & Gerstner 2005, table 1
C = 281*pF
g_L = 30*nS
E_L = -70.6*mV
V_T = -50.4*mV
Delta_T = 2*mV
tau_w = 144*ms
V_r = -70.6*mV
V_peak = 20*mV         # the spike is cut at its peak

E_e, E_i = 0*mV, -80*mV
tau_e, tau_i = 5*ms, 10*ms
w_e, w_i = 2*nS, 14*nS

model = '''
dv/dt = (g_L*(E_L - v) + g_L*Delta_T*exp((v - V_T)/Delta_T) - w
         + ge*(E_e - v) + gi*(E_i - v) + I)/C : volt
dw/dt = (a*(v - E_L) - w)/tau_w : amp
dge/dt = -ge/tau_e : siemens
dgi/dt = -gi/tau_i : siemens
a : siemens (constant)
b : amp (constant)
I : amp (constant)
'''

P = NeuronGroup(N_e + N_i, model, threshold='v > V_peak',
                reset='v = V_r; w += b', method='rk4')
exc, inh = P[:N_e], P[N_e:]
exc.a, exc.b = 4*nS, 80.5*pA
inh.a, inh.b = 1*nS, 10*pA       # hardly adapting
P.v = 'E_L + rand()*(V_T - E_L)'
P.I = '(0.7 + 0.4*rand())*nA'

syn_e = Synapses(exc, P, on_pre='ge_post += w_e', delay=1.5*ms)
syn_e.connect(p=0.1)
syn_i = Synapses(inh, P, on_pre='gi_post += w_i', delay=0.8*ms)
syn_i.connect(p=0.1)

S_e = SpikeMonitor(exc)
S_i = SpikeMonitor(inh)

run(400*ms)

for name, mon, n in [('exc', S_e, N_e), ('inh', S_i, N_i)]:
    t = mon.t/ms
    r = [sum((t >= k) & (t < k + 100))/n/0.1 for k in (0, 100, 200, 300)]
    print(name, 'rate in bins of 100 ms:', ['%.1f Hz' % x for x in r])
print('neurons with a finite membrane potential: %d of %d'
      % (sum(isfinite(P.v[:]/mV)), N_e + N_i))
