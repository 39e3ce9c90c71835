"""shared_constant: adaptation of the pyramidal cells is that of the fast-spiking ones (AdEx)."""

from brian2 import *

seed(42)
np.random.seed(42)
prefs.codegen.target = "numpy"

adex = """
dv/dt = (gL*(EL - v) + gL*DeltaT*exp((v - VT)/DeltaT) + I_ext
         + g_e*(E_e - v) + g_i*(E_i - v) - w)/C : volt (unless refractory)
dw/dt = (a*(v - EL) - w)/tau_w : amp
dg_e/dt = -g_e/tau_e : siemens
dg_i/dt = -g_i/tau_i : siemens
I_ext : amp
"""

# common to all cells
C = 200 * pF
gL = 10 * nS
EL = -65 * mV
VT = -50 * mV
DeltaT = 2 * mV
V_cut = -40 * mV
V_reset = -58 * mV
tau_w = 200 * ms
E_e, E_i = 0 * mV, -80 * mV
tau_e, tau_i = 5 * ms, 10 * ms

# --- pyramidal cells: regular spiking, with adaptation
a = 2 * nS
b = 60 * pA
pyr = NeuronGroup(
    200, adex, threshold="v > V_cut", reset="v = V_reset; w += b", refractory=2 * ms, method="euler", name="pyr"
)
pyr.v = "EL + rand()*10*mV"
pyr.I_ext = "(450 + 50*rand())*pA"

# --- interneurons: fast spiking, no adaptation
a = 0 * nS
b = 0 * pA
fs = NeuronGroup(
    50, adex, threshold="v > V_cut", reset="v = V_reset; w += b", refractory=1 * ms, method="euler", name="fs"
)
fs.v = "EL + rand()*10*mV"
fs.I_ext = "(120 + 20*rand())*pA"

# --- connections
w_pf = 1.0 * nS
w_fp = 1.5 * nS
pyr_fs = Synapses(pyr, fs, on_pre="g_e_post += w_pf", delay=1 * ms)
pyr_fs.connect(p=0.1)
fs_pyr = Synapses(fs, pyr, on_pre="g_i_post += w_fp", delay=1 * ms)
fs_pyr.connect(p=0.2)

m_pyr = SpikeMonitor(pyr)
m_fs = SpikeMonitor(fs)

run(600 * ms)

early = np.sum(m_pyr.t < 100 * ms) / 200 / 0.1
late = np.sum(m_pyr.t > 400 * ms) / 200 / 0.2
print("pyramidal: onset %.1f Hz, steady state %.1f Hz" % (early, late))
print("interneurons: %.1f Hz" % (m_fs.num_spikes / 50 / 0.6))
