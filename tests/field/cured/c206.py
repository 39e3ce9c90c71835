from brian2 import *

prefs.codegen.target = 'numpy'
seed(2024)


def noisy_lif(n_neurons=50, n_inputs=5000, rate_per_input=5*Hz, T=1*second):
    """LIF neurons under background bombardment: each cell receives n_inputs
    afferents of rate_per_input each (pooled into one source per cell)."""
    tau_m, tau_s = 15*ms, 3*ms
    V_rest, V_thr, V_reset = -70*mV, -50*mV, -65*mV
    J = 0.27*mV
    cells = NeuronGroup(n_neurons, '''dV/dt = (V_rest - V + s)/tau_m : volt (unless refractory)
                                      ds/dt = -s/tau_s : volt''',
                        threshold='V > V_thr', reset='V = V_reset',
                        refractory=2*ms, method='exact')
    cells.V = V_rest
    background = PoissonInput(cells, 's', N=n_inputs, rate=rate_per_input, weight=J)

    spk = SpikeMonitor(cells)
    mon = StateMonitor(cells, ['V', 's'], record=range(10))
    run(T)

    late = mon.t > 100*ms
    print('expected mean of s : %.2f mV' % (n_inputs*rate_per_input*J*tau_s/mV))
    print('measured mean of s : %.2f mV' % (mean(mon.s[:, late])/mV))
    print('std of s over time : %.3f mV' % (mean(std(mon.s[:, late]/mV, axis=1))))
    print('std of V over time : %.3f mV' % (mean(std(mon.V[:, late]/mV, axis=1))))
    print('firing rate        : %.2f Hz' % (spk.num_spikes/n_neurons/(T/second)))
    return spk, mon


spk, mon = noisy_lif()
