"""step_too_large: a synapse of 0.2 ms by Euler at 0.5 ms (integrate-and-fire)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(310)
np.random.seed(310)
defaultclock.dt = 0.5 * ms

N_fibres = 100
N_mso = 40
f_tone = 100 * Hz

C_m = 40 * pF
g_leak = 20 * nS
E_leak = -60 * mV
E_exc = 0 * mV
E_gly = -75 * mV
V_thresh = -48 * mV
V_reset = -62 * mV
tau_ampa = 0.2 * ms
tau_gly = 2 * ms

w_ampa = 12 * nS
w_gly = 4 * nS

ears = PoissonGroup(2 * N_fibres, rates="60*Hz*(1 + sin(2*pi*f_tone*t))")
left = ears[:N_fibres]
right = ears[N_fibres:]

mso_eqs = """
dv/dt = (g_leak*(E_leak - v) + g_e*(E_exc - v) + g_i*(E_gly - v))/C_m : volt (unless refractory)
dg_e/dt = -g_e/tau_ampa : siemens
dg_i/dt = -g_i/tau_gly : siemens
"""
mso = NeuronGroup(N_mso, mso_eqs, threshold="v > V_thresh", reset="v = V_reset", refractory=1 * ms, method="euler")
mso.v = E_leak

S_left = Synapses(left, mso, on_pre="g_e_post += w_ampa")
S_left.connect(p=0.2)
S_right = Synapses(right, mso, on_pre="g_e_post += w_ampa")
S_right.connect(p=0.2)

# glycinergic input relayed from the contralateral ear
S_gly = Synapses(right, mso, on_pre="g_i_post += w_gly", delay=1 * ms)
S_gly.connect(p=0.1)

spk = SpikeMonitor(mso)
mon = StateMonitor(mso, ["v", "g_e"], record=[0])

run(500 * ms)

print("MSO rate: %.1f Hz" % (spk.num_spikes / N_mso / 0.5))
print("g_e peak", np.max(mon.g_e[0]), " v range", mon.v[0].min(), mon.v[0].max())
