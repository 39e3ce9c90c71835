"""The Hodgkin-Huxley network of Brette et al. as another user wrote it: per area, rates in 1/ms of v in mV, two groups.

Changed: excitatory neurons get 96 excitatory synapses instead of 64, inhibition decays in 7 ms instead of 10 ms, and the
potassium gate is shifted by 4 mV.
"""

from brian2 import *

c_m = 1 * uF / cm**2
area = 20000 * umetre**2
model = """
dv/dt = (0.05*msiemens/cm**2*(-60*mV - v) - (gx*v + gy*(v + 80*mV))/area
         - 100*msiemens/cm**2*act**3*inact*(v - 50*mV) - 30*msiemens/cm**2*kact**4*(v + 90*mV))/c_m : volt
dact/dt = 0.32*(x - 13)/(1 - exp(-(x - 13)/4))/ms*(1 - act) - 0.28*(x - 40)/(exp((x - 40)/5) - 1)/ms*act : 1
dinact/dt = 0.128*exp(-(x - 17)/18)/ms*(1 - inact) - 4/(1 + exp(-(x - 40)/5))/ms*inact : 1
dkact/dt = 0.032*(x - 19)/(1 - exp(-(x - 19)/5))/ms*(1 - kact) - 0.5*exp(-(x - 14)/40)/ms*kact : 1
dgx/dt = -gx/(5*ms) : siemens
dgy/dt = -gy/(7*ms) : siemens
x = v/mV + 63 : 1
"""
E = NeuronGroup(3200, model, threshold="v > -20*mV", refractory=3 * ms, method="exponential_euler")
I = NeuronGroup(800, model, threshold="v > -20*mV", refractory=3 * ms, method="exponential_euler")
for group in (E, I):
    group.v = "-65*mV + 5*mV*randn()"
    group.gx = "40*nS*clip(1 + 0.4*randn(), 0, inf)"
    group.gy = "200*nS*clip(1 + 0.6*randn(), 0, inf)"

EE = Synapses(E, E, on_pre="gx_post += 6*nS")
EE.connect(p=0.03)
IE = Synapses(E, I, on_pre="gx_post += 6*nS")
IE.connect(p=0.02)
EI = Synapses(I, E, on_pre="gy_post += 67*nS")
EI.connect(p=0.02)
II = Synapses(I, I, on_pre="gy_post += 67*nS")
II.connect(p=0.02)

run(100 * ms)
