"""
BAC firing in a reduced layer 5 pyramidal cell (Larkum-like experiment)

Soma + axon initial segment + two basal dendrites + apical trunk that ends in two
tuft branches.  The calcium "hot zone" lies in the tuft: there the density of the
high voltage activated Ca channels is 25 times higher than in the trunk.  A back
propagating action potential together with an EPSP-like current in the tuft shall
trigger a dendritic Ca spike (broad plateau in the tuft, burst at the soma); neither
of the two alone does.

Problem: in my simulation there is never a Ca spike, tuft current and back
propagating AP just add up a bit, however strong I make the tuft channels (I tried
factors of up to 100 for the hot zone, the traces do not even change!).
"""
from brian2 import *

prefs.codegen.target = 'numpy'
defaultclock.dt = 0.05*ms

# ---------------------------------------------------------------- morphology
morpho = Soma(diameter=22*um)
morpho.ais = Cylinder(length=40*um, diameter=1.6*um, n=2)
morpho.basal1 = Cylinder(length=150*um, diameter=2.5*um, n=3)
morpho.basal2 = Cylinder(length=150*um, diameter=2.5*um, n=3)
morpho.apical = Cylinder(length=500*um, diameter=3.2*um, n=10)
morpho.apical.tuft1 = Cylinder(length=180*um, diameter=2*um, n=4)
morpho.apical.tuft2 = Cylinder(length=180*um, diameter=2*um, n=4)

# ---------------------------------------------------------------- channels
E_L, E_Na, E_K, E_Ca = -70*mV, 50*mV, -85*mV, 120*mV
g_L = 0.05*msiemens/cm**2
VT = -57*mV
gCa_trunk = 0.03*msiemens/cm**2
hot_zone_factor = 25.

eqs = '''
Im = g_L*(E_L - v) + gNa*m**3*h*(E_Na - v) + gK*n**4*(E_K - v)
     + gCa*r**2*s*(E_Ca - v) + gKs*q*(E_K - v) : amp/meter**2
I_soma : amp (point current)
I_tuft : amp (point current)
gNa : siemens/meter**2
gK : siemens/meter**2
gCa : siemens/meter**2
gKs : siemens/meter**2
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
dr/dt = (1/(1 + exp(-(v + 28*mV)/(5*mV))) - r)/(2*ms) : 1
ds/dt = (1/(1 + exp((v + 40*mV)/(12*mV))) - s)/(60*ms) : 1
dq/dt = (1/(1 + exp(-(v + 30*mV)/(8*mV))) - q)/(40*ms) : 1
alpha_m = 0.32*4/exprel((13*mV - v + VT)/(4*mV))/ms : Hz
beta_m = 0.28*5/exprel((v - VT - 40*mV)/(5*mV))/ms : Hz
alpha_h = 0.128*exp((17*mV - v + VT)/(18*mV))/ms : Hz
beta_h = 4./(1 + exp((40*mV - v + VT)/(5*mV)))/ms : Hz
alpha_n = 0.032*5/exprel((15*mV - v + VT)/(5*mV))/ms : Hz
beta_n = 0.5*exp((10*mV - v + VT)/(40*mV))/ms : Hz
'''

cell = SpatialNeuron(morphology=morpho, model=eqs, method='exponential_euler',
                     Cm=1*uF/cm**2, Ri=120*ohm*cm)
cell.v = E_L
cell.h = 1
cell.s = 0.9

# ---------------------------------------------------------------- densities
cell.gNa = 3*msiemens/cm**2                 # everywhere a little ...
cell.gK = 1*msiemens/cm**2
cell.main.gNa = 60*msiemens/cm**2           # ... more in the soma
cell.main.gK = 12*msiemens/cm**2
cell.ais.gNa = 250*msiemens/cm**2           # and in the initial segment
cell.ais.gK = 60*msiemens/cm**2
cell.apical.gNa = 3*msiemens/cm**2
cell.apical.gK = 2*msiemens/cm**2
# calcium: hot zone in the tuft, low density along the trunk
for branch in (cell.apical.tuft1, cell.apical.tuft2):
    branch.gCa = hot_zone_factor*gCa_trunk
    branch.gKs = 1.0*msiemens/cm**2
cell.apical.gCa = gCa_trunk

# ---------------------------------------------------------------- experiment
i_tuft = morpho.apical.tuft1.indices[2]
soma_mon = StateMonitor(cell, 'v', record=[0], dt=0.1*ms)
tuft_mon = StateMonitor(cell, 'v', record=[i_tuft], dt=0.1*ms)
store()


def protocol(somatic, dendritic, label):
    """5 ms somatic pulse at 20 ms and / or 20 ms tuft current from 22 ms on."""
    restore()
    run(20*ms)
    cell.I_soma[0] = somatic
    run(2*ms)
    cell.I_tuft[i_tuft] = dendritic
    run(3*ms)
    cell.I_soma[0] = 0*nA
    run(17*ms)
    cell.I_tuft[i_tuft] = 0*nA
    run(28*ms)
    v_s, v_t = soma_mon.v[0]/mV, tuft_mon.v[0]/mV
    n_spikes = int(((v_s[1:] > -10) & (v_s[:-1] <= -10)).sum())
    wide = float((v_t > -35).sum()*0.1)
    print('%-22s somatic APs: %d   tuft peak %6.1f mV   time above -35 mV: %5.1f ms'
          % (label, n_spikes, v_t.max(), wide))


protocol(1.8*nA, 0*nA, 'soma only')
protocol(0*nA, 0.13*nA, 'tuft only')
protocol(1.8*nA, 0.13*nA, 'soma + tuft (BAC)')
