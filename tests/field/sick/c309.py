"""
Sweep over the membrane time constant: a population of cells with
tau = 4 ... 16 ms gets the same synaptic input (exponential current).
How does the rate depend on tau?
"""
from brian2 import *

prefs.codegen.target = 'numpy'


def make_inputs(n_src, rate):
    src = PoissonGroup(n_src, rates=rate)
    return src


def main():
    seed(77)
    taus = arange(4, 17, 1)*ms
    group = NeuronGroup(len(taus), '''
        dx/dt = (y - x)/tau : 1
        dy/dt = -y/tau_syn : 1
        tau : second (constant)
        tau_syn : second (constant)
        ''', threshold='x > 1', reset='x = 0', method='exact')
    group.tau = taus
    group.tau_syn = 8*ms

    src = make_inputs(40, 20*Hz)
    con = Synapses(src, group, on_pre='y_post += 0.2')
    con.connect()

    rec = StateMonitor(group, 'x', record=True)
    out = SpikeMonitor(group)
    net = Network(group, src, con, rec, out)
    net.run(1*second)

    for k in range(len(taus)):
        print('tau = %4.1f ms   spikes %3d   mean x %.3f' % (
            taus[k]/ms, out.count[k], mean(rec.x[k])))
    print('population: mean x = %.3f, spikes = %d' % (mean(rec.x), out.num_spikes))


main()
