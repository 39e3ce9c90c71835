from brian2 import *

prefs.codegen.target = 'numpy'

# LIF cells with a noisy current, mean mu_I and s.d. sigma_I
C_m = 200*pF
g_L = 10*nS
E_L = -70*mV
V_th = -50*mV
V_re = -60*mV
mu_I = 0.15*nA
sigma_I = 0.9*nA


def fi_point(step, n=100, T=500*ms):
    """Rate and Vm spread of n independent cells, simulated with the given step.
    The result should not depend on the step."""
    seed(42)
    defaultclock.dt = step
    model = '''
    dvm/dt = (g_L*(E_L - vm) + I_noise)/C_m : volt (unless refractory)
    I_noise = mu_I + sigma_I*randn() : amp (constant over dt)
    '''
    pop = NeuronGroup(n, model, threshold='vm > V_th', reset='vm = V_re',
                      refractory=2*ms, method='euler')
    pop.vm = E_L
    sp = SpikeMonitor(pop)
    st = StateMonitor(pop, 'vm', record=range(10), dt=1*ms)
    net = Network(pop, sp, st)
    net.run(T)
    settled = st.vm[:, 100:]
    return sp.num_spikes/n/T, std(settled)


for step in [0.2*ms, 0.1*ms, 0.05*ms, 0.025*ms]:
    rate, spread = fi_point(step)
    print(f'dt = {step/ms:5.3f} ms   rate = {rate/Hz:6.2f} Hz   sd(vm) = {spread/mV:5.2f} mV')
