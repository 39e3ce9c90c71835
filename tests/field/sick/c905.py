"""Rate network with excitatory and inhibitory units, random coupling
(threshold-linear transfer function with saturation)."""
from brian2 import *

seed(19)
defaultclock.dt = 0.5*ms

N_E, N_I = 80, 20
tau_E, tau_I = 20*ms, 10*ms
r_max = 100*Hz
gain = 4*Hz
theta = 5.0
w_ee, w_ei, w_ie, w_ii = 0.02, 0.12, 0.03, 0.06

eqs = '''
dr/dt = (-r + r_max*tanh(gain*drive/r_max))/tau : Hz
drive = clip(h + h_ext - theta, 0, inf) : 1
h : 1
h_ext : 1
tau : second (constant)
'''

E = NeuronGroup(N_E, eqs, method='rk2', name='E')
I = NeuronGroup(N_I, eqs, method='rk2', name='I')
E.tau = tau_E
I.tau = tau_I
E.h_ext = '8 + 2*randn()'
I.h_ext = '6 + randn()'
E.r = '5*Hz*rand()'
I.r = '5*Hz*rand()'


def couple(source, target, weight, sign):
    S = Synapses(source, target,
                 '''w : second
                    h_post = %sw*r_pre : 1 (summed)''' % sign)
    S.connect(p=0.5)
    S.w = weight*rand(len(S))*2*second
    return S


S_ee = couple(E, E, w_ee, '')
S_ie = couple(E, I, w_ie, '')
S_ei = couple(I, E, w_ei, '-')
S_ii = couple(I, I, w_ii, '-')

M_E = StateMonitor(E, 'r', record=True)
M_I = StateMonitor(I, 'r', record=True)

run(500*ms)

print('mean E rate:', mean(M_E.r[:, -200:]))
print('mean I rate:', mean(M_I.r[:, -200:]))
