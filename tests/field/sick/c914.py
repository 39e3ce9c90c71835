from brian2 import *

seed(1998)

# E-I network in which every cell has a pool of vesicles that its spikes deplete
N_E, N_I = 400, 100
tau_m = 20*ms
E_L = -65*mV
V_th = -50*mV
V_r = -60*mV
E_e = 0*mV
E_i = -80*mV
tau_e = 5*ms
tau_i = 10*ms
tau_rec = 300*ms
U = 0.4
w_e = 0.06
w_i = 0.25

eqs = '''
dv/dt = (E_L - v + ge*(E_e - v) + gi*(E_i - v) + drive)/tau_m : volt (unless refractory)
dge/dt = -ge/tau_e : 1
dgi/dt = -gi/tau_i : 1
dx/dt = (1 - x)/tau_rec : 1
drive : volt
'''
cells = NeuronGroup(N_E + N_I, eqs, threshold='v > V_th',
                    reset='v = V_r; x -= U*x', refractory=3*ms, method='euler')
cells.v = 'V_r + rand()*(V_th - V_r)'
cells.x = 1
exc = cells[:N_E]
inh = cells[N_E:]

noise = PoissonInput(cells, 'ge', N=100, rate=18*Hz, weight=0.03)

exc_syn = Synapses(exc, cells, on_pre='ge += w_e*U*x')
exc_syn.connect(p=0.1)
inh_syn = Synapses(inh, cells, on_pre='gi += w_i')
inh_syn.connect(p=0.1)

memory = exc[:80]
spikes = SpikeMonitor(cells)
x_mon = StateMonitor(cells, 'x', record=[0, 200, N_E], dt=1*ms)

run(200*ms)
memory.drive = 25*mV
run(300*ms)
memory.drive = 0*mV
run(200*ms)


def mean_rate(lo, hi, t0, t1):
    sel = (spikes.i >= lo) & (spikes.i < hi) & (spikes.t >= t0) & (spikes.t < t1)
    return np.sum(sel)/(hi - lo)/((t1 - t0)/second)


for name, lo, hi in [('memory', 0, 80), ('other E', 80, N_E), ('I', N_E, N_E + N_I)]:
    print('%-8s baseline %.1f Hz, loading %.1f Hz'
          % (name, mean_rate(lo, hi, 50*ms, 200*ms), mean_rate(lo, hi, 250*ms, 500*ms)))
