# Action potential along a mechanically strained axon. Strain is largest where
# the axon is clamped (x = 0) and falls off with distance; it stretches the
# membrane and so raises the capacitance there.
from brian2 import *

defaultclock.dt = 0.01*ms

morpho = Cylinder(length=5*cm, diameter=2*238*um, n=250, type='axon')

El = 10.613*mV
ENa = 115*mV
EK = -12*mV
gl = 0.3*msiemens/cm**2
gNa = 120*msiemens/cm**2
gK = 36*msiemens/cm**2

eqs = '''
Im = gl*(El-v) + gNa*m**3*h*(ENa-v) + gK*n**4*(EK-v) : amp/meter**2
I : amp (point current)
dm/dt = alpham*(1-m) - betam*m : 1
dn/dt = alphan*(1-n) - betan*n : 1
dh/dt = alphah*(1-h) - betah*h : 1
alpham = (0.1/mV)*10*mV/exprel((-v+25*mV)/(10*mV))/ms : Hz
betam = 4*exp(-v/(18*mV))/ms : Hz
alphah = 0.07*exp(-v/(20*mV))/ms : Hz
betah = 1/(exp((-v+30*mV)/(10*mV)) + 1)/ms : Hz
alphan = (0.01/mV)*10*mV/exprel((-v+10*mV)/(10*mV))/ms : Hz
betan = 0.125*exp(-v/(80*mV))/ms : Hz
# strain profile
strain = strain_max*exp(-distance/strain_len) : 1
strain_max : 1
strain_len : meter
'''

axon = SpatialNeuron(morphology=morpho, model=eqs, method='exponential_euler',
                     threshold='m > 0.5', refractory='m > 0.4',
                     Cm='1*uF/cm**2*sqrt(1 + strain)', Ri=35.4*ohm*cm)
axon.strain_max = 0.8
axon.strain_len = 10*mm
axon.v = 0*mV
axon.h = 0.6
axon.m = 0.05
axon.n = 0.32
axon.I = 0*amp

vm = StateMonitor(axon, 'v', record=[0, 125, 249])
spikes = SpikeMonitor(axon)

run(5*ms)
axon.I[0] = 2*uA
run(3*ms)
axon.I = 0*amp
run(10*ms)

print('Cm (uF/cm2) at x = 0: %.3f, at the far end: %.3f'
      % (axon.Cm[0]/(uF/cm**2), axon.Cm[249]/(uF/cm**2)))
print('peak v (mV):', [round(float(x), 1) for x in vm.v.max(axis=1)/mV])
print('compartments that fired: %d of 250' % sum(spikes.count > 0))

plot(vm.t/ms, vm.v.T/mV)
xlabel('t (ms)')
ylabel('v (mV)')
show()
