"""Baseline check of my HH population (COBA type synapses) before I switch the
connections on: with all the weights at zero the cells should rest, and only fire
in the second half, when the test current is on."""
from brian2 import *
prefs.codegen.target = 'numpy'
defaultclock.dt = 0.1*ms
seed(5)

area = 20000*umetre**2
Cm = (1*ufarad*cm**-2)*area
gl = (5e-5*siemens*cm**-2)*area
El = -65*mV
EK = -90*mV
ENa = 50*mV
g_na = (100*msiemens*cm**-2)*area
g_kd = (30*msiemens*cm**-2)*area
VT = -60*mV
tau_exc, tau_inh = 5*ms, 10*ms
Ee, Ei = 0*mV, -80*mV
w_exc = 0*nS
w_inh = 0*nS

eqs = '''
dV/dt = (gl*(El-V) + g_exc*(Ee-V) + g_inh*(Ei-V) - g_na*m**3*h*(V-ENa) - g_kd*n**4*(V-EK) + Itest)/Cm : volt
dg_exc/dt = -g_exc/tau_exc : siemens
dg_inh/dt = -g_inh/tau_inh : siemens
dm/dt = 1.28/exprel((13*mV-V+VT)/(4*mV))/ms*(1-m) - 1.4/exprel((V-VT-40*mV)/(5*mV))/ms*m : 1
dn/dt = 0.16/exprel((15*mV-V+VT)/(5*mV))/ms*(1-n) - 0.5*exp((10*mV-V+VT)/(40*mV))/ms*n : 1
dh/dt = 0.128*exp((17*mV-V+VT)/(18*mV))/ms*(1-h) - 4/(1+exp((40*mV-V+VT)/(5*mV)))/ms*h : 1
Itest : amp
'''
P = NeuronGroup(100, eqs, threshold='V > -20*mV', refractory=3*ms, method='exponential_euler')
P.V = 'El + (randn()*2 - 2)*mV'
P.h = 1
P.g_exc = '0*nS'

Se = Synapses(P, P, on_pre='g_exc_post += w_exc')
Se.connect('i < 80 and i != j', p=0.1)
Si = Synapses(P, P, on_pre='g_inh_post += w_inh')
Si.connect('i >= 80 and i != j', p=0.1)

spk = SpikeMonitor(P)
vmon = StateMonitor(P, 'V', record=range(4))

run(100*ms)
n0 = spk.num_spikes
print('spikes without any input (0-100 ms):', n0, ' from', int(np.sum(spk.count > 0)), 'cells')
if n0:
    print('  first at %.2f ms, last at %.2f ms' % (np.min(spk.t/ms), np.max(spk.t/ms)))
print('  V max %.1f mV' % (np.max(vmon.V)/mV))
P.Itest = 0.3*nA
run(100*ms)
print('spikes with the test current (100-200 ms):', spk.num_spikes - n0)
