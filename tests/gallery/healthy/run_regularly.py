"""An operation that acts every few ms, and a network operation."""

from brian2 import *

seed(1)
G = NeuronGroup(
    20,
    """dv/dt = (-65*mV - v + kick)/(20*ms) : volt
    kick : volt""",
    threshold="v > -50*mV",
    reset="v = -65*mV",
    method="euler",
)
G.v = -65 * mV
G.run_regularly("kick = 40*mV*rand()", dt=5 * ms)


@network_operation(dt=10 * ms)
def count():
    pass


run(100 * ms)
