"""Synapses that act on custom events, bursts."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(14)
np.random.seed(14)

N = 20
tau = 15 * ms
tau_x = 20 * ms

src_eqs = """
dv/dt = (I - v)/tau : 1 (unless refractory)
dx/dt = -x/tau_x : 1
I = I0*int(sin(2*pi*8*Hz*t) > 0) : 1
I0 : 1 (constant)
"""
src = NeuronGroup(
    N, src_eqs, threshold="v > 1", reset="v = 0; x += 1", refractory=1 * ms, events={"burst": "x > 2.5"}, method="euler"
)
# detection resets the trace, so that each burst gives one event
src.run_on_event("burst", "x = 0")
src.I0[: N // 2] = "4 + 0.5*rand()"  # bursting half
src.I0[N // 2 :] = 1.05  # slow half: single spikes only

relay = NeuronGroup(
    N,
    """dv/dt = -v/(10*ms) : 1 (unless refractory)""",
    threshold="v > 1",
    reset="v = 0",
    refractory=2 * ms,
    method="exact",
)

syn = Synapses(src, relay, "w : 1", on_pre="v_post += w", on_event={"pre": "burst"})
syn.connect(j="i")
syn.w = 1.3
syn.delay = 2 * ms

spk = SpikeMonitor(src)
bst = EventMonitor(src, "burst")
out = SpikeMonitor(relay)
run(400 * ms)

print("spikes per source:", spk.count[:])
print("bursts per source:", bst.count[:])
print("relay spikes     :", out.count[:])
