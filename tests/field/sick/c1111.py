from brian2 import *
prefs.codegen.target = 'numpy'
import numpy as np

seed(12)
np.random.seed(12)

# 2-D sheet of LIF cells (1 mm x 1 mm) with distance-dependent excitation
# and inhibition, stimulated locally in its centre
Ne, Ni = 320, 80
N = Ne + Ni
side = 1*mm
s_e, s_i = 0.10*mm, 0.14*mm
p_max = 0.6
velocity = 0.3*meter/second

tau, tau_e, tau_i = 15*ms, 4*ms, 8*ms
El, Vt, Vr = -65*mV, -50*mV, -60*mV
je, ji = 4.0*mV, 4.0*mV

eqs = '''
dv/dt = (El - v + ge - gi)/tau : volt (unless refractory)
dge/dt = -ge/tau_e : volt
dgi/dt = -gi/tau_i : volt
x : meter (constant)
y : meter (constant)
'''
sheet = NeuronGroup(N, eqs, threshold='v > Vt', reset='v = Vr',
                    refractory=2*ms, method='exact')
sheet.v = 'El + rand()*5*mV'
exc, inh = sheet[:Ne], sheet[Ne:]

gauss = 'p_max*exp(-((x_pre - x_post)**2 + (y_pre - y_post)**2)/(2*{s}**2))'
Se = Synapses(exc, sheet, on_pre='ge_post += je')
Se.connect(p=gauss.format(s='s_e'))
Si = Synapses(inh, sheet, on_pre='gi_post += ji')
Si.connect(p=gauss.format(s='s_i'))

# cells are scattered at random over the sheet
sheet.x = 'rand()*side'
sheet.y = 'rand()*side'

for s in (Se, Si):
    s.delay = '0.5*ms + sqrt((x_pre - x_post)**2 + (y_pre - y_post)**2)/velocity'

# focal stimulation: spikes on the excitatory cells of the central spot
d = np.sqrt((exc.x - side/2)**2 + (exc.y - side/2)**2)
spot = np.nonzero(d < 0.15*mm)[0]
stim = PoissonGroup(len(spot), rates=800*Hz)
Sstim = Synapses(stim, exc, on_pre='ge_post += 6*mV')
Sstim.connect(i=np.arange(len(spot)), j=spot)

mon = SpikeMonitor(exc)
run(300*ms)

dist = np.sqrt((Se.x_pre[:] - Se.x_post[:])**2 + (Se.y_pre[:] - Se.y_post[:])**2)
print('E synapses: %d, mean length %.3f mm' % (len(Se), np.mean(dist/mm)))
counts = mon.count[:]/0.3
r = d/mm
for lo, hi in [(0, 0.15), (0.15, 0.3), (0.3, 0.5), (0.5, 0.8)]:
    print('distance %.2f-%.2f mm: %.1f Hz' % (lo, hi, counts[(r >= lo) & (r < hi)].mean()))
