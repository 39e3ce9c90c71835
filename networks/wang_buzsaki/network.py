"""Gamma rhythm of interneurons that inhibit one another.

Wang & Buzsaki (1996), J Neurosci 16: 6402. All conductances, currents and the capacitance are per area.
"""

import matplotlib.pyplot as plt
from brian2 import *

N = 200  # interneurons (Wang & Buzsaki 1996: 100 to 1000)
M_syn = 60  # mean number of inputs a neuron (Wang & Buzsaki 1996)
I_mean = 1*uA/cm**2  # drive, mean over neurons (Wang & Buzsaki 1996)
I_sd = 0.03*uA/cm**2  # drive, standard deviation over neurons (Wang & Buzsaki 1996)
g_syn = 0.1*mS/cm**2  # inhibition by M_syn inputs that are all open (Wang & Buzsaki 1996)
tau_syn = 10*ms  # decay of inhibition, 1/beta (Wang & Buzsaki 1996)
alpha = 12*kHz  # rise of inhibition while the presynaptic neuron spikes (Wang & Buzsaki 1996)
theta_syn = 0*mV  # presynaptic potential of half release (Wang & Buzsaki 1996)
E_syn = -75*mV  # reversal of inhibition (Wang & Buzsaki 1996)
C_m = 1*uF/cm**2  # capacitance (Wang & Buzsaki 1996)
g_L = 0.1*mS/cm**2  # leak (Wang & Buzsaki 1996)
g_Na = 35*mS/cm**2  # peak sodium conductance (Wang & Buzsaki 1996)
g_K = 9*mS/cm**2  # peak potassium conductance (Wang & Buzsaki 1996)
E_L = -65*mV  # reversal of the leak (Wang & Buzsaki 1996)
E_Na = 55*mV  # reversal of sodium (Wang & Buzsaki 1996)
E_K = -90*mV  # reversal of potassium (Wang & Buzsaki 1996)
phi = 5  # speed of the gates h and n (Wang & Buzsaki 1996)
V_spike = 0*mV  # a spike is an upward crossing of this potential
time_step = 0.05*ms  # time step (Wang & Buzsaki 1996)
duration = 1*second  # simulated time

neuron_model = """
dv/dt = (drive - g_L*(v - E_L) - g_Na*m**3*h*(v - E_Na) - g_K*n**4*(v - E_K) - g_syn*s_in/M_syn*(v - E_syn))/C_m : volt
m = alpha_m/(alpha_m + beta_m) : 1
alpha_m = 1/exprel(-(v + 35*mV)/(10*mV))/ms : Hz
beta_m = 4*exp(-(v + 60*mV)/(18*mV))/ms : Hz
dh/dt = phi*(alpha_h*(1 - h) - beta_h*h) : 1
alpha_h = 0.07*exp(-(v + 58*mV)/(20*mV))/ms : Hz
beta_h = 1/(1 + exp(-(v + 28*mV)/(10*mV)))/ms : Hz
dn/dt = phi*(alpha_n*(1 - n) - beta_n*n) : 1
alpha_n = 0.1/exprel(-(v + 34*mV)/(10*mV))/ms : Hz
beta_n = 0.125*exp(-(v + 44*mV)/(80*mV))/ms : Hz
ds/dt = alpha/(1 + exp(-(v - theta_syn)/(2*mV)))*(1 - s) - s/tau_syn : 1
s_in : 1
drive : amp/meter**2
"""

defaultclock.dt = time_step
interneurons = NeuronGroup(N, neuron_model, threshold="v > V_spike", refractory="v > V_spike", method="rk4")
interneurons.drive = "I_mean + I_sd*randn()"
interneurons.v = "-70*mV + 20*mV*rand()"
interneurons.h = "alpha_h/(alpha_h + beta_h)"
interneurons.n = "alpha_n/(alpha_n + beta_n)"

inhibition = Synapses(interneurons, interneurons, "s_in_post = s_pre : 1 (summed)")
inhibition.connect(p="M_syn/N_pre")

spikes = SpikeMonitor(interneurons)
rate = PopulationRateMonitor(interneurons)

run(duration)

figure, (top, bottom) = plt.subplots(2, sharex=True)
top.plot(spikes.t/ms, spikes.i, ".k", ms=2)
top.set_ylabel("neuron")
bottom.plot(rate.t/ms, rate.smooth_rate(window="gaussian", width=1*ms)/Hz)
bottom.set(xlabel="time (ms)", ylabel="rate (spikes/s)")
plt.show()
