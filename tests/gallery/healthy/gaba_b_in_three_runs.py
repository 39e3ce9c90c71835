"""AMPA, GABA-A and slow GABA-B in three runs with a block in between."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(33)
np.random.seed(33)

NE, NI = 240, 60
Cm = 200 * pF
gL = 10 * nS
EL, Vt, Vr = -60 * mV, -50 * mV, -60 * mV
Ee, Ea, Eb = 0 * mV, -75 * mV, -95 * mV
te, ta = 5 * ms, 8 * ms
tb_r, tb_d = 30 * ms, 120 * ms
we, wa, wb = 1.2 * nS, 6 * nS, 0.15 * nS

eqs = """
dv/dt = (gL*(EL-v) + ge*(Ee-v) + ga*(Ea-v) + block*gb*(Eb-v))/Cm : volt (unless refractory)
dge/dt = -ge/te : siemens
dga/dt = -ga/ta : siemens
dgb/dt = -gb/tb_d + s : siemens
ds/dt = -s/tb_r : siemens/second
block : 1 (shared)
"""
P = NeuronGroup(NE + NI, eqs, threshold="v > Vt", reset="v = Vr", refractory=3 * ms, method="euler")
Pe, Pi = P[:NE], P[NE:]
P.v = "Vr + rand()*(Vt-Vr)"
P.block = 1

Ce = Synapses(Pe, P, on_pre="ge_post += we", delay=1 * ms)
Ce.connect(p=0.08)
Ci = Synapses(
    Pi,
    P,
    on_pre="""ga_post += wa
                               s_post += wb/(10*ms)""",
    delay=1 * ms,
)
Ci.connect(p=0.08)
ext = PoissonInput(P, "ge", N=200, rate=10 * Hz, weight=0.7 * nS)
M = SpikeMonitor(P)

run(200 * ms)
store("settled")


def rate_of_run():
    n0 = M.num_spikes
    run(150 * ms)
    return (M.num_spikes - n0) / (NE + NI) / 0.15


P.block = 0
blocked = rate_of_run()
restore("settled")
control = rate_of_run()
print("control %.1f Hz, GABA-B blocked %.1f Hz" % (control, blocked))
