"""left_out: synapses are kept in a list, where run() does not see them (integrate-and-fire)."""

from brian2 import *

seed(99)
np.random.seed(99)
prefs.codegen.target = "numpy"

tau_m = 15 * ms
tau_syn_e = 3 * ms
tau_syn_i = 6 * ms
V_L = -70 * mV
V_th = -52 * mV
V_re = -65 * mV

lif = """
dv/dt = (V_L - v + u_e - u_i)/tau_m : volt (unless refractory)
du_e/dt = -u_e/tau_syn_e : volt
du_i/dt = -u_i/tau_syn_i : volt
"""


def population(size, t_ref, name):
    grp = NeuronGroup(size, lif, threshold="v > V_th", reset="v = V_re", refractory=t_ref, method="exact", name=name)
    grp.v = "V_L + rand()*(V_th - V_L)"
    return grp


def project(source, target, kind, weight, p):
    syn = Synapses(source, target, "w : volt", on_pre="u_%s_post += w" % kind, delay=1.2 * ms)
    syn.connect(p=p)
    syn.w = weight
    return syn


exc = population(400, 2 * ms, "L4E")
inh = population(100, 1 * ms, "L4I")

projections = [
    project(exc, exc, "e", 0.5 * mV, 0.1),
    project(exc, inh, "e", 1.0 * mV, 0.2),
    project(inh, exc, "i", 3.0 * mV, 0.3),
    project(inh, inh, "i", 2.0 * mV, 0.3),
]
print("synapses:", sum([len(p) for p in projections]))

# background: 200 afferents per cell
bg_e = PoissonInput(exc, "u_e", N=200, rate=25 * Hz, weight=1.5 * mV)
bg_i = PoissonInput(inh, "u_e", N=200, rate=20 * Hz, weight=1.5 * mV)

spk_e = SpikeMonitor(exc)
spk_i = SpikeMonitor(inh)

run(500 * ms)

print("E: %.1f Hz   I: %.1f Hz" % (spk_e.num_spikes / 400 / 0.5, spk_i.num_spikes / 100 / 0.5))
