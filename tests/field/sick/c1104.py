# Two-layer E/I column after Potjans & Diesmann, very much downscaled.
# Four populations; all the projections are created from a table.
from brian2 import *
prefs.codegen.target = 'numpy'
import numpy as np

seed(1)

tau_m, tau_s = 10*ms, 1*ms
EL, Vth, Vreset = -65*mV, -50*mV, -65*mV
J = 10*mV       # PSP amplitude about 0.7 mV
g = 5.0

eqs = '''
dv/dt = (EL - v + Is)/tau_m : volt (unless refractory)
dIs/dt = -Is/tau_s : volt
'''


def population(n, name):
    p = NeuronGroup(n, eqs, threshold='v > Vth', reset='v = Vreset',
                    refractory=2*ms, method='exact', name=name)
    p.v = 'EL + rand()*(Vth - EL)'
    return p


L23e, L23i = population(160, 'L23e'), population(40, 'L23i')
L4e, L4i = population(160, 'L4e'), population(40, 'L4i')
pops = [L23e, L23i, L4e, L4i]

# connection probabilities, rows: target, columns: source
#                  23e   23i   4e    4i
P = np.array([[0.10, 0.34, 0.08, 0.15],    # 23e
              [0.14, 0.28, 0.06, 0.11],    # 23i
              [0.01, 0.06, 0.10, 0.27],    # 4e
              [0.07, 0.01, 0.16, 0.32]])   # 4i

projections = {}
for a, tgt in enumerate(pops):
    for b, src in enumerate(pops):
        key = src.name + '_to_' + tgt.name
        inh = src.name.endswith('i')
        projections[key] = Synapses(src, tgt, 'w : volt (constant)',
                                    on_pre='Is_post += w',
                                    delay=(0.8 if inh else 1.5)*ms)
        projections[key].connect(p=P[a, b])
        projections[key].w = -g*J if inh else J

# background: 10 Hz on K_ext afferents per cell
x0 = PoissonInput(L23e, 'Is', N=160, rate=10*Hz, weight=J)
x1 = PoissonInput(L23i, 'Is', N=150, rate=10*Hz, weight=J)
x2 = PoissonInput(L4e, 'Is', N=210, rate=10*Hz, weight=J)
x3 = PoissonInput(L4i, 'Is', N=190, rate=10*Hz, weight=J)

m0, m1 = SpikeMonitor(L23e), SpikeMonitor(L23i)
m2, m3 = SpikeMonitor(L4e), SpikeMonitor(L4i)
T = 250*ms
run(T)

print('synapses:', np.sum([len(s) for s in projections.values()]))
for p, m in zip(pops, [m0, m1, m2, m3]):
    print('%-5s %6.2f Hz' % (p.name, m.num_spikes/len(p)/float(T)))
