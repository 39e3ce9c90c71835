"""Izhikevich neurons without units, all to all, each event shifts v."""

# Izhikevich (2003): 400 randomly coupled spiking neurons, all-to-all weights.
# Time step 0.5 ms as in the original paper. Instantaneous synapses: every
# presynaptic spike shifts v of the target by w. Rhythmic activity.
from brian2 import *

np.random.seed(30)
seed(30)
prefs.codegen.target = "numpy"
defaultclock.dt = 0.5 * ms

Ne, Ni = 320, 80
re, ri = np.random.rand(Ne), np.random.rand(Ni)

model = """
dv/dt = (0.04*v**2 + 5*v + 140 - u + I)/ms : 1
du/dt = a*(b*v - u)/ms : 1
I = amplitude*noise : 1
noise = randn() : 1 (constant over dt)
amplitude : 1 (constant)
a : 1 (constant)
b : 1 (constant)
c : 1 (constant)
d : 1 (constant)
"""

G = NeuronGroup(
    Ne + Ni,
    model,
    threshold="v >= 30",
    reset="""v = c
                                                              u = u + d""",
    method="euler",
)
G.a = np.r_[0.02 * np.ones(Ne), 0.02 + 0.08 * ri]
G.b = np.r_[0.2 * np.ones(Ne), 0.25 - 0.05 * ri]
G.c = np.r_[-65 + 15 * re**2, -65 * np.ones(Ni)]
G.d = np.r_[8 - 6 * re**2, 2 * np.ones(Ni)]
G.amplitude = np.r_[7 * np.ones(Ne), 2.8 * np.ones(Ni)]
G.v = -65
G.u = "b*v"

S = Synapses(G, G, "w : 1", on_pre="v_post += w", delay=1 * ms)
S.connect()
S.w["i < Ne"] = "1.0*rand()"
S.w["i >= Ne"] = "-2.0*rand()"

spk = SpikeMonitor(G)
tr = StateMonitor(G, ["v", "u"], record=[0, Ne])

run(1 * second)

print("E %.1f Hz   I %.1f Hz" % (np.sum(spk.i < Ne) / Ne, np.sum(spk.i >= Ne) / Ni))
