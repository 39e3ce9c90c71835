"""LIF cells with a noisy input current (mean mu, standard deviation sigma).

Before starting the big parameter scan I want to be sure that the time step is
small enough, so I run the same cells with three time steps.
"""
from brian2 import *

prefs.codegen.target = 'numpy'

Cm = 200*pF
gL = 10*nS
EL = -70*mV
Vth = -52*mV
Vres = -65*mV
mu = 0.15*nA
sigma = 0.35*nA


def noisy_cells(step):
    start_scope()
    seed(5)
    defaultclock.dt = step
    G = NeuronGroup(60, '''
        dvm/dt = (gL*(EL - vm) + mu + I_noise)/Cm : volt
        I_noise = sigma*randn() : amp (constant over dt)
        ''', threshold='vm > Vth', reset='vm = Vres', method='euler')
    G.vm = EL
    sp = SpikeMonitor(G)
    st = StateMonitor(G, 'vm', record=range(10), dt=1*ms)
    run(600*ms)
    rate = sp.num_spikes/60.0/0.6
    late = st.t > 100*ms
    return rate, std(st.vm[:, late]/mV)


for step in [0.5, 0.1, 0.05]:
    r, s = noisy_cells(step*ms)
    print('dt = %.2f ms:  mean rate %6.2f Hz   std of vm %.3f mV' % (step, r, s))
