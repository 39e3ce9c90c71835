"""bad_operation: the influx of calcium empties the pool, and its Nernst potential is a logarithm of a negative number (thalamic relay)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(5)
np.random.seed(5)
defaultclock.dt = 0.05 * ms

N = 5
Cm = 1 * uF / cm**2
gL = 0.05 * msiemens / cm**2
EL = -70 * mV
gT = 2 * msiemens / cm**2
F = 96485 * coulomb / mole
RT_2F = 13.3 * mV
Ca_o = 2 * mmolar
Ca_rest = 240 * nmolar
tau_Ca = 5 * ms
depth = 1 * um  # shell below the membrane

eqs = """
dv/dt = (-I_L - I_T + I_app + I_noise)/Cm : volt
I_L = gL*(v - EL) : amp/meter**2
E_Ca = RT_2F*log(Ca/Ca_o)*(-1) : volt
I_T = gT*m_inf**2*h*(v - E_Ca) : amp/meter**2
m_inf = 1/(1 + exp(-(v + 57*mV)/(6.2*mV))) : 1
h_inf = 1/(1 + exp((v + 81*mV)/(4*mV))) : 1
tau_h = 10*ms + 50*ms/(1 + exp((v + 60*mV)/(5*mV))) : second
dh/dt = (h_inf - h)/tau_h : 1
# influx through the T channels, pumped out with tau_Ca
dCa/dt = I_T/(2*F*depth) + (Ca_rest - Ca)/tau_Ca : mmolar
I_app = -1.0*uA/cm**2*int(t > 50*ms)*int(t < 150*ms) : amp/meter**2
dI_noise/dt = -I_noise/(5*ms) + sig*sqrt(2/(5*ms))*xi : amp/meter**2
sig : amp/meter**2 (constant)
"""
TC = NeuronGroup(N, eqs.replace(": mmolar", ": mole/meter**3"), method="euler")
TC.v = EL
TC.h = "h_inf"
TC.Ca = Ca_rest
TC.sig = 0.02 * uA / cm**2

mon = StateMonitor(TC, ["v", "Ca", "I_T"], record=True)
run(300 * ms)

print("v range  %.1f .. %.1f mV" % (np.min(mon.v / mV), np.max(mon.v / mV)))
print(
    "Ca range %.3g .. %.3g uM" % (np.min(mon.Ca / (1e-3 * mole / meter**3)), np.max(mon.Ca / (1e-3 * mole / meter**3)))
)
print("rebound peak per cell (mV):", np.max(mon.v[:, 3000:] / mV, axis=1))
