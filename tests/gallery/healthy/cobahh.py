"""Conductance-based Hodgkin-Huxley network, after Brette et al. 2007."""

from brian2 import *

area = 20000 * umetre**2
Cm = 1 * ufarad * cm**-2 * area
gl = 5e-5 * siemens * cm**-2 * area
g_na = 100 * msiemens * cm**-2 * area
g_kd = 30 * msiemens * cm**-2 * area
El, EK, ENa, VT = -60 * mV, -90 * mV, 50 * mV, -63 * mV
eqs = """
dv/dt = (gl*(El - v) - g_na*m**3*h*(v - ENa) - g_kd*n**4*(v - EK) + ge*(Ee - v) + gi*(Ei - v))/Cm : volt
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
alpha_m = 0.32*4/exprel((13*mV - v + VT)/(4*mV))/ms : Hz
beta_m = 0.28*5/exprel((v - VT - 40*mV)/(5*mV))/ms : Hz
alpha_h = 0.128*exp((17*mV - v + VT)/(18*mV))/ms : Hz
beta_h = 4./(1 + exp((40*mV - v + VT)/(5*mV)))/ms : Hz
alpha_n = 0.032*5/exprel((15*mV - v + VT)/(5*mV))/ms : Hz
beta_n = .5*exp((10*mV - v + VT)/(40*mV))/ms : Hz
dge/dt = -ge/(5*ms) : siemens
dgi/dt = -gi/(10*ms) : siemens
"""

Ee, Ei = 0 * mV, -80 * mV
seed(1)
P = NeuronGroup(200, eqs, threshold="v > -20*mV", refractory=3 * ms, method="exponential_euler")
Ce = Synapses(P[:160], P, on_pre="ge += 6*nS")
Ci = Synapses(P[160:], P, on_pre="gi += 67*nS")
Ce.connect(p=0.05)
Ci.connect(p=0.05)
P.v = "El + (randn()*5 - 5)*mV"
P.ge = "(randn()*1.5 + 4)*10*nS"
P.gi = "(randn()*12 + 20)*10*nS"
run(100 * ms)
