"""Facilitating synapses (Markram, Wang & Tsodyks 1998) from a Poisson
population onto integrate-and-fire neurons."""
from brian2 import *

seed(1998)
defaultclock.dt = 0.1*ms

N_in, N_out = 200, 50
C = 200*pF
gL = 10*nS
EL, V_th, V_r = -70*mV, -50*mV, -60*mV
E_e = 0*mV
tau_e = 5*ms
w_max = 4*nS
U = 0.25
tau_f = 250*ms
tau_d = 60*ms

eqs = '''
dv/dt = (gL*(EL - v) + ge*(E_e - v))/C : volt (unless refractory)
dge/dt = -ge/tau_e : siemens
'''

inputs = PoissonGroup(N_in, rates='5*Hz + 20*Hz*int(t > 250*ms)')
targets = NeuronGroup(N_out, eqs, threshold='v > V_th', reset='v = V_r',
                      refractory=2*ms, method='exponential_euler')
targets.v = EL

S = Synapses(inputs, targets,
             '''w : siemens
                dx/dt = (1 - x)/tau_d : 1 (event-driven)
                du/dt = (U - u)/tau_f : 1 (event-driven)''',
             on_pre='''u += U
                       ge_post += w*u*x
                       x -= u*x''')
S.connect(p=0.25)
S.w = 'w_max*rand()'
S.x = 1
S.u = U

spikes = SpikeMonitor(targets)
trace = StateMonitor(targets, ['v', 'ge'], record=range(10))
stp = StateMonitor(S, ['u', 'x'], record=range(20), dt=1*ms)

run(750*ms)

before = sum(spikes.t < 250*ms)/N_out/0.25
after = sum(spikes.t > 250*ms)/N_out/0.5
print('output rate: %.1f Hz at 5 Hz input, %.1f Hz at 25 Hz input' % (before, after))
