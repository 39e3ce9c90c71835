"""Layer 4 of barrel cortex while the animal whisks and touches: Gutnisky et al. 2017, PLoS Comput Biol 13: e1005576.

Thalamic neurons T, excitatory neurons E and fast-spiking interneurons I of one barrel; equations as in Methods there,
numbers of the authors' parameter file (ModelDB 228596). `python network.py` draws spikes and rates of a run with touch.
"""

from brian2 import *

from pipeline.library import arrival, delay_in_steps, linoid, poisson_neurons, spiking_neurons

set_device("cpp_standalone", directory=None)
prefs.core.default_float_dtype = float32
defaultclock.dt = 0.2*ms

N_T, N_E, N_I = 200, 1600, 150  # neurons of thalamus, and excitatory and inhibitory ones of layer 4

# membrane
C = 1*uF/cm**2  # membrane capacitance
gL_E, gL_I = 0.05*mS/cm**2, 0.1*mS/cm**2  # leak conductance
gNa, gK = 100*mS/cm**2, 40*mS/cm**2  # conductance of sodium and of the delayed rectifier
gKz_E, gKz_I = 0.5*mS/cm**2, 0*mS/cm**2  # slow potassium conductance
VL, VNa, VK = -65*mV, 55*mV, -90*mV  # reversal potentials
I_ext_E, I_ext_I = 0*uA/cm**2, 0*uA/cm**2  # external current
V_spike, V_rearm = -20*mV, -33*mV  # an upward crossing is a spike; below V_rearm the next one can be
V_init_min, V_init_max = -70*mV, -65*mV  # range of the initial potentials
f_halo = 0.0  # fraction of I neurons with halorhodopsin
I_halo_mean, I_halo_spread = -2*uA/cm**2, 1*uA/cm**2  # its current, and the half width of the spread over neurons
k_halo = 4*mV/(uA/cm**2)  # shift of the GABA reversal by chloride loading
# kinetics of the modified Wang-Buzsaki neuron: rate a, half potential V, slope k of each rate function
phi = 0.2  # speed of h and n
a_alpha_m, V_alpha_m, k_alpha_m = 0.1/ms/mV, -30*mV, 10*mV
a_beta_m, V_beta_m, k_beta_m = 4/ms, -55*mV, 18*mV
a_alpha_h, V_alpha_h, k_alpha_h = 0.7/ms, -44*mV, 20*mV
a_beta_h, V_beta_h, k_beta_h = 10/ms, -14*mV, 10*mV
a_alpha_n, V_alpha_n, k_alpha_n = 0.1/ms/mV, -34*mV, 10*mV
a_beta_n, V_beta_n, k_beta_n = 1.25/ms, -44*mV, 80*mV
V_z, s_z, tau_z = -30*mV, 0.7/mV, 60*ms  # slow potassium gate: half potential, steepness, time constant
# synapses: g_XY is the time integral of the conductance, times sqrt(K_XY); X is postsynaptic, Y presynaptic
tau_AMPA, tau_GABA = 2*ms, 3*ms  # decay times
V_AMPA, V_GABA = 0*mV, -85*mV  # reversal potentials
g_ET, K_ET, delay_ET = 0.15*mS*ms/cm**2, 50.0, 1*ms  # gain, mean in-degree, delay of each projection
g_IT, K_IT, delay_IT = 0.2*mS*ms/cm**2, 75.0, 1*ms
g_EE, K_EE, delay_EE = 0.2*mS*ms/cm**2, 200.0, 1*ms
g_IE, K_IE, delay_IE = 0.6*mS*ms/cm**2, 400.0, 1*ms
g_EI, K_EI, delay_EI = 0.7*mS*ms/cm**2, 25.0, 0.85*ms
g_II, K_II, delay_II = 0.55*mS*ms/cm**2, 25.0, 0.5*ms
spread_T = 0.0  # SD over cortical neurons of log(gain of thalamic synapses); not in the paper, where it is 0
# thalamic input
A_T, B_T, T_w = 14*Hz, 0.25, 100*ms  # mean rate, depth of its modulation by whisking, duration of a whisking cycle
C_T, C_T_spread = 0.0, 0.0  # spikes per touch, and the half width of its relative spread over neurons (direction)
t_c, tau_c = 50*ms, 3*ms  # onset of the contact within the cycle, and its duration
A_rest, t_rest, t_rise = 6*Hz, 0*ms, 0*ms  # an episode: t_rest at A_rest, a linear rise to A_T in t_rise,
t_whisk = 1e9*ms  # and t_whisk of whisking, by default endless

