"""Inhibition-dominated network with delta synapses, after Brunel 2000."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(2000)
np.random.seed(2000)

NE, NI = 1000, 250
eps = 0.1
CE, CI = int(eps * NE), int(eps * NI)

tau = 20 * ms
theta = 20 * mV
Vr = 10 * mV
tau_rp = 2 * ms
D = 1.5 * ms
J = 0.3 * mV
g = 6
nu_thr = theta / (J * CE * tau)
nu_ext = 2 * nu_thr

neurons = NeuronGroup(
    NE + NI,
    "dv/dt = -v/tau : volt (unless refractory)",
    threshold="v > theta",
    reset="v = Vr",
    refractory=tau_rp,
    method="exact",
)
neurons.v = "rand()*theta"
E = neurons[:NE]
I = neurons[NE:]

exc = Synapses(E, neurons, on_pre="v_post += J", delay=D)
exc.connect(p=eps)
inh = Synapses(I, neurons, on_pre="v_post -= g*J", delay=D)  # inhibitory
inh.connect(p=eps)
ext = PoissonInput(neurons, "v", N=CE, rate=nu_ext, weight=J)

m = SpikeMonitor(neurons)
mv = StateMonitor(neurons, "v", record=range(5))

run(400 * ms)

print("external rate per cell: %s" % (CE * nu_ext))
print("mean rate: %.1f Hz" % (m.num_spikes / (NE + NI) / 0.4))
print("mean potential: %.1f mV" % (mv.v.mean() / mV))
