# Pyramidal cell with the cortical Na and K channels, current clamp.
# h is written with its own steady state hinf and time constant tauh.
from brian2 import *

prefs.codegen.target = 'numpy'
defaultclock.dt = 0.05*ms

area = 20000*um**2
Cm = 1*uF/cm**2*area
gL = 0.05*mS/cm**2*area
gNa = 40*mS/cm**2*area
gK = 15*mS/cm**2*area
EL, ENa, EK = -75*mV, 60*mV, -90*mV

# Na activation
Aam, Abm = 0.182/mV, 0.124/mV
Vm, km = -35*mV, 9*mV
# Na inactivation
Vhinf, khinf = -65*mV, 6.2*mV
Aah, Abh = 0.024/mV, 0.0091/mV
Vah, Vbh, kh = -50*mV, -75*mV, 5*mV
# K activation
Aan, Abn = 0.02/mV, 0.002/mV
Vn, kn = 25*mV, 9*mV

eqs = '''
dv/dt = (gL*(EL - v) + gNa*m**3*h*(ENa - v) + gK*n*(EK - v) + I)/Cm : volt
I : amp
dm/dt = alpham*(1 - m) - betam*m : 1
alpham = Aam*km/exprel(-(v - Vm)/km)/ms : Hz
betam = Abm*km/exprel((v - Vm)/km)/ms : Hz
dh/dt = (hinf - h)/tauh : 1
hinf = 1/(1 + exp((v - Vhinf)/khinf)) : 1
tauh = 1/(alphah + betah) : second
alphah = Aah*kh/exprel(-(v - Vah)/kh)/ms : Hz
betah = -Abh*kh/exprel((v - Vbh)/kh)/ms : Hz
dn/dt = alphan*(1 - n) - betan*n : 1
alphan = Aan*kn/exprel(-(v - Vn)/kn)/ms : Hz
betan = Abn*kn/exprel((v - Vn)/kn)/ms : Hz
'''

cell = NeuronGroup(1, eqs, threshold='v > 0*mV', refractory='v > -20*mV',
                   method='exponential_euler')
cell.v = EL
cell.m = 'alpham/(alpham + betam)'
cell.n = 'alphan/(alphan + betan)'
cell.h = 'hinf'

M = StateMonitor(cell, ['v', 'm', 'h', 'n'], record=0)
spikes = SpikeMonitor(cell)

run(100*ms)            # let it settle at rest
cell.I = 0.4*nA
run(150*ms)
cell.I = 0*nA
run(50*ms)

rest = M.t < 100*ms
print('v at the end of the settling time:', M.v[0][rest][-1]/mV, 'mV')
print('range of h: %.4g ... %.4g' % (M.h[0].min(), M.h[0].max()))
print('range of v: %.4g ... %.4g mV' % (M.v[0].min()/mV, M.v[0].max()/mV))
print('spike times (ms):', array(spikes.t/ms).round(1))

subplot(211)
plot(M.t/ms, M.v[0]/mV)
ylabel('v (mV)')
subplot(212)
plot(M.t/ms, M.h[0], label='h')
plot(M.t/ms, M.n[0], label='n')
legend()
xlabel('t (ms)')
show()
