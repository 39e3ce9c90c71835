# Learning phase followed by a test phase with frozen weights
from brian2 import *

seed(1318)
prefs.codegen.target = 'numpy'
start_scope()

n_in = 40
f_in = 20*Hz
taum = 10*ms
taue = 5*ms
taupre = taupost = 20*ms
wmax = 0.3
Apre = 0.004
Apost = -Apre*taupre/taupost*1.05

learn_time = 3*second
test_time = 3*second

eqs = '''
dv/dt = (ge - v)/taum : 1 (unless refractory)
dge/dt = -ge/taue : 1
'''

inputs = PoissonGroup(n_in, rates=f_in)
out = NeuronGroup(1, eqs, threshold='v > 1', reset='v = 0',
                  refractory=3*ms, method='exact')

# plastic is the switch: True while learning, False while testing
stdp = Synapses(inputs, out,
                '''w : 1
                   plastic : boolean (shared)
                   dapre/dt = -apre/taupre : 1 (event-driven)
                   dapost/dt = -apost/taupost : 1 (event-driven)''',
                on_pre='''ge_post += w
                          apre += Apre
                          w = clip(w + apost, 0, wmax)''',
                on_post='''apost += Apost
                           w = clip(w + apre, 0, wmax)''')
stdp.connect()
stdp.w = '0.20 + 0.10*rand()'

wmon = StateMonitor(stdp, 'w', record=[0, 1, 2], dt=10*ms)
spikes = SpikeMonitor(out)

# --- learning ---
stdp.plastic = True
run(learn_time)
w_learned = array(stdp.w)
n_learn = spikes.num_spikes
print('after learning: mean w = %.4f' % w_learned.mean())

# --- testing, weights must stay as they are ---
stdp.plastic = False
run(test_time)
w_tested = array(stdp.w)
print('after test    : mean w = %.4f' % w_tested.mean())
print('largest change of a weight during the test:',
      abs(w_tested - w_learned).max())
print('output rate, learning: %.1f Hz, test: %.1f Hz'
      % (n_learn/float(learn_time),
         (spikes.num_spikes - n_learn)/float(test_time)))

plot(wmon.t/second, wmon.w.T)
axvline(learn_time/second, ls='--')
xlabel('time (s)')
ylabel('w')
show()
