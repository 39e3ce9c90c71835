"""f-I curve of a Hodgkin-Huxley (Traub-Miles) population.

Each of the 16 cells gets its own constant current.  I want the firing rate
(action potentials per second) against the current.
"""
from brian2 import *

prefs.codegen.target = 'numpy'
defaultclock.dt = 0.05*ms

N = 16
T = 200*ms
A = 20000*um**2
C = 1*uF/cm**2*A
g_leak = 0.05*msiemens/cm**2*A
g_Na = 100*msiemens/cm**2*A
g_K = 30*msiemens/cm**2*A
E_leak = -65*mV
E_Na = 50*mV
E_K = -90*mV
V_T = -63*mV

model = Equations('''
dV/dt = (g_leak*(E_leak - V) + g_Na*m**3*h*(E_Na - V) + g_K*n**4*(E_K - V) + I)/C : volt
dm/dt = am*(1 - m) - bm*m : 1
dh/dt = ah*(1 - h) - bh*h : 1
dn/dt = an*(1 - n) - bn*n : 1
am = 0.32*4/exprel((13*mV - V + V_T)/(4*mV))/ms : Hz
bm = 0.28*5/exprel((V - V_T - 40*mV)/(5*mV))/ms : Hz
ah = 0.128*exp((17*mV - V + V_T)/(18*mV))/ms : Hz
bh = 4/(1 + exp((40*mV - V + V_T)/(5*mV)))/ms : Hz
an = 0.032*5/exprel((15*mV - V + V_T)/(5*mV))/ms : Hz
bn = 0.5*exp((10*mV - V + V_T)/(40*mV))/ms : Hz
I : amp
''')

pop = NeuronGroup(N, model, threshold='V > -30*mV', reset='',
                  refractory='V > -30*mV',
                  method='exponential_euler')
pop.V = E_leak
pop.h = 1
pop.I = linspace(0, 0.75, N)*nA

M = SpikeMonitor(pop)
run(T)

rates = M.count/T
for k in range(N):
    print('I = %.2f nA   rate = %7.1f Hz' % (pop.I[k]/nA, rates[k]/Hz))
isi = diff(sort(M.spike_trains()[N - 1]/ms))
print('shortest ISI of the last cell: %.2f ms' % isi.min())
