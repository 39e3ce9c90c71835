# 20 cortical HH cells (Traub/Miles kinetics) with different input currents drive
# one leaky readout cell through AMPA-like conductances.
# I compare the firing rates with the ones I count by eye in the voltage traces.
from brian2 import *
prefs.codegen.target = 'numpy'
start_scope()
defaultclock.dt = 0.1*ms

area = 20000*umetre**2
C_m = 1*ufarad*cm**-2*area
g_leak = 0.05*msiemens*cm**-2*area
g_Na = 100*msiemens*cm**-2*area
g_Kd = 30*msiemens*cm**-2*area
E_leak = -65*mV
E_Na = 50*mV
E_K = -90*mV
VT = -60*mV

hh = '''
dvm/dt = (g_leak*(E_leak-vm) - g_Na*m**3*h*(vm-E_Na) - g_Kd*n**4*(vm-E_K) + I_inj)/C_m : volt
dm/dt = alpha_m*(1-m) - beta_m*m : 1
dn/dt = alpha_n*(1-n) - beta_n*n : 1
dh/dt = alpha_h*(1-h) - beta_h*h : 1
alpha_m = 0.32*4/exprel((13*mV-vm+VT)/(4*mV))/ms : Hz
beta_m = 0.28*5/exprel((vm-VT-40*mV)/(5*mV))/ms : Hz
alpha_h = 0.128*exp((17*mV-vm+VT)/(18*mV))/ms : Hz
beta_h = 4/(1+exp((40*mV-vm+VT)/(5*mV)))/ms : Hz
alpha_n = 0.032*5/exprel((15*mV-vm+VT)/(5*mV))/ms : Hz
beta_n = 0.5*exp((10*mV-vm+VT)/(40*mV))/ms : Hz
I_inj : amp
'''
P = NeuronGroup(20, hh, threshold='vm > -20*mV', method='exponential_euler')
P.vm = E_leak
P.h = 1
P.I_inj = 'i*0.5*nA/19'

readout = NeuronGroup(1, '''du/dt = (-65*mV - u + g*(0*mV - u))/(20*ms) : volt (unless refractory)
                            dg/dt = -g/(5*ms) : 1''',
                      threshold='u > -50*mV', reset='u = -65*mV', refractory=2*ms, method='euler')
readout.u = -65*mV
S = Synapses(P, readout, on_pre='g_post += 0.1')
S.connect()

sp = SpikeMonitor(P)
sr = SpikeMonitor(readout)
tr = StateMonitor(P, 'vm', record=[9, 19])
T = 400*ms
run(T)

for k, idx in enumerate([9, 19]):
    isi = np.diff(sp.t[sp.i == idx]/ms)
    print('cell %d: rate %.0f Hz, shortest ISI %.2f ms, median ISI %.2f ms' %
          (idx, sp.count[idx]/T/Hz, isi.min(), np.median(isi)))
    print('   peaks above 0 mV in the trace: %d' %
          np.sum((tr.vm[k][1:] > 0*mV) & (tr.vm[k][:-1] <= 0*mV)))
print('total spikes of P:', sp.num_spikes)
print('readout rate: %.1f Hz' % (sr.num_spikes/T/Hz))
