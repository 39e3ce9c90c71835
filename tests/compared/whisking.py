"""The network of Gutnisky et al. as another user wrote it: one group for the cortex, potentials in mV, per capacitance.

Changed: the slow potassium gate is half open at -25 mV instead of -30 mV, E excites I 1.5 times as much, and the thalamus
fires at 10 spikes/s instead of 14.
"""

from brian2 import *

defaultclock.dt = 0.1 * ms
n_exc, n_inh, n_th = 1600, 150, 200
model = """
dv/dt = (leak*(-65 - V) + 100*minf**3*H*(55 - V) + 40*N4**4*(-90 - V) + slow*Z*(-90 - V) - s_e*V + s_i*(-85 - V))*mV/ms : volt
V = v/mV : 1
minf = om/(om + 4*exp(-(V + 55)/18)) : 1
om = 1/exprel(-(V + 30)/10) : 1
dH/dt = 0.2*(0.7*exp(-(V + 44)/20)*(1 - H) - 10*H/(1 + exp(-(V + 14)/10)))/ms : 1
dN4/dt = 0.2*(1/exprel(-(V + 34)/10)*(1 - N4) - 1.25*exp(-(V + 44)/80)*N4)/ms : 1
dZ/dt = (1/(1 + exp(-0.7*(V + 25))) - Z)/(60*ms) : 1
ds_e/dt = -s_e/(2*ms) : 1
ds_i/dt = -s_i/(3*ms) : 1
leak : 1 (constant)
slow : 1 (constant)
"""
cortex = NeuronGroup(n_exc + n_inh, model, threshold="V > -20", refractory="V > -33", method="exponential_euler")
cortex.leak, cortex.slow = "0.05 + 0.05*int(i >= n_exc)", "0.5*int(i < n_exc)"
cortex.v, cortex.H = "-70*mV + 5*mV*rand()", 0.9
exc, inh = cortex[:n_exc], cortex[n_exc:]
thalamus = PoissonGroup(n_th, "10*Hz*(1 + 0.25*cos(2*pi*t/(100*ms)))")

nets = []
for pre, post, var, gain, k, late in (
    (thalamus, exc, "s_e", 0.15, 50, 1),
    (thalamus, inh, "s_e", 0.2, 75, 1),
    (exc, exc, "s_e", 0.2, 200, 1),
    (exc, inh, "s_e", 0.9, 400, 1),
    (inh, exc, "s_i", 0.7, 25, 0.85),
    (inh, inh, "s_i", 0.55, 25, 0.5),
):
    tau = 2 if var == "s_e" else 3
    syn = Synapses(pre, post, on_pre=f"{var}_post += {gain / sqrt(k) / tau}", delay=late * ms)
    syn.connect(p=k / len(pre))
    nets.append(syn)

Network(thalamus, cortex, nets).run(100 * ms)
