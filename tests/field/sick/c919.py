from brian2 import *

seed(613)
defaultclock.dt = 0.1*ms

# Wang-Buzsaki interneurons on a line, coupled by gap junctions between neighbours
N = 100
area = 1e4*umetre**2
Cm = 1*uF/cm**2*area
g_L = 0.1*msiemens/cm**2*area
g_Na = 35*msiemens/cm**2*area
g_K = 9*msiemens/cm**2*area
E_L = -65*mV
E_Na = 55*mV
E_K = -90*mV
g_gap = 0.4*nS
reach = 5

eqs = '''
dv/dt = (-g_Na*m_inf**3*h*(v - E_Na) - g_K*n**4*(v - E_K) - g_L*(v - E_L) + I_app + I_gap)/Cm : volt
m_inf = alpha_m/(alpha_m + beta_m) : 1
alpha_m = 1/exprel(-(v + 35*mV)/(10*mV))/ms : Hz
beta_m = 4*exp(-(v + 60*mV)/(18*mV))/ms : Hz
dh/dt = 5*(alpha_h*(1 - h) - beta_h*h) : 1
alpha_h = 0.07*exp(-(v + 58*mV)/(20*mV))/ms : Hz
beta_h = 1/(exp(-(v + 28*mV)/(10*mV)) + 1)/ms : Hz
dn/dt = 5*(alpha_n*(1 - n) - beta_n*n) : 1
alpha_n = 0.1/exprel(-(v + 34*mV)/(10*mV))/ms : Hz
beta_n = 0.125*exp(-(v + 44*mV)/(80*mV))/ms : Hz
I_app : amp (constant)
I_gap : amp
'''
fsn = NeuronGroup(N, eqs, threshold='v > -20*mV', refractory='v > -20*mV',
                  method='exponential_euler')
fsn.v = '-70*mV + 10*mV*rand()'
fsn.h = 0.8
fsn.n = 0.1
fsn.I_app = '90*pA + 10*pA*randn()'

gap = Synapses(fsn, fsn, 'I_gap_post = g_gap*(v_pre - v_post) : amp (summed)')
gap.connect(condition='i < j and j - i <= reach')

spikes = SpikeMonitor(fsn)
traces = StateMonitor(fsn, ['v', 'I_gap'], record=[0, N//2, N - 1], dt=0.5*ms)

run(200*ms)

counts = np.array(spikes.count)
print('junctions per cell: %.1f' % (len(gap)/N))
print('rates: %.1f +- %.1f Hz' % (np.mean(counts)/0.2, np.std(counts)/0.2))
