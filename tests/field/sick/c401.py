# HH cells with channel-like voltage noise: spontaneous firing as a function of sigma
from brian2 import *

prefs.codegen.target = 'numpy'
defaultclock.dt = 0.02*ms
seed(99)

C0 = 1*uF/cm**2
g_l = 0.3*msiemens/cm**2
g_na = 120*msiemens/cm**2
g_k = 36*msiemens/cm**2
E_l, E_na, E_k = -54.4*mV, 50*mV, -77*mV

model = Equations('''
dx/dt = (g_l*(E_l-x) + g_na*m**3*h*(E_na-x) + g_k*n**4*(E_k-x) + J)/C0 + sigma*xi*(2*g_l/C0)**.5 : volt
dm/dt = am*(1-m) - bm*m : 1
dh/dt = ah*(1-h) - bh*h : 1
dn/dt = an*(1-n) - bn*n : 1
am = 1/exprel(-(x+40*mV)/(10*mV))/ms : Hz
bm = 4*exp(-(x+65*mV)/(18*mV))/ms : Hz
ah = 0.07*exp(-(x+65*mV)/(20*mV))/ms : Hz
bh = 1/(1+exp(-(x+35*mV)/(10*mV)))/ms : Hz
an = 0.1/exprel(-(x+55*mV)/(10*mV))/ms : Hz
bn = 0.125*exp(-(x+65*mV)/(80*mV))/ms : Hz
sigma : volt
J : amp/meter**2
''')

pop = NeuronGroup(30, model, threshold='x > 0*mV', refractory='x > 0*mV', method='exponential_euler')
pop.x = -65*mV
pop.m = 0.053
pop.h = 0.596
pop.n = 0.318
pop.sigma = '(i // 10)*4*mV'
pop.J = 4*uA/cm**2

sp = SpikeMonitor(pop)
st = StateMonitor(pop, 'x', record=[0, 15, 25])
run(200*ms)

for k in range(3):
    print('sigma = %d mV: %.1f spikes per cell' % (4*k, np.mean(sp.count[10*k:10*k+10])))
print('x range: %.1f .. %.1f mV' % (st.x.min()/mV, st.x.max()/mV))
