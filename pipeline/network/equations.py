"""The equations of the network as they stand in the paper, units included.

Source: Gutnisky et al. 2017 (e1005576), Methods, with the numbers of ModelDB 228596: the neuron of Wang & Buzsaki
(1996) with its gates shifted and slowed, a slow potassium current in E, and conductance synapses.
Everything per membrane area. Parameters are `(shared, constant)`, so that the compiled program takes them at run time.
"""

METHOD = "staggered_midpoint"
"""How they are integrated: by integrator.py, which registers itself with Brian2 under this name."""

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
"""
"""E and I alike, but for I_halo and V_load.

linoid(x) = x/(1 - exp(-x)) is 1 at x = 0, where alpha_m and alpha_n would be 0/0.
"""

NEURON_PARAMETERS = """
C : farad/meter**2 (shared, constant)
gL : siemens/meter**2 (shared, constant)
gNa : siemens/meter**2 (shared, constant)
gK : siemens/meter**2 (shared, constant)
gKz : siemens/meter**2 (shared, constant)
VL : volt (shared, constant)
VNa : volt (shared, constant)
VK : volt (shared, constant)
I_ext : amp/meter**2 (shared, constant)
V_spike : volt (shared, constant)
V_rearm : volt (shared, constant)
V_init_min : volt (shared, constant)
V_init_max : volt (shared, constant)
phi : 1 (shared, constant)
a_alpha_m : Hz/volt (shared, constant)
V_alpha_m : volt (shared, constant)
k_alpha_m : volt (shared, constant)
a_beta_m : Hz (shared, constant)
V_beta_m : volt (shared, constant)
k_beta_m : volt (shared, constant)
a_alpha_h : Hz (shared, constant)
V_alpha_h : volt (shared, constant)
k_alpha_h : volt (shared, constant)
a_beta_h : Hz (shared, constant)
V_beta_h : volt (shared, constant)
k_beta_h : volt (shared, constant)
a_alpha_n : Hz/volt (shared, constant)
V_alpha_n : volt (shared, constant)
k_alpha_n : volt (shared, constant)
a_beta_n : Hz (shared, constant)
V_beta_n : volt (shared, constant)
k_beta_n : volt (shared, constant)
V_z : volt (shared, constant)
s_z : 1/volt (shared, constant)
tau_z : second (shared, constant)
tau_AMPA : second (shared, constant)
tau_GABA : second (shared, constant)
V_AMPA : volt (shared, constant)
V_GABA : volt (shared, constant)
"""

HALORHODOPSIN = {
    "E": """
I_halo = 0*amp/meter**2 : amp/meter**2
V_load = 0*volt : volt
""",
    "I": """
I_halo : amp/meter**2 (constant)
V_load = -k_halo*I_halo : volt
f_halo : 1 (shared, constant)
I_halo_mean : amp/meter**2 (shared, constant)
I_halo_spread : amp/meter**2 (shared, constant)
k_halo : volt*meter**2/amp (shared, constant)
""",
}
"""A fraction f_halo of the I neurons pumps chloride in: an outward current, and a shift of its GABA reversal."""

I_HALO = "int(i + 0.5 < f_halo*N)*(I_halo_mean + I_halo_spread*(2*rand() - 1))"
"""Drawn once for each neuron; those with it are the first f_halo*N, so that more of them are the same and others."""

DETECTOR = """
gate_step : second
near : integer
blind : integer
spiking : integer
"""
"""gate_step: see substeps.py. near: 1 while v is less than 30 mV below V_spike, after each whole step.

blind: 1 from a spike until v falls below V_rearm, else 0. spiking: 1 in the step of a spike.
"""

NEAR = "near = int(v > V_spike - 0.03*volt)"
"""A spike from its foot on: 30 mV below V_spike is where the upstroke begins.

As an integer of two bytes among floats of four, it makes the compiler take twice as many neurons at once, whose
arithmetic fills the time in which one alone would wait for its results: a tenth less time a step.
"""

DETECT = """
blind = blind*int(v > V_rearm)
spiking = int(v > V_spike)*(1 - blind)
blind = blind + spiking
"""
"""What the detector does in the middle of a step, so that a crossing of V_spike goes to the nearest step."""

SPIKE = "spiking == 1"
AFTER_SPIKE = "spiking = 0"

STEADY_GATES = {
    "h": "alpha_h/(alpha_h + beta_h)",
    "n": "alpha_n/(alpha_n + beta_n)",
    "z": "z_inf",
}
"""Initial values of the gates, at the initial v."""


def projection_parameters(post: str, sources: str) -> str:
    """Parameters that the postsynaptic population `post` holds for its projections from each of `sources`.

    g_XY is in siemens*second/meter**2: the time integral of the conductance, times sqrt(K_XY).
    """
    return "\n".join(
        f"g_{post}{pre} : siemens*second/meter**2 (shared, constant)\n"
        f"K_{post}{pre} : 1 (shared, constant)\n"
        f"delay_{post}{pre} : second (shared, constant)\n"
        f"jump_{post}{pre} = g_{post}{pre}/(sqrt(K_{post}{pre})*tau_{TRANSMITTER[pre]}) : siemens/meter**2 (shared)"
        for pre in sources
    )


def neuron(name: str) -> str:
    """Return the equations of the population `name`, E or I, with all parameters."""
    return NEURON + HALORHODOPSIN[name] + NEURON_PARAMETERS + projection_parameters(name, SOURCES[name])


TRANSMITTER = {"T": "AMPA", "E": "AMPA", "I": "GABA"}
"""Transmitter by presynaptic population."""

SOURCES = {"E": "TEI", "I": "TEI"}
"""Presynaptic populations of each cortical population: six projections in all."""

POTENTIALS = tuple(SOURCES)
"""Populations with a membrane potential."""

STATES = ("g_AMPA", "g_GABA", "h", "n", "z", "v")
"""Integrated variables, causes before effects: the order in which a divergence is looked for."""
