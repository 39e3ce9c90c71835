"""Present 4 random Poisson patterns, one after the other, to a layer of
Izhikevich neurons and count the output spikes of every presentation."""
from brian2 import *

prefs.codegen.target = 'numpy'
seed(3)
np.random.seed(3)

N_IN, N_OUT = 40, 30
T_PRES = 200*ms


def poisson_pattern(n, rate, period):
    gen = PoissonGroup(n, rate)
    mon = SpikeMonitor(gen)
    Network(gen, mon).run(period)
    return np.array(mon.i), np.array(mon.t)*second


def build():
    inp = SpikeGeneratorGroup(N_IN, [], []*ms, name='inp')
    izh = '''
    dv/dt = (0.04*v**2 + 5*v + 140 - u + I)/ms : 1
    du/dt = 0.02*(0.2*v - u)/ms : 1
    dI/dt = -I/(5*ms) : 1
    '''
    layer = NeuronGroup(N_OUT, izh, threshold='v >= 30', reset='v = -65; u += 8',
                        method='euler', name='layer')
    layer.v = -65
    layer.u = 0.2*-65
    con = Synapses(inp, layer, 'w : 1', on_pre='I_post += w', name='con')
    con.connect(p=0.5)
    con.w = '1.0 + 1.5*rand()'
    return Network(inp, layer, con, SpikeMonitor(inp, name='in_mon'),
                   SpikeMonitor(layer, name='out_mon'))


net = build()
n_in = n_out = 0
for trial in range(4):
    idx, times = poisson_pattern(N_IN, 40*Hz, T_PRES)
    net['inp'].set_spikes(idx, times)
    net.run(T_PRES)
    print(f'trial {trial}: pattern has {len(idx)} spikes, '
          f'input layer {net["in_mon"].num_spikes - n_in}, '
          f'output layer {net["out_mon"].num_spikes - n_out}')
    n_in, n_out = net['in_mon'].num_spikes, net['out_mon'].num_spikes
