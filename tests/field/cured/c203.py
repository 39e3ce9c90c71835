# Rate network with threshold-linear units, E and I population, all-to-all.
# Looking for the stationary state and the response to a step of the input.
from brian2 import *
prefs.codegen.target = 'numpy'
seed(2)

def rate_net(NE=80, NI=20, J_EE=0.8, J_EI=0.9, J_IE=0.5, J_II=0.4):
    model = '''
    dr/dt = (-r + clip(ext*(1 + 0.5*int(t > 300*ms)) + inE - inI, 0*Hz, inf*Hz))/tau : Hz
    ext : Hz
    tau : second
    inE : Hz
    inI : Hz
    '''
    E = NeuronGroup(NE, model, method='euler', name='E')
    I = NeuronGroup(NI, model, method='euler', name='I')
    E.tau = 20*ms
    I.tau = 10*ms
    E.ext = '10*Hz + 2*Hz*randn()'
    I.ext = '4*Hz + 1*Hz*randn()'
    conns = []
    for src, tgt, J, var in [(E, E, J_EE, 'inE'), (I, E, J_EI, 'inI'),
                             (E, I, J_IE, 'inE'), (I, I, J_II, 'inI')]:
        S = Synapses(src, tgt, 'w : 1\n%s_post = w*r_pre : Hz (summed)' % var)
        S.connect()
        S.w = J/len(src)
        conns.append(S)
    mE = StateMonitor(E, 'r', record=True, dt=1*ms)
    mI = StateMonitor(I, 'r', record=True, dt=1*ms)
    net = Network(E, I, conns, mE, mI)
    return net, mE, mI

net, mE, mI = rate_net()
net.run(600*ms)
rE = mE.r.mean(axis=0)/Hz
rI = mI.r.mean(axis=0)/Hz
for t_ms in (5, 20, 50, 100, 290, 590):
    print('t = %3d ms   <r_E> = %.4g Hz   <r_I> = %.4g Hz' % (t_ms, rE[t_ms], rI[t_ms]))
