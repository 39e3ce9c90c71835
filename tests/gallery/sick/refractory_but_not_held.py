"""refractory_not_held: refractoriness without (unless refractory) (AdEx)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(2005)
np.random.seed(2005)

C = 281 * pF
gL = 30 * nS
EL = -70.6 * mV
VT = -50.4 * mV
DeltaT = 2 * mV
Vcut = VT + 5 * DeltaT
Vr = -60 * mV
tauw = 144 * ms
a = 4 * nS
b = 0.0805 * nA
tau_s = 5 * ms
t_ref = 5 * ms

I_max = 3 * nA
T_ramp = 200 * ms

eqs = """
dvm/dt = (gL*(EL - vm) + gL*DeltaT*exp((vm - VT)/DeltaT) + I + I_syn - w)/C : volt
dw/dt = (a*(vm - EL) - w)/tauw : amp
dI_syn/dt = -I_syn/tau_s : amp
I = k*I_max*clip(t/T_ramp, 0, 1) : amp
k : 1 (constant)
"""

neurons = NeuronGroup(100, eqs, threshold="vm > Vcut", reset="vm = Vr; w += b", refractory=t_ref, method="euler")
neurons.vm = EL
neurons.k = "0.6 + 0.4*rand()"

S = Synapses(neurons, neurons, on_pre="I_syn_post += 60*pA", delay=2 * ms)
S.connect(condition="i != j", p=0.1)

spikes = SpikeMonitor(neurons)
trace = StateMonitor(neurons, ["vm", "w"], record=[0, 50])

run(400 * ms)

print("spikes per neuron: %.1f" % (spikes.num_spikes / 100))
print("vm at the end:", trace.vm[:, -1])
print("adaptation current at the end:", trace.w[:, -1])
