"""Pyloric rhythm of the stomatogastric ganglion: three adapting cells with slow
inhibitory (glutamatergic and cholinergic) synapses, in the manner of the reduced
models that followed Prinz, Bucher & Marder (2004).

    "The triphasic rhythm is PD - LP - PY: the pacemaker PD inhibits both
     followers, PY more strongly, so that LP recovers first; LP then holds
     PY and PD down; PY ends the burst of LP and does not contact PD."

The conductances of the paper (nS), row = receiving cell, column = sending cell:

                from PD   from LP   from PY
        to PD      0        30         0
        to LP     15         0        40
        to PY     40        12         0

Question: I do get bursts and a stable period, but the order comes out as PD - PY -
LP, and PY is the most active cell instead of PD.  Which conductance is off?
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
seed(5)
defaultclock.dt = 0.1*ms

names = ['PD', 'LP', 'PY']
g_paper = np.array([[0, 30, 0],
                    [15, 0, 40],
                    [40, 12, 0]])*nS

# --- cells: leaky integrator with a slow adaptation current -----------------
C, g_L, E_L = 200*pF, 10*nS, -60*mV
V_t, V_r = -45*mV, -55*mV
E_inh = -80*mV
tau_w = 400*ms
tau_inh = 60*ms
b_w = 10*pA

eqs = '''
dv/dt = (g_L*(E_L - v) + g_inh*(E_inh - v) - w + I_drive)/C : volt (unless refractory)
dw/dt = -w/tau_w : amp
dg_inh/dt = -g_inh/tau_inh : siemens
I_drive : amp
'''
cells = NeuronGroup(3, eqs, threshold='v > V_t', reset='''v = V_r
                                                          w += b_w''',
                    refractory=3*ms, method='euler')
cells.v = E_L
cells.I_drive = [340, 330, 330]*pA

# --- synapses ----------------------------------------------------------------
pulse = 0.12                 # fraction of the maximum opened by one spike
chem = Synapses(cells, cells, 'g_max : siemens',
                on_pre='g_inh_post += pulse*g_max', delay=1*ms)
chem.connect()
chem.g_max = g_paper.flatten()

spikes = SpikeMonitor(cells)
run(4*second)

# --- order of the bursts ------------------------------------------------------
trains = spikes.spike_trains()
onsets = []
for k, name in enumerate(names):
    t = trains[k][trains[k] > 1*second]/ms
    first = np.r_[True, np.diff(t) > 150] if len(t) else np.array([], bool)
    onsets += [(x, name) for x in t[first]]
    print('%s: %4d spikes, %2d bursts' % (name, len(t), first.sum()))
onsets.sort()
print('sequence of burst onsets:', ' '.join(name for _, name in onsets[:15]))
pd = [x for x, name in onsets if name == 'PD']
print('period of PD: %.0f ms' % np.mean(np.diff(pd)))
