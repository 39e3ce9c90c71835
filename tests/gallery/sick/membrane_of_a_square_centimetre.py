"""weight_scale: membrane for 1 cm2, synapses for a cell (Hodgkin-Huxley)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(63)
np.random.seed(63)
defaultclock.dt = 0.05 * ms

area = 20000 * umetre**2
Cm = 1 * ufarad  # specific capacitance 1 uF/cm2
gl = 0.05 * msiemens
g_na = 100 * msiemens
g_kd = 30 * msiemens
El = -65 * mV
EK = -90 * mV
ENa = 50 * mV
VT = -58 * mV

Ee = 0 * mV
Ei = -80 * mV
taue = 5 * ms
taui = 10 * ms
w_ff = 6 * nS
w_ei = 6 * nS
w_ie = 30 * nS

eqs = """
dv/dt = (gl*(El - v) + ge*(Ee - v) + gi*(Ei - v)
         - g_na*(m*m*m)*h*(v - ENa) - g_kd*(n*n*n*n)*(v - EK))/Cm : volt
dm/dt = 0.32*(mV**-1)*4*mV/exprel((13*mV - v + VT)/(4*mV))/ms*(1 - m)
        - 0.28*(mV**-1)*5*mV/exprel((v - VT - 40*mV)/(5*mV))/ms*m : 1
dn/dt = 0.032*(mV**-1)*5*mV/exprel((15*mV - v + VT)/(5*mV))/ms*(1 - n)
        - 0.5*exp((10*mV - v + VT)/(40*mV))/ms*n : 1
dh/dt = 0.128*exp((17*mV - v + VT)/(18*mV))/ms*(1 - h)
        - 4./(1 + exp((40*mV - v + VT)/(5*mV)))/ms*h : 1
dge/dt = -ge/taue : siemens
dgi/dt = -gi/taui : siemens
"""

exc = NeuronGroup(50, eqs, threshold="v > -20*mV", refractory=3 * ms, method="exponential_euler")
inh = NeuronGroup(20, eqs, threshold="v > -20*mV", refractory=3 * ms, method="exponential_euler")
for pop in (exc, inh):
    pop.v = El
    pop.h = 0.99

afferents = PoissonGroup(200, rates=30 * Hz)
ff = Synapses(afferents, exc, on_pre="ge += w_ff")
ff.connect(p=0.2)
ei = Synapses(exc, inh, on_pre="ge += w_ei", delay=1 * ms)
ei.connect(p=0.3)
ie = Synapses(inh, exc, on_pre="gi += w_ie", delay=1 * ms)
ie.connect(p=0.3)

m_exc = SpikeMonitor(exc)
m_inh = SpikeMonitor(inh)
tr = StateMonitor(exc, ["v", "ge"], record=[0])

run(200 * ms)

print("afferent input conductance (mean):", tr.ge[0].mean())
print("exc: %.1f Hz  inh: %.1f Hz" % (m_exc.num_spikes / 50 / 0.2, m_inh.num_spikes / 20 / 0.2))
print("v range of cell 0:", tr.v[0].min(), tr.v[0].max())
