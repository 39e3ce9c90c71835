"""Noisy integrate-and-fire cells. Before the parameter scan: check that the
results do not depend on the time step."""
from brian2 import *

prefs.codegen.target = 'numpy'

params = dict(C=200*pF, gl=10*nS, El=-70*mV, Vth=-50*mV, Vr=-60*mV,
              mu=140*pA, sigma=350*pA)

eqs = '''
dv/dt = (gl*(El - v) + I_noise)/C : volt (unless refractory)
I_noise = mu + sigma*randn()*sqrt(1*ms/dt) : amp (constant over dt)
'''


def simulate(step, spiking=True, n=100, duration=500*ms):
    seed(4711)
    G = NeuronGroup(n, eqs, threshold='v > Vth' if spiking else 'False', reset='v = Vr',
                    refractory=2*ms, method='euler', dt=step, namespace=params)
    G.v = params['El']
    sm = SpikeMonitor(G)
    vm = StateMonitor(G, 'v', record=range(50), dt=1*ms)
    net = Network(G, sm, vm)
    net.run(duration)
    late = vm.v[:, 200:]
    return float(sm.num_spikes/(n*duration)/Hz), float(np.std(late)/mV), float(np.mean(late)/mV)


for s in [0.5, 0.1, 0.02]:
    rate, _, _ = simulate(s*ms)
    _, sd, mean = simulate(s*ms, spiking=False)
    print('dt = %5.2f ms   rate = %6.2f Hz   subthreshold v: mean %.2f mV, sd %.2f mV' % (s, rate, mean, sd))
