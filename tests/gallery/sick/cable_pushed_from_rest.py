"""current_sign: a passive current that drives v away from rest (multicompartment)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(1)
np.random.seed(1)
defaultclock.dt = 0.05 * ms

# geometry
morpho = Soma(diameter=20 * um)
morpho.dend = Cylinder(length=500 * um, diameter=2 * um, n=50)
morpho.dend.tuft = Cylinder(length=100 * um, diameter=1 * um, n=10)

# passive membrane
Cm = 1 * uF / cm**2
Ri = 150 * ohm * cm
gL = 1e-4 * siemens / cm**2
EL = -70 * mV

eqs = """
Im = gL*(v - EL) : amp/meter**2
I_inj : amp (point current)
"""
neuron = SpatialNeuron(morphology=morpho, model=eqs, Cm=Cm, Ri=Ri, method="exponential_euler")
neuron.v = EL
neuron.I_inj = 0 * amp

mon = StateMonitor(neuron, "v", record=True, dt=0.5 * ms)

run(50 * ms)  # baseline
neuron.I_inj[0] = 50 * pA  # step into the soma
run(150 * ms)
neuron.I_inj[0] = 0 * pA  # back to rest
run(100 * ms)

dv = (mon.v - EL) / mV
k = 399  # just before the end of the step
print("soma deflection       %.4g mV" % dv[0, k])
print("mid dendrite          %.4g mV" % dv[25, k])
print("tip                   %.4g mV" % dv[-1, k])
print("100 ms after the step %.4g mV" % dv[0, -1])
lam = np.sqrt((2 * um) / (4 * gL * Ri))
print("length constant %.0f um" % (lam / um))
