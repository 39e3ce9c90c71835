"""Layer 4 as a user of Brian2 would write it, for comparisons: with absolute units, names of their own, no knobs.

`make(...)` gives right equations, a fifth of the neurons, and in-degrees that these allow; `faults` change one thing.
"""

from brian2 import (
    Network,
    NeuronGroup,
    PoissonGroup,
    Synapses,
    ms,
    msiemens,
    mV,
    sqrt,
)

EQUATIONS = """
dv/dt = (-g_leak*(v - E_leak) - 100*msiemens*m**3*h*(v - 55*mV) - 40*msiemens*n**4*(v + 90*mV)
         - g_slow*z*(v + 90*mV) - ge*v - gi*(v + 85*mV))/(1*uF) : volt
m = am/(am + 4*exp(-(v + 55*mV)/(18*mV))/ms) : 1
am = 1/ms/exprel(-(v + M_half)/(10*mV)) : Hz
dh/dt = 0.2*(0.7*exp(-(v + 44*mV)/(20*mV))*(1 - h) - 10/(1 + exp(-(v + 14*mV)/(10*mV)))*h)/ms : 1
dn/dt = 0.2*(1/exprel(-(v + 34*mV)/(10*mV))*(1 - n) - 1.25*exp(-(v + 44*mV)/(80*mV))*n)/ms : 1
dz/dt = (1/(1 + exp(-0.7*(v/mV + 30))) - z)/(60*ms) : 1
dge/dt = -ge/(2*ms) : siemens
dgi/dt = -gi/(3*ms) : siemens
g_leak : siemens (shared, constant)
g_slow : siemens (shared, constant)
E_leak : volt (shared, constant)
M_half : volt (shared, constant)
"""
GAINS = {"ET": 0.15, "IT": 0.2, "EE": 0.2, "IE": 0.6, "EI": 0.7, "II": 0.55}
DEGREES = {"ET": 50, "IT": 75, "EE": 200, "IE": 400, "EI": 25, "II": 25}
DELAYS = {"ET": 1.0, "IT": 1.0, "EE": 1.0, "IE": 1.0, "EI": 0.85, "II": 0.5}


def make(leak_i=0.1, half_m=30, degree_it=75, delay_ei=0.85, charge=1.0):
    """Return the network and the names that a script would have for its groups."""
    groups = {}
    for name, size, leak, slow in (("E", 640, 0.05, 0.5), ("I", 60, leak_i, 0.0)):
        group = NeuronGroup(
            size, EQUATIONS, threshold="v > -20*mV", refractory="v > -33*mV", method="rk4", dt=0.05 * ms
        )
        group.g_leak, group.g_slow = leak * msiemens, slow * msiemens
        group.E_leak, group.M_half = -65 * mV, half_m * mV
        group.v, group.h = "-70*mV + 5*mV*i/(N - 1)", 1
        groups[name] = group
    groups["T"] = PoissonGroup(100, "14*Hz*(1 + 0.25*cos(2*pi*10*Hz*t))", dt=0.05 * ms)
    made = []
    for label, gain in GAINS.items():
        post, pre = groups[label[0]], groups[label[1]]
        variable, tau = ("gi", 3) if label[1] == "I" else ("ge", 2)
        degree = degree_it if label == "IT" else DEGREES[label]
        synapses = Synapses(pre, post, "w : siemens", on_pre=f"{variable}_post += w")
        synapses.connect(p=degree / len(pre))
        synapses.w = charge * gain / sqrt(DEGREES[label]) / tau * msiemens
        synapses.delay = (delay_ei if label == "EI" else DELAYS[label]) * ms
        made.append(synapses)
    return Network(*groups.values(), *made), groups
