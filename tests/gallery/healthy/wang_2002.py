"""NMDA, AMPA and GABA with 2.4 kHz of background, by Euler."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(27)
np.random.seed(27)

N_E, N_I = 120, 30
V_L, V_thr, V_reset = -70 * mV, -50 * mV, -55 * mV
E_exc, E_inh = 0 * mV, -70 * mV
tau_ampa, tau_gaba, tau_nmda, tau_x = 2 * ms, 5 * ms, 100 * ms, 2 * ms
alpha = 0.5 / ms
Mg = 1.0

eqs = """
dv/dt = -(g_L*(v - V_L) + I_syn)/C_m : volt (unless refractory)
I_syn = I_ampa + I_nmda + I_gaba : amp
I_ampa = (g_ext*s_ext + g_ampa*s_ampa)*(v - E_exc) : amp
I_nmda = g_nmda*s_tot/(1 + Mg*exp(-0.062*v/mV)/3.57)*(v - E_exc) : amp
I_gaba = g_gaba*s_gaba*(v - E_inh) : amp
ds_ext/dt = -s_ext/tau_ampa : 1
ds_ampa/dt = -s_ampa/tau_ampa : 1
ds_gaba/dt = -s_gaba/tau_gaba : 1
s_tot : 1
C_m : farad (constant)
g_L : siemens (constant)
g_ext : siemens (constant)
g_ampa : siemens (constant)
g_nmda : siemens (constant)
g_gaba : siemens (constant)
"""
gating = """
ds/dt = -s/tau_nmda + alpha*x*(1 - s) : 1
dx/dt = -x/tau_x : 1
"""

pyr = NeuronGroup(
    N_E, eqs + gating, threshold="v > V_thr", reset="v = V_reset; x += 1", refractory=2 * ms, method="euler"
)
fsi = NeuronGroup(N_I, eqs, threshold="v > V_thr", reset="v = V_reset", refractory=1 * ms, method="euler")
pyr.v = "V_L + rand()*10*mV"
fsi.v = "V_L + rand()*10*mV"
pyr.C_m, pyr.g_L = 0.5 * nF, 25 * nS
fsi.C_m, fsi.g_L = 0.2 * nF, 20 * nS
pyr.g_ext, fsi.g_ext = 2.1 * nS, 1.62 * nS
pyr.g_ampa, fsi.g_ampa = 80 * nS / N_E, 64 * nS / N_E
pyr.g_nmda, fsi.g_nmda = 264 * nS / N_E, 208 * nS / N_E
pyr.g_gaba, fsi.g_gaba = 520 * nS / N_I, 400 * nS / N_I

s1 = Synapses(pyr, pyr, on_pre="s_ampa_post += 1", delay=0.5 * ms)
s1.connect()
s2 = Synapses(pyr, fsi, on_pre="s_ampa_post += 1", delay=0.5 * ms)
s2.connect()
n1 = Synapses(pyr, pyr, "s_tot_post = s_pre : 1 (summed)")
n1.connect()
n2 = Synapses(pyr, fsi, "s_tot_post = s_pre : 1 (summed)")
n2.connect()
s3 = Synapses(fsi, pyr, on_pre="s_gaba_post += 1", delay=0.5 * ms)
s3.connect()
s4 = Synapses(fsi, fsi, on_pre="s_gaba_post += 1", delay=0.5 * ms)
s4.connect(condition="i != j")

bg_p = PoissonInput(pyr, "s_ext", N=1000, rate=2.4 * Hz, weight=1)
bg_i = PoissonInput(fsi, "s_ext", N=1000, rate=2.4 * Hz, weight=1)

# stimulus: 200-300 ms to the first 40 pyramidal cells
pulse = TimedArray([0, 0, 1, 0, 0] * Hz * 300, dt=100 * ms)
stim = PoissonGroup(40, rates="pulse(t)")
s_stim = Synapses(stim, pyr, on_pre="s_ext_post += 3")
s_stim.connect(j="i")

mp = SpikeMonitor(pyr)
mi = SpikeMonitor(fsi)

run(500 * ms)

for lo, hi in ((0, 200), (200, 300), (300, 500)):
    k = (mp.t / ms >= lo) & (mp.t / ms < hi)
    print(
        "%d-%d ms: stimulated %.1f Hz, others %.1f Hz"
        % (
            lo,
            hi,
            np.sum(k & (mp.i < 40)) / 40 / ((hi - lo) / 1000),
            np.sum(k & (mp.i >= 40)) / 80 / ((hi - lo) / 1000),
        )
    )
print("interneurons %.1f Hz" % (mi.num_spikes / N_I / 0.5))
