"""forgotten_start: v is never set, so all neurons start at 0 V (integrate-and-fire)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(2007)
np.random.seed(2007)

N = 4000
N_e = 3200

taum = 20 * ms
taue = 5 * ms
taui = 10 * ms
Vt = -50 * mV
Vr = -60 * mV
El = -60 * mV
Ee = 0 * mV
Ei = -80 * mV
gl = 10 * nS
Cm = taum * gl
we = 6 * nS  # excitatory synaptic weight
wi = 67 * nS  # inhibitory synaptic weight

eqs = """
dv/dt = (gl*(El - v) + ge*(Ee - v) + gi*(Ei - v))/Cm : volt (unless refractory)
dge/dt = -ge/taue : siemens
dgi/dt = -gi/taui : siemens
"""

P = NeuronGroup(N, eqs, threshold="v > Vt", reset="v = Vr", refractory=5 * ms, method="exponential_euler")
Pe = P[:N_e]
Pi = P[N_e:]

# random initial state, so that cells start out of phase
P.ge = "clip(randn()*1.5 + 4, 0, 10)*10*nS"
P.gi = "clip(randn()*12 + 20, 0, 60)*10*nS"

Ce = Synapses(Pe, P, on_pre="ge += we")
Ce.connect(p=0.02)
Ci = Synapses(Pi, P, on_pre="gi += wi")
Ci.connect(p=0.02)

s_mon = SpikeMonitor(P)
rate = PopulationRateMonitor(P)

run(400 * ms)

for start in range(0, 400, 100):
    sel = (s_mon.t / ms >= start) & (s_mon.t / ms < start + 100)
    print("%3d-%3d ms: %.2f Hz" % (start, start + 100, sel.sum() / N / 0.1))
