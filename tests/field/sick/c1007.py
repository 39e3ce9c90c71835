"""
Sparse balanced network for the cluster, C++ standalone mode

800 excitatory and 200 inhibitory cells (conductance based), external Poisson drive.
Since the connections are drawn at random, some cells would get many more synapses
than others; the recurrent weights shall therefore be divided by the mean number of
synapses that a cell receives ("1/K scaling"), so that I can
change the connection probability p without changing the mean recurrent input.

The script worked in normal (runtime) mode.  After switching to the standalone device
(for the long runs on the cluster) it stops before the compilation.
How can I scale the weights in standalone mode?
"""
import os
import tempfile
from brian2 import *

workdir = os.path.join(tempfile.gettempdir(), 'balanced_standalone_%d' % os.getpid())
set_device('cpp_standalone', directory=workdir, build_on_run=False)
prefs.devices.cpp_standalone.extra_make_args_unix = ['-j2']
prefs.codegen.cpp.extra_compile_args_gcc = ['-O0', '-w']
seed(999)
defaultclock.dt = 0.1*ms

# -------- parameters
N_E, N_I = 800, 200
p_connect = 0.1
duration = 500*ms
warmup = 100*ms

tau_m, tau_ref = 20*ms, 3*ms
E_L, V_th, V_re = -65*mV, -50*mV, -60*mV
E_E, E_I = 0*mV, -75*mV
tau_E, tau_I = 4*ms, 9*ms

# total recurrent strengths: sum over the K synapses of a cell (in units of the leak)
G_total = {'E': 2.0, 'I': 16.0}       # by source, same for E and I targets
w_ext, n_ext, f_ext = 0.055, 200, 9*Hz

eqs = '''
dv/dt = (E_L - v + g_E*(E_E - v) + g_I*(E_I - v))/tau_m : volt (unless refractory)
dg_E/dt = -g_E/tau_E : 1
dg_I/dt = -g_I/tau_I : 1
'''

cells = NeuronGroup(N_E + N_I, eqs, threshold='v > V_th', reset='v = V_re',
                    refractory=tau_ref, method='euler', name='cells')
cells.v = 'E_L + rand()*(V_th - E_L)'
pop = {'E': cells[:N_E], 'I': cells[N_E:]}

drive = PoissonInput(cells, 'g_E', N=n_ext, rate=f_ext, weight=w_ext)

projections = []
for name in ('E', 'I'):
    source = pop[name]
    proj = Synapses(source, cells, 'w : 1', on_pre='g_%s_post += w' % name,
                    delay=1.5*ms, name='from_' + name)
    proj.connect(p=p_connect)
    # 1/K scaling
    K = len(proj)/len(cells)
    proj.w = G_total[name]/K
    projections.append(proj)

spikes = SpikeMonitor(cells)

net = Network(cells, drive, projections, spikes)
net.run(warmup + duration)
device.build(directory=workdir, compile=True, run=True)

late = spikes.t > warmup
from_E = spikes.i < N_E
print('rate E %.1f Hz' % (float((late & from_E).sum())/N_E/float(duration)))
print('rate I %.1f Hz' % (float((late & ~from_E).sum())/N_I/float(duration)))
isi_cv = []
t_all, i_all = spikes.t/ms, spikes.i[:]
for k in range(100):
    isi = np.diff(np.sort(t_all[i_all == k]))
    if len(isi) > 2:
        isi_cv.append(isi.std()/isi.mean())
print('CV of the ISI (E): %.2f from %d cells' % (np.mean(isi_cv) if isi_cv else np.nan, len(isi_cv)))
device.delete(force=True)
