"""Feedforward inhibition of synchronous volleys through depressing synapses."""

from brian2 import *

seed(8)
np.random.seed(8)
prefs.codegen.target = "numpy"

N_th, N_rs, N_fs = 80, 100, 20
volleys = np.arange(100, 600, 100)
jitter = np.abs(np.random.randn(len(volleys), N_th)) * 0.5
times = (volleys[:, None] + jitter).flatten()
ids = np.tile(np.arange(N_th), len(volleys))
thalamus = SpikeGeneratorGroup(N_th, ids, times * ms)

C_m = 150 * pF
g_l = 10 * nS
v_l, v_e, v_i = -72 * mV, 0 * mV, -78 * mV
v_t, v_r = -50 * mV, -68 * mV

model = """
dv/dt = (g_l*(v_l - v) + g_e*(v_e - v) + g_i*(v_i - v))/C_m : volt (unless refractory)
dg_e/dt = -g_e/(2*ms) : siemens
dg_i/dt = -g_i/(8*ms) : siemens
"""
rs = NeuronGroup(N_rs, model, threshold="v > v_t", reset="v = v_r", refractory=3 * ms, method="exponential_euler")
fs = NeuronGroup(N_fs, model, threshold="v > v_t", reset="v = v_r", refractory=1 * ms, method="exponential_euler")
rs.v = v_l
fs.v = v_l

# Tsodyks-Markram depression, resource x recovers with tau_rec
tau_rec = 150 * ms
U = 0.4
tc = """
dx/dt = (1 - x)/tau_rec : 1 (event-driven)
g_max : siemens
"""
tc_rs = Synapses(
    thalamus,
    rs,
    tc,
    on_pre="""g_e_post += g_max*U*x
                                             x -= U*x""",
    delay=1.5 * ms,
)
tc_rs.connect(p=0.4)
tc_rs.x = 1
tc_rs.g_max = "8*nS*clip(1 + 0.3*randn(), 0.2, 2)"

tc_fs = Synapses(thalamus, fs, on_pre="g_e_post += 3*nS", delay=1 * ms)
tc_fs.connect(p=0.5)
ffi = Synapses(fs, rs, on_pre="g_i_post += 6*nS", delay=0.5 * ms)
ffi.connect(p=0.5)

m_rs = SpikeMonitor(rs)
m_fs = SpikeMonitor(fs)

run(600 * ms)

for k in volleys:
    n = np.sum((m_rs.t / ms >= k) & (m_rs.t / ms < k + 50))
    f = np.sum((m_fs.t / ms >= k) & (m_fs.t / ms < k + 50))
    print("volley at %d ms: %d cortical spikes, %d FS spikes" % (k, n, f))
