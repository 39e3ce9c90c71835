"""connected_again: connect() in each of several trials (current-based integrate-and-fire)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(8)
np.random.seed(8)

NE, NI = 200, 50
tau_m = 20 * ms
tau_e = 5 * ms
tau_i = 10 * ms
Vt = -50 * mV
Vr = -60 * mV
El = -53 * mV

eqs = """
dv/dt = (ge + gi - (v - El))/tau_m : volt (unless refractory)
dge/dt = -ge/tau_e : volt
dgi/dt = -gi/tau_i : volt
"""
P = NeuronGroup(NE + NI, eqs, threshold="v > Vt", reset="v = Vr", refractory=5 * ms, method="exact")
E = P[:NE]
I = P[NE:]

w_e = 1.0 * mV
w_i = -4.5 * mV
Se = Synapses(E, P, on_pre="ge_post += w_e", delay=1 * ms)
Si = Synapses(I, P, on_pre="gi_post += w_i", delay=1 * ms)
drive = PoissonInput(P, "ge", N=100, rate=15 * Hz, weight=0.5 * mV)

M = SpikeMonitor(P)
net = Network(P, Se, Si, drive, M)


def setup_trial():
    """Fresh initial conditions for the trial."""
    P.v = "Vr + rand()*(Vt - Vr)"
    P.ge = 0 * mV
    P.gi = 0 * mV
    Se.connect(p=0.05)
    Si.connect(p=0.05)


n_trials = 5
T = 80 * ms
before = 0
for trial in range(n_trials):
    setup_trial()
    net.run(T)
    n = M.num_spikes - before
    before = M.num_spikes
    print("trial %d: %.1f Hz" % (trial, n / (NE + NI) / (T / second)))
