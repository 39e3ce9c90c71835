"""events_without_ap: a threshold that subthreshold input reaches (Hodgkin-Huxley)."""

from brian2 import *

area = 20000 * umetre**2
Cm = 1 * ufarad * cm**-2 * area
gl = 5e-5 * siemens * cm**-2 * area
g_na = 100 * msiemens * cm**-2 * area
g_kd = 30 * msiemens * cm**-2 * area
El, EK, ENa, VT = -65 * mV, -90 * mV, 50 * mV, -63 * mV
eqs = """
dv/dt = (gl*(El - v) - g_na*m**3*h*(v - ENa) - g_kd*n**4*(v - EK) + I_0*sin(2*pi*20*Hz*t))/Cm : volt
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
alpha_m = 0.32*4/exprel((13*mV - v + VT)/(4*mV))/ms : Hz
beta_m = 0.28*5/exprel((v - VT - 40*mV)/(5*mV))/ms : Hz
alpha_h = 0.128*exp((17*mV - v + VT)/(18*mV))/ms : Hz
beta_h = 4./(1 + exp((40*mV - v + VT)/(5*mV)))/ms : Hz
alpha_n = 0.032*5/exprel((15*mV - v + VT)/(5*mV))/ms : Hz
beta_n = .5*exp((10*mV - v + VT)/(40*mV))/ms : Hz
I_0 : amp (constant)
"""

cells = NeuronGroup(10, eqs, threshold="v > -62*mV", refractory="v > -62*mV", method="exponential_euler")
cells.v = El
cells.h = 1
cells.I_0 = 0.06 * nA
run(400 * ms)
