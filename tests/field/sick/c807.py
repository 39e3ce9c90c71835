# Saturation of EPSPs: how large does the depolarisation get when more and
# more excitatory synapses are active?  Spikes are blocked in these cells.
from brian2 import *

seed(1476)
prefs.codegen.target = 'numpy'

taum = 10*ms
taue = 5*ms
Ee = 0*mV          # excitatory reversal potential
El = -74*mV        # leak
vr = -60*mV        # holding value at the start
gsyn = 0.06        # conductance of a synapse, in units of the leak
f_in = 20*Hz

# cell k gets 50*(k+1) inputs
n_cells = 8
step = 50
n_inputs = n_cells*step

eqs_cell = '''
dv/dt = (ge*(Ee - vr) + El - v)/taum : volt
dge/dt = -ge/taue : 1
'''

afferents = PoissonGroup(n_inputs, rates=f_in)
cells = NeuronGroup(n_cells, eqs_cell, method='euler')
cells.v = vr

S = Synapses(afferents, cells, 'w : 1', on_pre='ge_post += w')
S.connect(condition='i < step*(j + 1)')
S.w = gsyn

vm = StateMonitor(cells, ['v', 'ge'], record=True)

run(1*second)

late = vm.t > 200*ms
v_mean = [mean(vm.v[k][late]/mV) for k in range(n_cells)]
v_peak = [max(vm.v[k][late]/mV) for k in range(n_cells)]

print('inputs  mean v (mV)  peak v (mV)  mean ge')
for k in range(n_cells):
    print('%6d  %10.1f  %10.1f  %8.2f' % (step*(k + 1), v_mean[k], v_peak[k],
                                         mean(vm.ge[k][late])))
print('expected: approaches, but never passes, Ee = %s' % Ee)

plot(step*arange(1, n_cells + 1), v_mean, 'o-')
axhline(Ee/mV, ls='--')
xlabel('number of active inputs')
ylabel('mean v (mV)')
show()
