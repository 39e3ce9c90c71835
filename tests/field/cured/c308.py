import brian2 as b2
from brian2 import mV, ms, nA, uF, cm, umetre, siemens, msiemens
import numpy as np

b2.prefs.codegen.target = 'numpy'


def build(n_cells=40, n_stim=10, current=0.5*nA, rng=11):
    """HH cells (Traub type currents) with all synapses taken out.

    A current step goes to the first n_stim cells; these should fire.  All
    others get no input whatsoever and are expected to stay at rest.
    """
    b2.seed(rng)
    S = 20000*umetre**2
    par = dict(
        C=(1*uF*cm**-2)*S, g_l=(5e-5*siemens*cm**-2)*S,
        g_Na=(100*msiemens*cm**-2)*S, g_K=(30*msiemens*cm**-2)*S,
        E_l=-70*mV, E_K=-90*mV, E_Na=50*mV, V_T=-63*mV)
    model = '''
    dvm/dt = (g_l*(E_l-vm) - g_Na*m**3*h*(vm-E_Na) - g_K*n**4*(vm-E_K)
              + I_inj)/C : volt
    dm/dt = a_m*(1-m) - b_m*m : 1
    dn/dt = a_n*(1-n) - b_n*n : 1
    dh/dt = a_h*(1-h) - b_h*h : 1
    a_m = 0.32*(mV**-1)*4*mV/exprel((13*mV-vm+V_T)/(4*mV))/ms : Hz
    b_m = 0.28*(mV**-1)*5*mV/exprel((vm-V_T-40*mV)/(5*mV))/ms : Hz
    a_h = 0.128*exp((17*mV-vm+V_T)/(18*mV))/ms : Hz
    b_h = 4./(1+exp((40*mV-vm+V_T)/(5*mV)))/ms : Hz
    a_n = 0.032*(mV**-1)*5*mV/exprel((15*mV-vm+V_T)/(5*mV))/ms : Hz
    b_n = .5*exp((10*mV-vm+V_T)/(40*mV))/ms : Hz
    I_inj : amp
    '''
    cells = b2.NeuronGroup(n_cells, model, threshold='vm > -20*mV',
                           refractory=3*ms, method='exponential_euler',
                           namespace=par)
    cells.vm = 'E_l + (randn()*5 - 5)*mV'
    cells.h = 0.9
    cells.n = 0.1
    cells.I_inj[:n_stim] = current
    spikes = b2.SpikeMonitor(cells)
    volt = b2.StateMonitor(cells, 'vm', record=[0, 15, 30])
    net = b2.Network(cells, spikes, volt)
    return net, spikes, volt


n_stim = 10
net, spikes, volt = build(n_stim=n_stim)
net.run(200*ms)

counts = spikes.count[:]
print('stimulated cells   : %d spikes in %d cells' % (counts[:n_stim].sum(), n_stim))
print('unstimulated cells : %d spikes in %d cells (%.1f Hz)' % (
    counts[n_stim:].sum(), len(counts) - n_stim, counts[n_stim:].mean()/0.2))
late = volt.t > 50*ms
for row, k in enumerate([0, 15, 30]):
    v_late = volt.vm[row][late]/mV
    print('cell %2d: vm between %.1f and %.1f mV' % (k, v_late.min(), v_late.max()))
