"""late_delay: axons a thousand times too slow (integrate-and-fire)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(20)
np.random.seed(20)

rows, cols = 20, 20
N = rows * cols
spacing = 100 * umetre
velocity = 0.3 * mmetre / second
radius = 350 * umetre

tau_m = 10 * ms
tau_e = 3 * ms
E_L = -65 * mV
E_e = 0 * mV
V_t = -50 * mV
V_r = -70 * mV
w_lat = 0.25
w_stim = 2.0

eqs = """
dv/dt = (E_L - v + g*(E_e - v))/tau_m : volt (unless refractory)
dg/dt = -g/tau_e : 1
x : meter (constant)
y : meter (constant)
"""

sheet = NeuronGroup(N, eqs, threshold="v > V_t", reset="v = V_r", refractory=40 * ms, method="exponential_euler")
sheet.v = "E_L + 2*mV*randn()"
sheet.x = "(i // cols)*spacing"
sheet.y = "(i % cols)*spacing"

lateral = Synapses(sheet, sheet, on_pre="g_post += w_lat")
lateral.connect(condition="i != j and sqrt((x_pre - x_post)**2 + (y_pre - y_post)**2) < radius")
lateral.delay = "sqrt((x_pre - x_post)**2 + (y_pre - y_post)**2)/velocity"

# stimulus: 3x3 patch in the middle at t = 20 ms
centre = [r * cols + c for r in (9, 10, 11) for c in (9, 10, 11)]
stim = SpikeGeneratorGroup(len(centre), np.arange(len(centre)), 20 * np.ones(len(centre)) * ms)
S_stim = Synapses(stim, sheet, on_pre="g_post += w_stim")
S_stim.connect(i=np.arange(len(centre)), j=centre)

spk = SpikeMonitor(sheet)

run(250 * ms)

reached = len(np.unique(spk.i))
print("neurons reached by the wave: %d of %d" % (reached, N))
if spk.num_spikes:
    print("first spike %s, last spike %s" % (spk.t[0], spk.t[-1]))
