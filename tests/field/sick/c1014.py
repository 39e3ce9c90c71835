"""Auditory nerve fibre under electrical stimulation: a chain of nodes of Ranvier
with the warmed-up Hodgkin-Huxley kinetics of Rattay et al. (2001).

    "Conductances are ten times those of the squid (g_Na 1200, g_K 360, g_L
     3 mS/cm2), all rates are multiplied by k = 12 (29 C); time step 1 us."

The nodes are joined by the axial resistance of the internodes (perfect myelin).
Ported from my Brian 1 script, where it conducted at about 24 m/s.

Question: in Brian 2 the spike is never conducted - everything becomes nan.  The
printed time step is the one of the paper, and a smaller one (0.5 us) gives
the same picture.  Is the rk4 of Brian 2 different from that of Brian 1?
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
defaultclock = Clock(dt=1*us)
print('time step: %s' % defaultclock.dt)

# --- geometry ---------------------------------------------------------------
n_nodes = 21
d_axon = 2*um
l_node, l_internode = 2.5*um, 300*um
rho_axial = 50*ohm*cm
area = np.pi*d_axon*l_node
g_axial = np.pi*(d_axon/2)**2/(rho_axial*l_internode)

# --- membrane (voltages relative to rest) -----------------------------------
C_m = 1*uF/cm**2
g_Na, g_K, g_L = 1200*mS/cm**2, 360*mS/cm**2, 3*mS/cm**2
E_Na, E_K, E_L = 115*mV, -12*mV, 10.6*mV
k_temp = 12

eqs = '''
dv/dt = (g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + g_L*(E_L - v)
         + (I_axial + I_inj)/area)/C_m : volt
dm/dt = k_temp*(alpha_m*(1 - m) - beta_m*m) : 1
dh/dt = k_temp*(alpha_h*(1 - h) - beta_h*h) : 1
dn/dt = k_temp*(alpha_n*(1 - n) - beta_n*n) : 1
alpha_m = 1/exprel((25*mV - v)/(10*mV))/ms : Hz
beta_m = 4*exp(-v/(18*mV))/ms : Hz
alpha_h = 0.07*exp(-v/(20*mV))/ms : Hz
beta_h = 1/(exp((30*mV - v)/(10*mV)) + 1)/ms : Hz
alpha_n = 0.1/exprel((10*mV - v)/(10*mV))/ms : Hz
beta_n = 0.125*exp(-v/(80*mV))/ms : Hz
I_axial : amp
I_inj = int(i == 0)*I_pulse*int(t >= 0.2*ms and t < 0.3*ms) : amp
'''
I_pulse = 2*nA

fibre = NeuronGroup(n_nodes, eqs, threshold='v > 60*mV', refractory='v > 20*mV',
                    method='rk4')
fibre.m, fibre.h, fibre.n = 0.0529, 0.596, 0.3177

internode = Synapses(fibre, fibre,
                     'I_axial_post = g_axial*(v_pre - v_post) : amp (summed)')
internode.connect(condition='abs(i - j) == 1')

spikes = SpikeMonitor(fibre)
trace = StateMonitor(fibre, 'v', record=[0, n_nodes//2])

run(4*ms)

v = trace.v/mV
print('largest excursion at nodes 0 and %d: %.1f, %.1f mV'
      % (n_nodes//2, v[0].max(), v[1].max()))
print('spikes at each node:', spikes.count[:])
if spikes.count[4] and spikes.count[16]:
    trains = spikes.spike_trains()
    delay = trains[16][0] - trains[4][0]
    print('conduction velocity: %.2f m/s' % (12*l_internode/delay))
