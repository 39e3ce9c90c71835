from brian2 import *

prefs.codegen.target = 'numpy'


def epsp_chain(w_list, n=10):
    """Apply each weight of the list to its own synapse and return the final potential
    of the target cells, together with the number of source spikes."""
    tau = 10*ms
    drive = 18
    final, counts = [], []
    for del_w in w_list:
        start_scope()
        P = NeuronGroup(n, 'dV/dt = (1 - V + drive)/tau : 1', method='exact',
                        threshold='V > -55', reset='V = -70', refractory=2*ms)
        Q = NeuronGroup(n, 'dV/dt = (-70 - V)/tau : 1', method='exact')
        P.V = -70
        Q.V = -70
        S = Synapses(P, Q, on_pre='V_post += del_w', delay=2*ms)
        S.connect(j='i')
        sp = SpikeMonitor(P)
        M = StateMonitor(P, 'V', record=0)
        run(300*ms)
        final.append(float(Q.V[0]))
        counts.append(sp.num_spikes/n)
        print('w = %.2f   source: %5.1f spikes (%.0f Hz), V from %.1f to %.1f   target V = %.3f'
              % (del_w, counts[-1], counts[-1]/0.3, M.V[0].min(), M.V[0].max(), final[-1]))
    return final, counts


weights = [0.2, 0.5, 1.0, 2.0]
final, counts = epsp_chain(weights)
print('final membrane potentials:', [round(x, 2) for x in final])
