"""Two groups that share an input by a linked variable."""

from brian2 import *

seed(1)
source = NeuronGroup(1, "dI/dt = -I/(50*ms) + 8*mV*xi*sqrt(2/(50*ms)) : volt", method="euler")
eqs = """
dv/dt = (-60*mV - v + I_common + 12*mV)/(20*ms) : volt
I_common : volt (linked)
"""
G = NeuronGroup(40, eqs, threshold="v > -50*mV", reset="v = -60*mV", method="euler")
G.v = "-60*mV + 10*mV*rand()"
G.I_common = linked_var(source, "I")
run(200 * ms)
