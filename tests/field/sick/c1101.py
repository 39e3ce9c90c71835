# Izhikevich (2003) "Simple model of spiking neurons", random network,
# scaled down to 400 cells (80% RS-like, 20% FS-like)
from brian2 import *
prefs.codegen.target = 'numpy'
import numpy as np

seed(11)
np.random.seed(11)
defaultclock.dt = 0.5*ms

Ne, Ni = 320, 80
N = Ne + Ni
p_con = 0.25

eqs = '''
dv/dt = (0.04*v**2 + 5*v + 140 - u + I_th + I_syn)/ms : 1
du/dt = a*(b*v - u)/ms : 1
I_syn : 1      # synaptic input from the other cells
I_th : 1       # thalamic input
a : 1
b : 1
c : 1
d : 1
'''

G = NeuronGroup(N, eqs, threshold='v >= 30', reset='v = c; u += d',
                method='euler')
E, I = G[:Ne], G[Ne:]

re, ri = np.random.rand(Ne), np.random.rand(Ni)
E.a, E.b, E.c, E.d = 0.02, 0.2, -65 + 15*re**2, 8 - 6*re**2
I.a, I.b, I.c, I.d = 0.02 + 0.08*ri, 0.25 - 0.05*ri, -65, 2
G.v = -65
G.u = 'b*v'

# noisy thalamic input, a new value every ms
E.run_regularly('I_th = 5*randn()', dt=1*ms)
I.run_regularly('I_th = 2*randn()', dt=1*ms)

# PSCs are brief, about 1 ms as in the original matlab code
Se = Synapses(E, G, 'w : 1', on_pre='I_syn_post += w')
Se.connect(p=p_con)
Se.w = '3*rand()'
Si = Synapses(I, G, 'w : 1', on_pre='I_syn_post -= w')
Si.connect(p=p_con)
Si.w = '6*rand()'

M = SpikeMonitor(G)
run(800*ms)

rate_e = np.sum(M.i < Ne)/Ne/0.8
rate_i = np.sum(M.i >= Ne)/Ni/0.8
print('E rate %.1f Hz, I rate %.1f Hz' % (rate_e, rate_i))
print('I_syn at the end: mean %.1f, max %.1f' % (np.mean(G.I_syn[:]), np.max(G.I_syn[:])))
