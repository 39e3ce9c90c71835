"""AdEx neurons whose reset lies above the exponential's threshold, each population with a namespace."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(2008)
np.random.seed(2008)
defaultclock.dt = 0.05 * ms

adex = """
dv/dt = (-gL*(v - EL) + gL*DT*exp((v - VT)/DT) - w + I + ge*(0*mV - v) + gi*(-75*mV - v))/C : volt (unless refractory)
dw/dt = (a*(v - EL) - w)/tau_w : amp
dge/dt = -ge/tau_e : siemens
dgi/dt = -gi/tau_i : siemens
I : amp (constant)
"""
tau_e, tau_i = 4 * ms, 9 * ms

bursting = dict(
    C=200 * pF,
    gL=10 * nS,
    EL=-58 * mV,
    VT=-50 * mV,
    DT=2 * mV,
    a=2 * nS,
    tau_w=120 * ms,
    b=100 * pA,
    Vr=-46 * mV,
    Vcut=-38 * mV,
    tau_e=tau_e,
    tau_i=tau_i,
)
fast = dict(
    C=100 * pF,
    gL=10 * nS,
    EL=-65 * mV,
    VT=-50 * mV,
    DT=1 * mV,
    a=0 * nS,
    tau_w=100 * ms,
    b=0 * pA,
    Vr=-60 * mV,
    Vcut=-42 * mV,
    tau_e=tau_e,
    tau_i=tau_i,
)

B = NeuronGroup(
    60, adex, threshold="v > Vcut", reset="v = Vr; w += b", refractory=1 * ms, method="euler", namespace=bursting
)
F = NeuronGroup(
    20, adex, threshold="v > Vcut", reset="v = Vr; w += b", refractory=1 * ms, method="euler", namespace=fast
)
B.v = -58 * mV
F.v = -65 * mV
B.I = "(205 + 20*rand())*pA"
F.I = 90 * pA

S_bf = Synapses(B, F, on_pre="ge_post += 3*nS", delay=1 * ms)
S_bf.connect(p=0.3)
S_fb = Synapses(F, B, on_pre="gi_post += 1*nS", delay=1 * ms)
S_fb.connect(p=0.3)

mb = SpikeMonitor(B)
mf = SpikeMonitor(F)

run(600 * ms)

isi = np.concatenate([np.diff(np.sort(x / ms)) for x in mb.spike_trains().values()])
print(
    "bursting cells: %.1f Hz, shortest ISI %.2f ms, longest %.1f ms" % (mb.num_spikes / 60 / 0.6, isi.min(), isi.max())
)
print("interneurons: %.1f Hz" % (mf.num_spikes / 20 / 0.6))
