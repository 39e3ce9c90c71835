"""strong_inputs: connect() where each source has one target (thalamocortical relay)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(150)
np.random.seed(150)

N = 150
N_ffi = 20

tau_m = 12 * ms
tau_e = 3 * ms
tau_i = 8 * ms
E_l = -70 * mV
E_e = 0 * mV
E_i = -75 * mV
V_th = -50 * mV
V_re = -65 * mV

w_relay = 2.5
w_pool = 0.06
w_inh = 0.04

lif = """
dv/dt = (E_l - v + g_e*(E_e - v) + g_i*(E_i - v))/tau_m : volt (unless refractory)
dg_e/dt = -g_e/tau_e : 1
dg_i/dt = -g_i/tau_i : 1
"""

# tuned relay cells: 3 Hz baseline, 60 Hz at the preferred position
relay = PoissonGroup(N, rates="3*Hz + 57*Hz*exp(-(i - 75)**2/(2*12.0**2))")

cortex = NeuronGroup(N, lif, threshold="v > V_th", reset="v = V_re", refractory=3 * ms, method="exponential_euler")
ffi = NeuronGroup(N_ffi, lif, threshold="v > V_th", reset="v = V_re", refractory=1.5 * ms, method="exponential_euler")
cortex.v = E_l
ffi.v = E_l

# relay -> cortex, one strong synapse per cell
S_relay = Synapses(relay, cortex, on_pre="g_e_post += w_relay", delay=2 * ms)
S_relay.connect()

# relay -> interneurons -> cortex
S_pool = Synapses(relay, ffi, on_pre="g_e_post += w_pool", delay=1 * ms)
S_pool.connect()
S_ffi = Synapses(ffi, cortex, on_pre="g_i_post += w_inh", delay=1 * ms)
S_ffi.connect()

m_ctx = SpikeMonitor(cortex)
m_ffi = SpikeMonitor(ffi)

run(500 * ms)

rates = m_ctx.count / (0.5 * second)
print("cortical rate: centre %s, flank %s" % (np.mean(rates[65:86]), np.mean(rates[:30])))
print("interneurons: %.1f Hz" % (m_ffi.num_spikes / N_ffi / 0.5))
