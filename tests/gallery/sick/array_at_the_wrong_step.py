"""input_ends: a recording at 1 kHz is played at the step of the simulation (integrate-and-fire)."""

from brian2 import *

prefs.codegen.target = "numpy"
seed(42)
np.random.seed(42)
defaultclock.dt = 0.1 * ms

duration = 500 * ms
fs = 1000.0  # sampling rate of the recording, Hz
n_samples = 500
time_axis = np.arange(n_samples) / fs
envelope = 0.5 * (1 - np.cos(2 * np.pi * 4 * time_axis))  # 0..1, two full cycles
envelope += 0.05 * np.random.randn(n_samples)
envelope = np.clip(envelope, 0, None)
envelope[-1] = 0  # end of the recording

I_max = 0.6 * nA
stim = TimedArray(envelope * I_max, dt=defaultclock.dt)

N = 50
C = 200 * pF
gL = 10 * nS
EL = -70 * mV
sigma = 2 * mV
taum = C / gL

eqs = """
dv/dt = (gL*(EL-v) + gain*stim(t))/C + sigma*sqrt(2/taum)*xi : volt (unless refractory)
gain : 1 (constant)
"""
pop = NeuronGroup(N, eqs, threshold="v > -50*mV", reset="v = -65*mV", refractory=3 * ms, method="euler")
pop.v = "EL + 5*mV*rand()"
pop.gain = "0.8 + 0.4*rand()"

spikes = SpikeMonitor(pop)
rate = PopulationRateMonitor(pop)
run(duration)

counts, _ = np.histogram(spikes.t / ms, bins=np.arange(0, 501, 50))
print("spikes per 50 ms bin (should follow two slow cycles):")
print(counts)
print("mean rate", spikes.num_spikes / N / (duration / second), "Hz")
