"""never_decays: the synaptic current has no decay (Izhikevich)."""

from brian2 import *

prefs.codegen.target = "numpy"
np.random.seed(2003)
seed(2003)
defaultclock.dt = 0.5 * ms

Ne = 320
Ni = 80
N = Ne + Ni
tau_syn = 3 * ms

eqs = """
dv/dt = (0.04*v**2 + 5*v + 140 - u + I_th + I_syn)/ms : 1
du/dt = a*(b*v - u)/ms : 1
I_th : 1
I_syn : 1
a : 1 (constant)
b : 1 (constant)
c : 1 (constant)
d : 1 (constant)
"""

G = NeuronGroup(N, eqs, threshold="v >= 30", reset="v = c; u += d", method="euler")
re = np.random.rand(Ne)
ri = np.random.rand(Ni)
G.a = np.r_[0.02 * np.ones(Ne), 0.02 + 0.08 * ri]
G.b = np.r_[0.2 * np.ones(Ne), 0.25 - 0.05 * ri]
G.c = np.r_[-65 + 15 * re**2, -65 * np.ones(Ni)]
G.d = np.r_[8 - 6 * re**2, 2 * np.ones(Ni)]
G.v = -65
G.u = "b*v"

# thalamic input, new values every ms
G[:Ne].run_regularly("I_th = 5*randn()", dt=1 * ms)
G[Ne:].run_regularly("I_th = 2*randn()", dt=1 * ms)

S = Synapses(G, G, "w : 1", on_pre="I_syn_post += w")
S.connect(condition="i != j")
S.w["i < Ne"] = "0.4*rand()"
S.w["i >= Ne"] = "-0.8*rand()"

spikes = SpikeMonitor(G)
state = StateMonitor(G, ["v", "I_syn"], record=[0, 350])

run(500 * ms)

print("E rate %.1f Hz" % (np.sum(spikes.i < Ne) / Ne / 0.5))
print("I rate %.1f Hz" % (np.sum(spikes.i >= Ne) / Ni / 0.5))
print("I_syn of cell 0 at the end: %.1f" % state.I_syn[0, -1])
