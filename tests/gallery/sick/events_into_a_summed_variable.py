"""overwritten: events add to what a summed equation sets anew (gap junctions and GABA)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(88)
np.random.seed(88)

N = 60
C_m = 100 * pF
g_L = 10 * nS
E_L = -65 * mV
V_th = -50 * mV
V_re = -62 * mV

g_gap = 0.2 * nS
J_inh = 2 * nA  # pulse of one time step: dV = J*dt/C = 2 mV

fs_eqs = """
dv/dt = (g_L*(E_L - v) + I_drive + I_syn)/C_m + sigma*sqrt(2/tau_n)*xi : volt (unless refractory)
I_drive : amp (constant)
I_syn : amp          # recurrent current, recomputed in every time step
"""
sigma = 1 * mV
tau_n = 10 * ms

fs = NeuronGroup(N, fs_eqs, threshold="v > V_th", reset="v = V_re", refractory=1 * ms, method="euler")
fs.v = "E_L + rand()*(V_th - E_L)"
fs.I_drive = "(210 + 20*rand())*pA"

# electrical coupling
gap = Synapses(fs, fs, "I_syn_post = g_gap*(v_pre - v_post) : amp (summed)")
gap.connect(condition="i != j and abs(i - j) <= 4")

# chemical inhibition: current pulse on top of the gap junction current
gaba = Synapses(fs, fs, on_pre="I_syn_post -= J_inh", delay=0.7 * ms)
gaba.connect(condition="i != j", p=0.25)

spikes = SpikeMonitor(fs)
mon = StateMonitor(fs, ["v", "I_syn"], record=[0, 30])

run(400 * ms)

print("mean rate: %.1f Hz" % (spikes.num_spikes / N / 0.4))
print("GABA synapses: %d" % len(gaba))
