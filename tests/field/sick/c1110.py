# Action potential in an unmyelinated axon, Hodgkin-Huxley channels
# (squid kinetics). How fast is the spike conducted?
from brian2 import *
prefs.codegen.target = 'numpy'

n_seg = 50
defaultclock.dt = 0.1*ms

# squid giant axon, 4 cm of it
morpho = Cylinder(length=4*cm, diameter=2*238*um, n=n_seg, type='axon')

El = 10.613*mV
ENa = 115*mV
EK = -12*mV
gl = 0.3*msiemens/cm**2
gNa0 = 120*msiemens/cm**2
gK = 36*msiemens/cm**2

# v is relative to the resting potential, as in the 1952 paper
eqs = '''
Im = gl*(El - v) + gNa*m**3*h*(ENa - v) + gK*n**4*(EK - v) : amp/meter**2
I : amp (point current)
dm/dt = alpham*(1 - m) - betam*m : 1
dn/dt = alphan*(1 - n) - betan*n : 1
dh/dt = alphah*(1 - h) - betah*h : 1
alpham = 1/exprel((25*mV - v)/(10*mV))/ms : Hz
betam = 4*exp(-v/(18*mV))/ms : Hz
alphah = 0.07*exp(-v/(20*mV))/ms : Hz
betah = 1/(exp((-v + 30*mV)/(10*mV)) + 1)/ms : Hz
alphan = 0.1/exprel((10*mV - v)/(10*mV))/ms : Hz
betan = 0.125*exp(-v/(80*mV))/ms : Hz
gNa : siemens/meter**2
'''

# axoplasm resistivity 35.4 ohm cm, membrane capacitance 1 uF/cm2
axon = SpatialNeuron(morphology=morpho, model=eqs, method='exponential_euler',
                     threshold='m > 0.5', refractory='m > 0.4',
                     Cm=1*uF/cm**2, Ri=35.4*ohm*meter)
axon.v = 0*mV
axon.h = 0.596
axon.m = 0.053
axon.n = 0.318
axon.gNa = gNa0

spikes = SpikeMonitor(axon)
mon = StateMonitor(axon, 'v', record=[0, 12, 24, 36, 48])

run(10*ms)
axon.I[0] = 10*uA         # current pulse at the left end
run(1*ms)
axon.I = 0*amp
run(89*ms)

for k, comp in enumerate([0, 12, 24, 36, 48]):
    print('x = %4.1f mm: peak %.1f mV' % (axon.distance[comp]/mm, max(mon.v[k])/mV))
reached = unique(spikes.i)
print('%d of %d compartments spiked' % (len(reached), n_seg))
sel = (spikes.i >= 8) & (spikes.i <= 42)
if sum(sel) > 20:
    slope, _ = polyfit(spikes.t[sel]/second, axon.distance[spikes.i[sel]]/meter, 1)
    print('conduction velocity: %.1f m/s' % slope)
else:
    print('no propagation')
