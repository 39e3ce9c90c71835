"""overlapping_parts: the slice of the inhibitory neurons begins within the excitatory ones (AdEx)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(90)
np.random.seed(90)

N_exc = 320
N_inh = 80
N = N_exc + N_inh

C = 200 * pF
gL = 10 * nS
EL = -65 * mV
VT = -50 * mV
DeltaT = 2 * mV
Vcut = -30 * mV
Vr = -60 * mV
tau_w = 200 * ms
Ee, Ei = 0 * mV, -80 * mV
tau_e, tau_i = 5 * ms, 10 * ms
w_e = 1.5 * nS
w_i = 7 * nS
p = 0.05

eqs = """
dv/dt = (gL*(EL-v) + gL*DeltaT*exp((v-VT)/DeltaT) + ge*(Ee-v) + gi*(Ei-v) - w)/C : volt (unless refractory)
dw/dt = (a*(v-EL) - w)/tau_w : amp
dge/dt = -ge/tau_e : siemens
dgi/dt = -gi/tau_i : siemens
a : siemens (constant)
b : amp (constant)
"""
pop = NeuronGroup(N, eqs, threshold="v > Vcut", reset="v = Vr; w += b", refractory=3 * ms, method="euler")
exc = pop[:N_exc]
inh = pop[N_inh:]
pop.v = "EL + rand()*10*mV"
pop.b[:N_exc] = 20 * pA  # adaptation only in the excitatory cells
pop.a[:N_exc] = 1 * nS

con_e = Synapses(exc, pop, on_pre="ge_post += w_e", delay=1.5 * ms)
con_e.connect(p=p)
con_i = Synapses(inh, pop, on_pre="gi_post += w_i", delay=0.8 * ms)
con_i.connect(p=p)

ext = PoissonInput(pop, "ge", N=200, rate=12 * Hz, weight=0.9 * nS)

sm = SpikeMonitor(pop)
run(400 * ms)
n = sm.count[:]
print("exc %.2f Hz, inh %.2f Hz" % (n[:N_exc].mean() / 0.4, n[N_exc:].mean() / 0.4))
print("excitatory synapses %d, inhibitory synapses %d" % (len(con_e), len(con_i)))
