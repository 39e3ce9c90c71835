from brian2 import *

seed(42)
rng = np.random.default_rng(42)

# Balanced current based LIF network built from a numpy weight matrix
N_E, N_I = 240, 60
N = N_E + N_I
p_con = 0.15
J = 0.35
g = 5.0

tau_m = 20*ms
tau_syn = 5*ms
V_L = -65*mV
V_T = -50*mV
V_R = -60*mV


def weight_matrix(n_post, n_pre):
    W = np.zeros((n_post, n_pre))
    mask = rng.random((n_post, n_pre)) < p_con
    strength = np.abs(rng.normal(J, 0.1*J, (n_post, n_pre)))
    W[mask] = strength[mask]
    W[:, N_E:] *= -g
    np.fill_diagonal(W, 0)
    return W


W = weight_matrix(N, N)

eqs = '''
dv/dt = (V_L - v + I_syn + I_ext)/tau_m : volt (unless refractory)
dI_syn/dt = -I_syn/tau_syn : volt
I_ext : volt (constant)
'''
cells = NeuronGroup(N, eqs, threshold='v > V_T', reset='v = V_R',
                    refractory=2*ms, method='exact')
cells.v = 'V_R + rand()*(V_T - V_R)'
cells.I_ext = '14*mV + 3*mV*rand()'

background = PoissonInput(cells, 'I_syn', N=100, rate=5*Hz, weight=0.5*mV)

rows, cols = W.nonzero()
recurrent = Synapses(cells, cells, 'w : volt (constant)', on_pre='I_syn += w', delay=1*ms)
recurrent.connect(i=rows, j=cols)
recurrent.w = W[rows, cols]*4*mV

spikes = SpikeMonitor(cells)
rate_E = PopulationRateMonitor(cells[:N_E])
rate_I = PopulationRateMonitor(cells[N_E:])

run(400*ms)

print('E: %.1f Hz' % np.mean(rate_E.rate/Hz))
print('I: %.1f Hz' % np.mean(rate_I.rate/Hz))
