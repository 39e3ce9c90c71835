from brian2 import *

seed(52)
np.random.seed(52)
defaultclock.dt = 1*ms

# Pulse-coupled network of simple model neurons with thalamic noise
N_rs, N_fs = 640, 160
r_rs = np.random.rand(N_rs)
r_fs = np.random.rand(N_fs)

model = '''
dv/dt = (0.04*v**2 + 5*v + 140 - u + I)/ms : 1
du/dt = a*(b*v - u)/ms : 1
I : 1
a : 1 (constant)
b : 1 (constant)
c : 1 (constant)
d : 1 (constant)
sigma_th : 1 (constant)
'''
net_cells = NeuronGroup(N_rs + N_fs, model, threshold='v >= 30',
                        reset='v = c; u += d', method='euler')
rs = net_cells[:N_rs]
fs = net_cells[N_rs:]

rs.a, rs.b = 0.02, 0.2
rs.c = -65 + 15*r_rs**2
rs.d = 8 - 6*r_rs**2
rs.sigma_th = 5
fs.a = 0.02 + 0.08*r_fs
fs.b = 0.25 - 0.05*r_fs
fs.c, fs.d = -65, 2
fs.sigma_th = 2
net_cells.v = -65
net_cells.u = 'b*v'

net_cells.run_regularly('I = sigma_th*randn()', dt=1*ms)

recurrent = Synapses(net_cells, net_cells, 'w : 1', on_pre='I_post += w')
recurrent.connect(p=0.5)
recurrent.w['i < N_rs'] = '1.25*rand()'
recurrent.w['i >= N_rs'] = '-2.5*rand()'

spikes = SpikeMonitor(net_cells)
rate_rs = PopulationRateMonitor(rs)
rate_fs = PopulationRateMonitor(fs)
v_mon = StateMonitor(net_cells, 'v', record=[0, N_rs])

run(1*second)

print('RS cells: %.2f Hz' % (np.sum(spikes.i < N_rs)/N_rs))
print('FS cells: %.2f Hz' % (np.sum(spikes.i >= N_rs)/N_fs))
power = np.abs(np.fft.rfft(rate_rs.rate/Hz - np.mean(rate_rs.rate/Hz)))**2
print('peak of the population rhythm: %d Hz' % (np.argmax(power[5:100]) + 5))
