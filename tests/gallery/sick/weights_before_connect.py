"""never_set: weights are set before a second connect() (NMDA)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(3)
np.random.seed(3)

N_in, N = 100, 80
C = 0.5 * nF
g_L = 25 * nS
E_L = -70 * mV
V_th = -50 * mV
V_r = -55 * mV
E_E = 0 * mV
tau_ampa = 2 * ms
tau_nmda = 100 * ms
Mg = 1.0

eqs = """
dv/dt = (-g_L*(v-E_L) - g_a*(v-E_E) - g_n*(v-E_E)/(1+Mg*exp(-0.062*v/mV)/3.57))/C : volt (unless refractory)
dg_a/dt = -g_a/tau_ampa : siemens
dg_n/dt = -g_n/tau_nmda : siemens
"""
everything = NeuronGroup(N, eqs, threshold="v > V_th", reset="v = V_r", refractory=2 * ms, method="euler")
everything.v = E_L
core = everything[:60]  # recurrently connected core
readout = everything[60:]  # driven by the core

# cue from 100 to 200 ms
cue = PoissonGroup(N_in, rates="60*Hz*int(t > 100*ms)*int(t < 200*ms)")
S_cue = Synapses(cue, core, "w : siemens", on_pre="g_a_post += w")
S_cue.connect(p=0.5)
S_cue.w = 3 * nS

# all NMDA synapses live in one object: core -> readout and core -> core
S_nmda = Synapses(everything, everything, "w : siemens", on_pre="g_n_post += w")
S_nmda.connect(condition="i < 60 and j >= 60", p=0.5)
S_nmda.w = "0.35*nS*(0.8 + 0.4*rand())"
S_nmda.delay = "1*ms + rand()*ms"
# recurrent feedback inside the core
S_nmda.connect(condition="i != j and i < 60 and j < 60", p=0.5)

sp = SpikeMonitor(everything)
run(500 * ms)

t, i = sp.t / ms, sp.i[:]
for a, b in [(0, 100), (100, 200), (200, 350), (350, 500)]:
    m = (t >= a) & (t < b)
    print(
        "%d-%d ms: core %.1f Hz, readout %.1f Hz"
        % (a, b, np.sum(m & (i < 60)) / 60 / ((b - a) / 1e3), np.sum(m & (i >= 60)) / 20 / ((b - a) / 1e3))
    )
