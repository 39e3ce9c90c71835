"""A thalamocortical cell with T-type and h currents that fires on release from hyperpolarisation alone."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(6)
np.random.seed(6)
defaultclock.dt = 0.05 * ms

area = 2.9e-4 * cm**2
Cm = 1 * uF / cm**2 * area
gL, EL = 0.05 * msiemens / cm**2 * area, -72 * mV
gNa, ENa = 90 * msiemens / cm**2 * area, 50 * mV
gK, EK = 10 * msiemens / cm**2 * area, -95 * mV
gT, ECa = 2.2 * msiemens / cm**2 * area, 120 * mV
gh, Eh = 0.015 * msiemens / cm**2 * area, -43 * mV
VT = -52 * mV

eqs = """
dv/dt = (gL*(EL-v) + gNa*m**3*h*(ENa-v) + gK*n**4*(EK-v) + gT*mT**2*hT*(ECa-v) + gh*r*(Eh-v) + I)/Cm : volt
dm/dt = 0.32*4/exprel((13*mV-v+VT)/(4*mV))/ms*(1-m) - 0.28*5/exprel((v-VT-40*mV)/(5*mV))/ms*m : 1
dh/dt = 0.128*exp((17*mV-v+VT)/(18*mV))/ms*(1-h) - 4/(1+exp((40*mV-v+VT)/(5*mV)))/ms*h : 1
dn/dt = 0.032*5/exprel((15*mV-v+VT)/(5*mV))/ms*(1-n) - 0.5*exp((10*mV-v+VT)/(40*mV))/ms*n : 1
mT = 1/(1+exp(-(v+59*mV)/(6.2*mV))) : 1
hT_inf = 1/(1+exp((v+83*mV)/(4*mV))) : 1
tau_hT = 10*ms + 20*ms/(1+exp((v+70*mV)/(5*mV))) : second
dhT/dt = (hT_inf - hT)/tau_hT : 1
r_inf = 1/(1+exp((v+75*mV)/(5.5*mV))) : 1
dr/dt = (r_inf - r)/(100*ms) : 1
I = -amp_step*int(t > 100*ms)*int(t < 250*ms) : amp
amp_step : amp (constant)
"""
TC = NeuronGroup(3, eqs, threshold="v > -10*mV", refractory="v > -10*mV", method="exponential_euler")
TC.v = -68 * mV
TC.h = 1
TC.n = 0.01
TC.hT = "hT_inf"
TC.r = "r_inf"
TC.amp_step = [0, 0.2, 0.4] * nA  # cell 0 is the control

sp = SpikeMonitor(TC)
vm = StateMonitor(TC, "v", record=True, dt=0.1 * ms)
run(400 * ms)
print("spikes:", sp.count[:], "at", np.round(sp.t / ms, 1))
print("v before the step", np.round(vm.v[:, 990] / mV, 1), "in the step", np.round(vm.v[:, 2450] / mV, 1))
