"""one_sided_plasticity: the depression of an STDP rule has the sign of its potentiation."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(3)
np.random.seed(3)

N_in, N_out = 400, 5
taum = 10 * ms
taupre = 20 * ms
taupost = 20 * ms
taue = 5 * ms
Ee = 0 * mV
vt = -54 * mV
vr = -60 * mV
El = -74 * mV

F = 20 * Hz
gmax = 0.02
eta = 0.05
dApre = eta * gmax  # potentiation
dApost = dApre * taupre / taupost * 1.05  # depression

neuron_eqs = """
dv/dt = (ge*(Ee - v) + El - v)/taum : volt
dge/dt = -ge/taue : 1
"""

afferents = PoissonGroup(N_in, rates=F)
neurons = NeuronGroup(N_out, neuron_eqs, threshold="v > vt", reset="v = vr", method="euler")
neurons.v = vr

S = Synapses(
    afferents,
    neurons,
    """w : 1
                dApre_tr/dt = -Apre_tr/taupre : 1 (event-driven)
                dApost_tr/dt = -Apost_tr/taupost : 1 (event-driven)""",
    on_pre="""ge_post += w
                       Apre_tr += dApre
                       w = clip(w + Apost_tr, 0, gmax)""",
    on_post="""Apost_tr += dApost
                        w = clip(w + Apre_tr, 0, gmax)""",
)
S.connect()
S.w = "rand()*gmax"

w_start = np.mean(S.w[:])
out = SpikeMonitor(neurons)
wmon = StateMonitor(S, "w", record=range(0, 2000, 200), dt=10 * ms)

run(1 * second)

print("output rate %.1f Hz" % (out.num_spikes / N_out))
print("mean weight: %.4f -> %.4f (gmax = %.3f)" % (w_start, np.mean(S.w[:]), gmax))
print("at gmax: %.0f %%, at zero: %.0f %%" % (100 * np.mean(S.w[:] > 0.99 * gmax), 100 * np.mean(S.w[:] < 0.01 * gmax)))
