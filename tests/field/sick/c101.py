"""f-I curve of a squid-type Hodgkin-Huxley cell (1 cm^2 patch convention, modern voltages).

I want 8 independent cells, each with its own constant current density,
and the number of spikes each of them fires in 150 ms.
"""
from brian2 import *

prefs.codegen.target = 'numpy'


def make_cells(n):
    ns = dict(Cm=1*uF/cm**2,
              gNa=120*msiemens/cm**2, gK=36*msiemens/cm**2, gL=0.3*msiemens/cm**2,
              ENa=50*mV, EK=-77*mV, EL=-54.4*mV)
    model = '''
    dV/dt = (gNa*m**3*h*(V-ENa) + gK*n**4*(V-EK) + gL*(V-EL) + Iapp) / Cm : volt
    dm/dt = am*(1-m) - bm*m : 1
    dh/dt = ah*(1-h) - bh*h : 1
    dn/dt = an*(1-n) - bn*n : 1
    am = 1.0/exprel(-(V+40*mV)/(10*mV))/ms : Hz
    bm = 4*exp(-(V+65*mV)/(18*mV))/ms : Hz
    ah = 0.07*exp(-(V+65*mV)/(20*mV))/ms : Hz
    bh = 1/(1+exp(-(V+35*mV)/(10*mV)))/ms : Hz
    an = 0.1/exprel(-(V+55*mV)/(10*mV))/ms : Hz
    bn = 0.125*exp(-(V+65*mV)/(80*mV))/ms : Hz
    Iapp : amp/meter**2
    '''
    cells = NeuronGroup(n, model, threshold='V > 0*mV', refractory='V > 0*mV',
                        method='exponential_euler', namespace=ns, name='cells')
    cells.V = -65*mV
    cells.m = 0.053
    cells.h = 0.596
    cells.n = 0.318
    return cells


def main():
    defaultclock.dt = 0.05*ms
    cells = make_cells(8)
    cells.Iapp = np.linspace(0, 21, 8)*uA/cm**2
    spk = SpikeMonitor(cells)
    trace = StateMonitor(cells, ['V', 'm', 'h', 'n'], record=True)
    net = Network(cells, spk, trace)
    net.run(150*ms)
    print('current (uA/cm2):', np.round(cells.Iapp/(uA/cm**2), 1))
    print('spike counts    :', np.array(spk.count))
    print('V range (mV)    :', trace.V.min()/mV, trace.V.max()/mV)
    print('V at the end    :', trace.V[:, -1]/mV)
    print('h at the end    :', trace.h[:, -1])


main()
