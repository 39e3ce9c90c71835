"""bad_operation: a rate is 0/0 at the start of one neuron (Hodgkin-Huxley)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(55)
np.random.seed(55)
defaultclock.dt = 0.01 * ms

N_cells = 50
Cm = 1 * uF / cm**2
g_Na = 120 * msiemens / cm**2
g_K = 36 * msiemens / cm**2
g_L = 0.3 * msiemens / cm**2
E_Na = 50 * mV
E_K = -77 * mV
E_L = -54.4 * mV
g_gap = 0.02 * msiemens / cm**2

hh = """
dv/dt = (g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + g_L*(E_L - v)
         + I_gap + I_stim)/Cm : volt
dm/dt = a_m*(1 - m) - b_m*m : 1
dh/dt = a_h*(1 - h) - b_h*h : 1
dn/dt = a_n*(1 - n) - b_n*n : 1
a_m = 0.1*(v + 40*mV)/mV/(1 - exp(-(v + 40*mV)/(10*mV)))/ms : Hz
b_m = 4*exp(-(v + 65*mV)/(18*mV))/ms : Hz
a_h = 0.07*exp(-(v + 65*mV)/(20*mV))/ms : Hz
b_h = 1/(1 + exp(-(v + 35*mV)/(10*mV)))/ms : Hz
a_n = 0.01*(v + 55*mV)/mV/(1 - exp(-(v + 55*mV)/(10*mV)))/ms : Hz
b_n = 0.125*exp(-(v + 65*mV)/(80*mV))/ms : Hz
I_gap : amp/meter**2
I_stim : amp/meter**2
"""

cells = NeuronGroup(N_cells, hh, threshold="v > 0*mV", refractory="v > -20*mV", method="exponential_euler")
cells.v = "(-75 + 5*(i % 5))*mV"
cells.m = 0.05
cells.h = 0.6
cells.n = 0.32
cells.I_stim = "(10 + rand())*uA/cm**2"

# ring of electrical synapses, two neighbours on each side
gap = Synapses(cells, cells, "I_gap_post = g_gap*(v_pre - v_post) : amp/meter**2 (summed)")
gap.connect(condition="i != j and (abs(i - j) <= 2 or abs(i - j) >= N_cells - 2)")

spk = SpikeMonitor(cells)
mon = StateMonitor(cells, "v", record=[0, 1, 2])

run(200 * ms)

print("spikes per cell:", spk.num_spikes / N_cells)
print("final potentials:", mon.v[:, -1])