NEURON = """
dv/dt = (-gL*(v - VL) - gNa*m**3*h*(v - VNa) - gK*n**4*(v - VK) - gKz*z*(v - VK) + I_ext + I_halo - I_syn)/C : volt
I_syn = g_AMPA*(v - V_AMPA) + g_GABA*(v - V_GABA - V_load) : amp/meter**2
m = alpha_m/(alpha_m + beta_m) : 1
alpha_m = a_alpha_m*k_alpha_m*linoid((v - V_alpha_m)/k_alpha_m) : Hz
beta_m = a_beta_m*exp(-(v - V_beta_m)/k_beta_m) : Hz
dh/dt = phi*(alpha_h*(1 - h) - beta_h*h) : 1
alpha_h = a_alpha_h*exp(-(v - V_alpha_h)/k_alpha_h) : Hz
beta_h = a_beta_h/(1 + exp(-(v - V_beta_h)/k_beta_h)) : Hz
dn/dt = phi*(alpha_n*(1 - n) - beta_n*n) : 1
alpha_n = a_alpha_n*k_alpha_n*linoid((v - V_alpha_n)/k_alpha_n) : Hz
beta_n = a_beta_n*exp(-(v - V_beta_n)/k_beta_n) : Hz
dz/dt = (z_inf - z)/tau_z : 1
z_inf = 1/(1 + exp(-s_z*(v - V_z))) : 1
dg_AMPA/dt = -g_AMPA/tau_AMPA : siemens/meter**2
dg_GABA/dt = -g_GABA/tau_GABA : siemens/meter**2
gain_T : 1 (constant)
"""
# a fraction f_halo of the I neurons pumps chloride in: an outward current, and a shift of its GABA reversal
HALO = {
    "E": "I_halo = 0*amp/meter**2 : amp/meter**2\nV_load = 0*volt : volt",
    "I": "I_halo : amp/meter**2 (constant)\nV_load = -k_halo*I_halo : volt",
}
TRANSMITTER = {"T": "AMPA", "E": "AMPA", "I": "GABA"}
# a neuron in contact fires at A_T (1 + B_T cos(2 pi t/T_w)) + C_T/tau_c; `expected` is the integral since t = 0
THALAMUS = """
expected = outside + C_T*(1 + C_T_spread*direction)*touches : 1
outside = episodes*whole + A_rest*(resting + rising) + (A_T - A_rest)*rising**2/(2*t_rise + 1e-9*second) + A_T*(whisking + wave) : 1 (shared, constant over dt)
whole = A_rest*t_rest + (A_rest + A_T)*t_rise/2 + A_T*(t_whisk + whole_wave) : 1 (shared)
wave = B_T*T_w/(2*pi)*(sin(2*pi*(onset + whisking)/T_w) - sin(2*pi*onset/T_w)) : second (shared)
whole_wave = B_T*T_w/(2*pi)*(sin(2*pi*episode/T_w) - sin(2*pi*onset/T_w)) : second (shared)
resting = clip(since, 0*second, t_rest) : second (shared)
rising = clip(since - t_rest, 0*second, t_rise) : second (shared)
whisking = clip(since - onset, 0*second, t_whisk) : second (shared)
since = reach - episodes*episode : second (shared)
episodes = floor(reach/episode) : 1 (shared)
onset = t_rest + t_rise : second (shared)
episode = onset + t_whisk : second (shared)
touches = cycle + clip((phase*T_w - t_c)/tau_c, 0, 1) : 1 (shared, constant over dt)
phase = reach/T_w - cycle : 1 (shared)
cycle = floor(reach/T_w) : 1 (shared)
reach = t + dt/2 : second (shared)
direction : 1 (constant)
"""


def thalamus():
    """Return the thalamic neurons, each with the direction of contact that it prefers."""
    neurons = poisson_neurons(N_T, THALAMUS, name="T")
    neurons.direction = "2*rand() - 1"
    return neurons


def cortex(name, size, equations=NEURON):
    """Return the neurons of E or I, at random potentials with gates in their steady state."""
    own = {constant: f"{constant}_{name}" for constant in ("gL", "gKz", "I_ext")}
    neurons = spiking_neurons(
        size, Equations(equations + HALO[name], **own), threshold="v > V_spike", rearm="v < V_rearm",
        foot="v > V_spike - 0.035*volt", name=name,
    )
    neurons.v = "V_init_min + (V_init_max - V_init_min)*rand()"
    neurons.h, neurons.n, neurons.z = "alpha_h/(alpha_h + beta_h)", "alpha_n/(alpha_n + beta_n)", "z_inf"
    neurons.gain_T = "exp(spread_T*randn() - spread_T**2/2)"
    if name == "I":
        neurons.I_halo = "int(i + 0.5 < f_halo*N)*(I_halo_mean + I_halo_spread*(2*rand() - 1))"
    return neurons


def project(pre, post, factor="", more="", model=""):
    """Return the synapses from one population to another: each pair is connected independently.

    Its g_XY, K_XY and delay_XY are those of the file that calls this. A spike adds to the conductance, `factor` times
    what a synapse of network.py adds, and does `more`; `model` are variables of the synapses.
    """
    label, transmitter = post.name + pre.name, TRANSMITTER[pre.name]
    jump = f"g_{label}/(sqrt(K_{label})*tau_{transmitter})" + "*gain_T_post"*(pre.name == "T") + factor
    on_pre = arrival(f"g_{transmitter}", jump, f"delay_{label}") + more
    synapses = Synapses(pre, post, model, on_pre=on_pre, name=label)
    synapses.connect(p=f"K_{label}/N_pre", level=1)
    synapses.delay.set_item(slice(None), delay_in_steps(f"delay_{label}"), level=1)
    return synapses


def draw(monitors, duration):
    """Draw the spikes of each population, with its rate."""
    for k, monitor in enumerate(monitors):
        subplot(len(monitors), 1, k + 1)
        plot(monitor.t/ms, monitor.i, ",")
        title(f"{monitor.source.name}: {monitor.num_spikes/monitor.source.N/duration}")
    xlabel("time (ms)")
    show()


if __name__ == "__main__":
    T, E, I = thalamus(), cortex("E", N_E), cortex("I", N_I)
    projections = [project(pre, post) for post in (E, I) for pre in (T, E, I)]
    spikes = [SpikeMonitor(population) for population in (T, E, I)]
    Network(T, E, I, projections, spikes).run(3.5*second)
    draw(spikes, 3.5*second)
