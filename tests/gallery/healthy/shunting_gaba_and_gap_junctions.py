"""Wang-Buzsaki interneurons with gap junctions and GABA whose reversal lies above rest."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(2006)
np.random.seed(2006)
defaultclock.dt = 0.05 * ms

Cm = 1 * uF / cm**2
gL, EL = 0.1 * msiemens / cm**2, -65 * mV
gNa, ENa = 35 * msiemens / cm**2, 55 * mV
gK, EK = 9 * msiemens / cm**2, -90 * mV
E_shunt = -55 * mV  # shunting inhibition
tau_gaba = 5 * ms
w_gaba = 0.015 * msiemens / cm**2
g_gap = 0.01 * msiemens / cm**2

eqs = """
dv/dt = (-gNa*m**3*h*(v - ENa) - gK*n**4*(v - EK) - gL*(v - EL)
         - g*(v - E_shunt) + I_gap + I_app)/Cm : volt
m = am/(am + bm) : 1
am = 1.0/exprel(-(v + 35*mV)/(10*mV))/ms : Hz
bm = 4*exp(-(v + 60*mV)/(18*mV))/ms : Hz
dh/dt = 5*(0.07*exp(-(v + 58*mV)/(20*mV))/ms*(1 - h)
           - 1/(exp(-(v + 28*mV)/(10*mV)) + 1)/ms*h) : 1
dn/dt = 5*(0.1/exprel(-(v + 34*mV)/(10*mV))/ms*(1 - n)
           - 0.125*exp(-(v + 44*mV)/(80*mV))/ms*n) : 1
dg/dt = -g/tau_gaba : siemens/meter**2
I_gap : amp/meter**2
I_app : amp/meter**2 (constant)
"""

N_fs = 1200
fs = NeuronGroup(N_fs, eqs, threshold="v > -20*mV", refractory="v > -20*mV", method="exponential_euler")
fs.v = "-70*mV + 10*mV*rand()"
fs.h = 0.8
fs.n = 0.1
fs.I_app = "(2.0 + 0.1*randn())*uA/cm**2"

gaba = Synapses(fs, fs, on_pre="g_post += w_gaba")
gaba.connect(condition="i != j", p=0.015)
gaba.delay = "0.5*ms + 0.5*ms*rand()"

# symmetric electrical coupling between neighbours
elec = Synapses(fs, fs, "I_gap_post = g_gap*(v_pre - v_post) : amp/meter**2 (summed)")
elec.connect(condition="i != j and abs(i - j) <= 3")

spikes = SpikeMonitor(fs)
state = StateMonitor(fs, ["v", "g", "I_gap"], record=[0, 30])

run(200 * ms)

print("mean rate %.1f Hz" % (spikes.num_spikes / N_fs / 0.2))
