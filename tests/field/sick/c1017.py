"""Astrocytic calcium in response to synaptic glutamate, G-ChI model (De Pitta et
al. 2009; as a network: De Pitta & Brunel 2022).  Each astrocyte enwraps the
terminals of 40 afferents; the question of the project is the rate of the afferents at which the
astrocyte starts to oscillate.

From the papers: glutamate in the cleft is cleared with Omega_c = 40 /s; the
receptor acts on IP3 by  J_beta = O_beta * Hill_0.7(Y, K_R)  and calcium follows Li
& Rinzel.  "Calcium oscillates on the scale of 5 to 20 s."

Question: all astrocytes end as nan, even at 0.2 Hz, and at whatever O_beta I try; with
the afferents switched off they stay at rest as they should.
"""
import numpy as np
from brian2 import *

prefs.codegen.target = 'numpy'
seed(99)
defaultclock.dt = 1*ms

duration = 25*second
dt_astro = 50*ms                 # calcium is slow, the spikes have 1 ms
aff_rates = [0.2, 0.5, 1, 2, 4]*Hz    # one astrocyte for each rate
n_astro, n_aff = len(aff_rates), 40

# --- glutamate and IP3 --------------------------------------------------------
Y_jump = 0.6*umolar              # glutamate per afferent spike
Omega_c = 40/second              # clearance from the cleft
O_beta = 0.5*umolar/second
K_R = 1.3*umolar
O_delta, kappa_delta, K_delta = 0.05*umolar/second, 1.5*umolar, 0.1*umolar
O_3K, K_D, K_3K = 4.5*umolar/second, 0.7*umolar, 1.0*umolar
Omega_5P = 0.1/second

# --- Li-Rinzel calcium ----------------------------------------------------------
O_P, K_P = 0.9*umolar/second, 0.1*umolar
C_T, rho_A = 2*umolar, 0.185
Omega_C, Omega_L = 6/second, 0.11/second
d_1, d_2, d_3, d_5 = 0.13*umolar, 1.05*umolar, 0.9434*umolar, 0.082*umolar
O_2 = 0.2/umolar/second

astro_eqs = '''
dY/dt = -Omega_c*Y : mmolar
dI/dt = J_beta + J_delta - J_3K - Omega_5P*I : mmolar
dC/dt = (Omega_C*m_inf**3*h**3 + Omega_L)*(C_T - (1 + rho_A)*C) - J_P : mmolar
dh/dt = (h_inf - h)/tau_h : 1
J_beta = O_beta*Y**0.7/(Y**0.7 + K_R**0.7) : mmolar/second
J_delta = O_delta*kappa_delta/(kappa_delta + I)*C**2/(C**2 + K_delta**2) : mmolar/second
J_3K = O_3K*C**4/(C**4 + K_D**4)*I/(I + K_3K) : mmolar/second
J_P = O_P*C**2/(C**2 + K_P**2) : mmolar/second
m_inf = I/(I + d_1)*C/(C + d_5) : 1
Q_2 = d_2*(I + d_1)/(I + d_3) : mmolar
h_inf = Q_2/(Q_2 + C) : 1
tau_h = 1/(O_2*(Q_2 + C)) : second
'''
astrocytes = NeuronGroup(n_astro, astro_eqs, method='euler', dt=dt_astro)
astrocytes.I = 0.05*umolar
astrocytes.C = 0.05*umolar
astrocytes.h = 0.85

afferents = PoissonGroup(n_astro*n_aff, rates=np.repeat(aff_rates/Hz, n_aff)*Hz)
release = Synapses(afferents, astrocytes, on_pre='Y_post += Y_jump')
release.connect(condition='j == i//n_aff')

record = StateMonitor(astrocytes, ['C', 'I'], record=True, dt=100*ms)
run(duration)

late = record.t > 8*second
for k in range(n_astro):
    C = record.C[k]/umolar
    peaks = np.sum((C[1:-1] > C[:-2]) & (C[1:-1] >= C[2:]) & (C[1:-1] > 0.3))
    print('afferents at %3.1f Hz: calcium %.3f ... %.3f uM, %d peaks, mean IP3 %.3f uM'
          % (aff_rates[k]/Hz, C[late].min(), C[late].max(), peaks,
             (record.I[k]/umolar).mean()))
