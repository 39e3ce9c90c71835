"""Small population of HH cells (squid-like kinetics, per-area units) that receive
random AMPA bombardment.  I want the Vm traces and the firing rate."""
from brian2 import *

prefs.codegen.target = 'numpy'
seed(11)
defaultclock.dt = 0.02*ms

N = 20
E_Na = 50*mV
E_K = -77*mV
E_leak = -54.4*mV
E_exc = 0*mV
g_Na = 120*msiemens/cm**2
g_K = 36*msiemens/cm**2
g_leak = 0.3*msiemens/cm**2
C = 1*ufarad/cm**2
tau_exc = 3*ms
w_exc = 0.08*msiemens/cm**2

eqs = '''
alpha_m = 0.1*10/exprel(-(Vm/mV + 40)/10)/ms : Hz
beta_m = 4*exp(-(Vm/mV + 65)/18)/ms : Hz
alpha_h = 0.07*exp(-(Vm/mV + 65)/20)/ms : Hz
beta_h = 1/(1 + exp(-(Vm/mV + 35)/10))/ms : Hz
alpha_n = 0.01*10/exprel(-(Vm/mV + 55)/10)/ms : Hz
beta_n = 0.125*exp(-(Vm/mV + 65)/80)/ms : Hz
dm/dt = alpha_m*(1-m) - beta_m*m : 1
dh/dt = alpha_h*(1-h) - beta_h*h : 1
dn/dt = alpha_n*(1-n) - beta_n*n : 1
dg_exc/dt = -g_exc/tau_exc : siemens/meter**2
I_exc = g_exc*(E_exc - Vm) : amp/meter**2
dVm/dt = (-g_Na*m**3*h*(Vm - E_Na) - g_K*n**4*(Vm - E_K) - g_leak*(Vm - E_leak) + I_exc)/C : volt
'''

cells = NeuronGroup(N, eqs, threshold='Vm > -10*mV', refractory='Vm > -40*mV',
                    method='euler')
cells.Vm = -65*mV
cells.m = 0.05
cells.h = 0.6
cells.n = 0.32

bg = PoissonInput(cells, 'g_exc', 50, 12*Hz, weight=w_exc)
trace = StateMonitor(cells, ['Vm', 'I_exc'], record=[0, 1])
spk = SpikeMonitor(cells)

run(200*ms)

print('Vm of cell 0 at 0, 1, 5, 20, 200 ms:',
      [trace.Vm[0][int(k/0.02)]/mV for k in (0, 1, 5, 20)], trace.Vm[0][-1]/mV)
print('Vm min/max (mV):', trace.Vm.min()/mV, trace.Vm.max()/mV)
print('any nan?', np.isnan(trace.Vm/mV).any())
print('mean rate:', spk.num_spikes/N/(200*ms))
