"""The thalamocortical loop as another user wrote it: one table of projections, per capacitance, other names.

Changed: relay cells adapt by potential with 60 nS instead of 80 nS, the cortical feedback to reticular cells takes 7 ms
instead of 4 ms, and the inhibition of relay cells is 15 nS instead of 10 nS.
"""

from brian2 import *

cap = 200 * pF
adex = """
dy/dt = (10*nS*(-60*mV - y) + 10*nS*2.5*mV*exp((y + 50*mV)/(2.5*mV)) + ampa*(0*mV - y) + gaba*(-80*mV - y) + inj - u)/cap : volt (unless refractory)
du/dt = (slope*(y + 60*mV) - u)/slow : amp
dampa/dt = -ampa/(5*ms) : siemens
dgaba/dt = -gaba/closing : siemens
slope : siemens (shared, constant)
slow : second (shared, constant)
closing : second (shared, constant)
inj : amp (shared, constant)
jump : amp (shared, constant)
"""


def cells(n, slope, slow, closing, inj, jump):
    group = NeuronGroup(
        n, adex, threshold="y > -30*mV", reset="y = -60*mV; u += jump", refractory=2.5 * ms, method="euler"
    )
    group.slope, group.slow, group.closing, group.inj, group.jump = slope, slow, closing, inj, jump
    group.y = "-60*mV + 5*mV*randn()"
    return group


relay = cells(200, 60 * nS, 100 * ms, 40 * ms, 300 * pA, 0 * pA)
reticular = cells(100, 30 * nS, 100 * ms, 40 * ms, -300 * pA, 80 * pA)
pyramids = cells(600, 1 * nS, 600 * ms, 10 * ms, 0 * pA, 20 * pA)
baskets = cells(150, 1 * nS, 600 * ms, 10 * ms, 0 * pA, 0 * pA)

drives = [
    PoissonInput(relay, "ampa", 1, 20 * Hz, 12 * nS),
    PoissonInput(pyramids, "ampa", 1, 250 * Hz, 4 * nS),
    PoissonInput(baskets, "ampa", 1, 250 * Hz, 4 * nS),
]
table = [
    (relay, reticular, "ampa", 3, 0.2, 0),
    (reticular, relay, "gaba", 15, 0.2, 0),
    (reticular, reticular, "gaba", 0.5, 0.2, 0),
    (relay, pyramids, "ampa", 12, 0.05, 4),
    (relay, baskets, "ampa", 12, 0.05, 4),
    (pyramids, relay, "ampa", 1, 0.05, 4),
    (pyramids, reticular, "ampa", 3, 0.05, 7),
    (pyramids, pyramids, "ampa", 1, 0.05, 0),
    (pyramids, baskets, "ampa", 3, 0.05, 0),
    (baskets, pyramids, "gaba", 20, 0.05, 0),
    (baskets, baskets, "gaba", 20, 0.05, 0),
]
links = []
for pre, post, kind, nano, p, late in table:
    link = Synapses(pre, post, "w : siemens", on_pre=f"{kind}_post += w", delay=late * ms)
    link.connect(p=p)
    link.w = nano * nS
    links.append(link)

Network(relay, reticular, pyramids, baskets, drives, links).run(200 * ms)
