"""event_sign: a negative weight in front of a conductance that inhibits already (integrate-and-fire)."""

# Conductance-based E/I network, Vogels & Abbott style, with Poisson background
from brian2 import *

prefs.codegen.target = "numpy"
seed(7)
np.random.seed(7)

N = 1000
N_exc = int(0.8 * N)

tau_m = 20 * ms
tau_ampa = 5 * ms
tau_gaba = 10 * ms
E_leak = -60 * mV
E_ampa = 0 * mV
E_gaba = -80 * mV
V_th = -50 * mV
V_reset = -60 * mV

# conductances in units of the leak conductance
w_e = 0.3
w_i = 3.0
w_bg = 0.3

model = """
dv/dt = ((E_leak - v) + g_ampa*(E_ampa - v) + g_gaba*(E_gaba - v))/tau_m : volt (unless refractory)
dg_ampa/dt = -g_ampa/tau_ampa : 1
dg_gaba/dt = -g_gaba/tau_gaba : 1
"""

cells = NeuronGroup(N, model, threshold="v > V_th", reset="v = V_reset", refractory=5 * ms, method="euler")
exc = cells[:N_exc]
inh = cells[N_exc:]
cells.v = "V_reset + rand()*(V_th - V_reset)"

background = PoissonGroup(N, rates=150 * Hz)
S_bg = Synapses(background, cells, on_pre="g_ampa_post += w_bg")
S_bg.connect(j="i")

S_e = Synapses(exc, cells, on_pre="g_ampa_post += w_e", delay=0.8 * ms)
S_e.connect(p=0.05)

# inhibitory synapses
S_i = Synapses(inh, cells, on_pre="g_gaba_post -= w_i", delay=0.8 * ms)
S_i.connect(p=0.05)

M = SpikeMonitor(cells)
R = PopulationRateMonitor(cells)
V = StateMonitor(cells, ["v", "g_ampa", "g_gaba"], record=range(5))

run(0.4 * second)

print("E rate: %.1f Hz" % (np.sum(M.i < N_exc) / N_exc / 0.4))
print("I rate: %.1f Hz" % (np.sum(M.i >= N_exc) / (N - N_exc) / 0.4))
print("v range:", V.v.min(), V.v.max())
