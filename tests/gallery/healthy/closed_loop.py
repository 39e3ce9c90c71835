"""Izhikevich neurons with units in a closed loop through a network operation, currents from a TimedArray by neuron."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(60)
np.random.seed(60)

N = 30
a = 0.02 / ms
b = 0.2 / ms
c = -65 * mV
d = 8 * mV / ms
k_I = 1 * mV / ms

steps = 5  # five segments of 100 ms
amps = 4 + 10 * np.random.rand(steps, N)
amps[:, -5:] = 0
stim = TimedArray(amps, dt=100 * ms)

eqs = """
dv/dt = (0.04/ms/mV)*v**2 + (5/ms)*v + 140*mV/ms - u + k_I*(stim(t, i) - inhib) : volt
du/dt = a*(b*v - u) : volt/second
inhib : 1 (shared)
"""
G = NeuronGroup(N, eqs, threshold="v > 30*mV", reset="v = c; u += d", method="euler")
G.v = -70 * mV
G.u = "b*v"
M = SpikeMonitor(G)
log = []
state = {"n": 0}


@network_operation(dt=20 * ms)
def feedback(t):
    n = M.num_spikes - state["n"]
    state["n"] = M.num_spikes
    rate = n / N / 0.02
    new = np.clip(G.inhib[:] + 0.05 * (rate - 15), 0, 5)
    G.inhib = float(np.squeeze(new))
    log.append((float(t / ms), rate, float(np.squeeze(new))))


run(500 * ms)
print("counts", M.count[:])
print("loop (t, rate, inhib):", [(x, round(float(y), 1), round(z, 2)) for x, y, z in log[::5]])
