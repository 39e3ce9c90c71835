"""A Hodgkin-Huxley axon whose potential is relative to rest."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(7)
np.random.seed(7)
defaultclock.dt = 0.05 * ms

axon = Cylinder(length=5 * cm, diameter=238 * um, n=100)
El = 10.613 * mV
ENa = 115 * mV
EK = -12 * mV
gl = 0.3 * msiemens / cm**2
gNa0 = 120 * msiemens / cm**2
gK = 36 * msiemens / cm**2

eqs = """
Im = gl*(El-v) + gNa*m**3*h*(ENa-v) + gK*n**4*(EK-v) : amp/meter**2
I : amp (point current)
dm/dt = alpham*(1-m) - betam*m : 1
dn/dt = alphan*(1-n) - betan*n : 1
dh/dt = alphah*(1-h) - betah*h : 1
alpham = 1/exprel((25*mV-v)/(10*mV))/ms : Hz
betam = 4*exp(-v/(18*mV))/ms : Hz
alphah = 0.07*exp(-v/(20*mV))/ms : Hz
betah = 1/(exp((30*mV-v)/(10*mV)) + 1)/ms : Hz
alphan = 0.1/exprel((10*mV-v)/(10*mV))/ms : Hz
betan = 0.125*exp(-v/(80*mV))/ms : Hz
gNa : siemens/meter**2
"""
neuron = SpatialNeuron(
    morphology=axon,
    model=eqs,
    Cm=1 * uF / cm**2,
    Ri=35.4 * ohm * cm,
    threshold="m > 0.5",
    refractory="m > 0.4",
    method="exponential_euler",
)
neuron.v = 0 * mV
neuron.m = 0.053
neuron.h = 0.596
neuron.n = 0.318
neuron.gNa = gNa0
neuron.I = 0 * amp

sp = SpikeMonitor(neuron)
run(20 * ms)
neuron.I[0] = 1.5 * uA  # brief pulse at one end
run(2 * ms)
neuron.I = 0 * amp
run(178 * ms)

first = {}
for i, t in zip(sp.i[:], sp.t / ms):
    first.setdefault(int(i), t)
print("compartments reached:", len(first), "of 100; spikes in all", sp.num_spikes)
v_c = (75 - 25) * 0.05 / (first[75] - first[25]) * 10
print("conduction velocity %.1f m/s" % v_c)
