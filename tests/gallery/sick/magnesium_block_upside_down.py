"""block_direction: the magnesium block has the wrong sign in its exponent (NMDA)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(1990)
np.random.seed(1990)

N_E, N_I = 160, 40

C_E, C_I = 0.5 * nF, 0.2 * nF
g_E, g_I = 25 * nS, 20 * nS
V_L = -70 * mV
V_thr = -50 * mV
V_reset = -55 * mV
V_exc = 0 * mV
V_inh = -70 * mV
Mg = 1.0

tau_ampa = 2 * ms
tau_gaba = 10 * ms
tau_rise = 2 * ms
tau_decay = 100 * ms
alpha = 0.5 / ms

cell = """
dv/dt = (-g_m*(v - V_L) - I_ext - I_ampa - I_gaba - I_nmda)/C_m : volt (unless refractory)
I_ext = g_ext*s_ext*(v - V_exc) : amp
I_ampa = g_ampa*s_ampa*(v - V_exc) : amp
I_gaba = g_gaba*s_gaba*(v - V_inh) : amp
I_nmda = g_nmda*s_nmda_tot*B*(v - V_exc) : amp
B = 1/(1 + Mg/3.57*exp(0.062*v/mV)) : 1     # magnesium block
ds_ext/dt = -s_ext/tau_ampa : 1
ds_ampa/dt = -s_ampa/tau_ampa : 1
ds_gaba/dt = -s_gaba/tau_gaba : 1
ds_nmda/dt = -s_nmda/tau_decay + alpha*x*(1 - s_nmda) : 1
dx/dt = -x/tau_rise : 1
s_nmda_tot : 1
g_m : siemens (constant)
C_m : farad (constant)
g_ext : siemens (constant)
g_ampa : siemens (constant)
g_nmda : siemens (constant)
g_gaba : siemens (constant)
"""

E = NeuronGroup(N_E, cell, threshold="v > V_thr", reset="v = V_reset; x += 1", refractory=2 * ms, method="euler")
I = NeuronGroup(N_I, cell, threshold="v > V_thr", reset="v = V_reset", refractory=1 * ms, method="euler")
E.v = "V_reset + 3*mV*randn()"
I.v = "V_reset + 3*mV*randn()"
E.g_m, E.C_m = g_E, C_E
I.g_m, I.C_m = g_I, C_I

# conductances, scaled with the population size
E.g_ext, I.g_ext = 2.1 * nS, 1.62 * nS
E.g_ampa, I.g_ampa = 80 * nS / N_E, 64 * nS / N_E
E.g_nmda, I.g_nmda = 264 * nS / N_E, 208 * nS / N_E
E.g_gaba, I.g_gaba = 250 * nS / N_I, 195 * nS / N_I

ampa_EE = Synapses(E, E, on_pre="s_ampa += 1", delay=0.5 * ms)
ampa_EE.connect(condition="i != j")
ampa_EI = Synapses(E, I, on_pre="s_ampa += 1", delay=0.5 * ms)
ampa_EI.connect()
nmda_EE = Synapses(E, E, "s_nmda_tot_post = s_nmda_pre : 1 (summed)")
nmda_EE.connect(condition="i != j")
nmda_EI = Synapses(E, I, "s_nmda_tot_post = s_nmda_pre : 1 (summed)")
nmda_EI.connect()
gaba_IE = Synapses(I, E, on_pre="s_gaba += 1", delay=0.5 * ms)
gaba_IE.connect()
gaba_II = Synapses(I, I, on_pre="s_gaba += 1", delay=0.5 * ms)
gaba_II.connect(condition="i != j")

ext_E = PoissonInput(E, "s_ext", N=800, rate=3 * Hz, weight=1)
ext_I = PoissonInput(I, "s_ext", N=800, rate=3 * Hz, weight=1)

m_E = SpikeMonitor(E)
m_I = SpikeMonitor(I)
st = StateMonitor(E, ["v", "B", "s_nmda_tot"], record=[0])

run(500 * ms)

print("E %.1f Hz, I %.1f Hz" % (m_E.num_spikes / N_E / 0.5, m_I.num_spikes / N_I / 0.5))
print("mean unblocked fraction: %.3f" % st.B[0].mean())
