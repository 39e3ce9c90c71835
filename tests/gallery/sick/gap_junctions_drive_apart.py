"""gap_sign: v_post - v_pre in a gap junction (Wang-Buzsaki)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(11)
np.random.seed(11)
defaultclock.dt = 0.02 * ms

N = 20
Cm = 1 * uF / cm**2
gL = 0.1 * msiemens / cm**2
EL = -65 * mV
gNa = 35 * msiemens / cm**2
ENa = 55 * mV
gK = 9 * msiemens / cm**2
EK = -90 * mV
g_gap = 0.02 * msiemens / cm**2  # per contact

eqs = """
dv/dt = (-gNa*m_inf**3*h*(v-ENa) - gK*n**4*(v-EK) - gL*(v-EL) + I_gap + I_app)/Cm : volt
m_inf = a_m/(a_m+b_m) : 1
a_m = 1.0/exprel(-(v+35*mV)/(10*mV))/ms : Hz
b_m = 4*exp(-(v+60*mV)/(18*mV))/ms : Hz
dh/dt = 5*(a_h*(1-h) - b_h*h) : 1
a_h = 0.07*exp(-(v+58*mV)/(20*mV))/ms : Hz
b_h = 1.0/(exp(-0.1/mV*(v+28*mV))+1)/ms : Hz
dn/dt = 5*(a_n*(1-n) - b_n*n) : 1
a_n = 0.1/exprel(-(v+34*mV)/(10*mV))/ms : Hz
b_n = 0.125*exp(-(v+44*mV)/(80*mV))/ms : Hz
I_gap : amp/meter**2
I_app : amp/meter**2 (constant)
"""
cells = NeuronGroup(N, eqs, threshold="v > -20*mV", refractory="v > -20*mV", method="exponential_euler")
cells.v = "-70*mV + 10*mV*rand()"
cells.h = 0.78
cells.n = 0.09
cells.I_app = "(0.9 + 0.2*rand())*uA/cm**2"

# electrical coupling between nearest neighbours on a ring (each pair both ways)
gap = Synapses(
    cells,
    cells,
    """
    g : siemens/meter**2 (constant)
    I_gap_post = g*(v_post - v_pre) : amp/meter**2 (summed)
""",
)
gap.connect(condition="i != j and (abs(i-j) <= 2 or abs(i-j) >= N-2)")
gap.g = g_gap

spk = SpikeMonitor(cells)
vm = StateMonitor(cells, "v", record=[0, 1, 2])
run(250 * ms)

print("rate per cell:", spk.num_spikes / N / 0.25, "Hz")
print("v range: %.3g .. %.3g mV" % (np.min(vm.v / mV), np.max(vm.v / mV)))
late = vm.v[:, -5000:]
print("corr of cells 0 and 1:", np.corrcoef(late[0], late[1])[0, 1])
