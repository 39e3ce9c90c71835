"""Short-term depression and facilitation, event-driven."""

from brian2 import *

seed(1)
inputs = PoissonGroup(20, rates=30 * Hz)
G = NeuronGroup(10, "dv/dt = -v/(20*ms) : volt", threshold="v > 10*mV", reset="v = 0*mV", method="exact")
S = Synapses(
    inputs,
    G,
    """dx/dt = (1 - x)/(200*ms) : 1 (event-driven)
    du/dt = (0.2 - u)/(500*ms) : 1 (event-driven)""",
    on_pre="""u += 0.2*(1 - u)
    r = u*x
    x -= r
    v_post += 4*mV*r""",
)
S.connect()
S.x = 1
S.u = 0.2
run(200 * ms)
