"""A parameter study by store and restore, in an explicit network and a function."""

from brian2 import *


def build():
    G = NeuronGroup(
        20,
        "dv/dt = (-70*mV - v + drive)/(20*ms) : volt\ndrive : volt",
        threshold="v > -50*mV",
        reset="v = -70*mV",
        method="exact",
    )
    G.v = -70 * mV
    return Network(G), G


net, group = build()
net.store()
for level in (10, 25):
    net.restore()
    group.drive = level * mV
    net.run(50 * ms)
