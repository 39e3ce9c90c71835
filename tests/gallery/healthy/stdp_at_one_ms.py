"""Pair-based STDP at a step of 1 ms, integrated exactly."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(606)
np.random.seed(606)
defaultclock.dt = 1 * ms

N_in, N_out = 200, 10
tau_m = 20 * ms
tau_e = 5 * ms
tau_i = 10 * ms
V_rest = -70 * mV
V_th = -54 * mV
V_reset = -65 * mV

lif = """
dv/dt = (V_rest - v + I_e + I_i)/tau_m : volt (unless refractory)
dI_e/dt = -I_e/tau_e : volt
dI_i/dt = -I_i/tau_i : volt
"""

# half of the inputs are driven by a common slow modulation
rate_mod = TimedArray(np.random.uniform(0, 40, size=(50, 1)) * np.ones((1, 2)) * Hz, dt=20 * ms)
common = PoissonGroup(N_in // 2, rates="rate_mod(t, 0)")
independent = PoissonGroup(N_in // 2, rates=20 * Hz)

out = NeuronGroup(N_out, lif, threshold="v > V_th", reset="v = V_reset", refractory=4 * ms, method="exact")
out.v = "V_rest + rand()*(V_th - V_rest)"

w_max = 4 * mV
tau_plus = tau_minus = 20 * ms
A_plus = 0.01
A_minus = -0.0105

stdp = """
w : volt
dr_plus/dt = -r_plus/tau_plus : 1 (event-driven)
dr_minus/dt = -r_minus/tau_minus : 1 (event-driven)
"""
on_pre = """
I_e_post += w
r_plus += 1
w = clip(w + A_minus*r_minus*w_max, 0*volt, w_max)
"""
on_post = """
r_minus += 1
w = clip(w + A_plus*r_plus*w_max, 0*volt, w_max)
"""
S1 = Synapses(common, out, stdp, on_pre=on_pre, on_post=on_post)
S1.connect()
S1.w = "rand()*w_max"
S2 = Synapses(independent, out, stdp, on_pre=on_pre, on_post=on_post)
S2.connect()
S2.w = "rand()*w_max"

# lateral inhibition
inh = Synapses(out, out, on_pre="I_i_post -= 6*mV", delay=2 * ms)
inh.connect(condition="i != j")

m = SpikeMonitor(out)

run(1 * second)

print("output rate: %.1f Hz" % (m.num_spikes / N_out))
print("mean w: common %s, independent %s" % (np.mean(S1.w[:]), np.mean(S2.w[:])))
