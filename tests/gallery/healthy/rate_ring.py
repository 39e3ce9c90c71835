"""A ring of rate units without spikes, weights divided by the number of units."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(4)
np.random.seed(4)
defaultclock.dt = 0.5 * ms

NE, NI = 60, 20
tau_E, tau_I = 20 * ms, 10 * ms
J_EE, J_EI, J_IE, J_II = 1.6, 1.2, 1.5, 0.4

eqs = """
dr/dt = (-r + tanh(clip(inp, 0, inf)))/tau : 1
inp = ext + pulse - h_inh + h_exc : 1
pulse = 0.6*int(t > 150*ms)*int(t < 200*ms)*is_e : 1
h_exc : 1
h_inh : 1
ext : 1 (constant)
is_e : 1 (constant)
tau : second (constant)
"""
E = NeuronGroup(NE, eqs, method="rk4", name="exc_rates")
I = NeuronGroup(NI, eqs, method="rk4", name="inh_rates")
E.tau = tau_E
I.tau = tau_I
E.is_e = 1
E.ext = "0.3 + 0.02*rand()"
I.ext = 0.1


def couple(src, dst, target, J, n):
    S = Synapses(
        src,
        dst,
        """w : 1 (constant)
                 %s_post = w*r_pre : 1 (summed)"""
        % target,
    )
    S.connect()
    S.w = J / n
    return S


see = couple(E, E, "h_exc", J_EE, NE)
sie = couple(E, I, "h_exc", J_IE, NE)
sei = couple(I, E, "h_inh", J_EI, NI)
sii = couple(I, I, "h_inh", J_II, NI)

mE = StateMonitor(E, "r", record=True)
mI = StateMonitor(I, "r", record=True)
run(400 * ms)
for a in (100, 190, 395):
    k = int(a / 0.5)
    print("t = %d ms: rE = %.3f, rI = %.3f" % (a, mE.r[:, k].mean(), mI.r[:, k].mean()))
