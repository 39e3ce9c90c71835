"""Thalamic (VPM) neurons: inhomogeneous Poisson trains for whisking, touch, non-whisking and episodes of these.

Each neuron fires at A_T [1 + B_T cos(2 pi t/T_w)] + C_T/tau_c while in contact (Gutnisky et al. 2017, Methods). An
episode is t_rest at A_rest, a linear rise to A_T in t_rise, and t_whisk of whisking, over and over; without rest and
rise, whisking is one endless episode.
The rate has an integral in closed form, `expected`, the mean number of spikes since t = 0. A neuron fires whenever that
passes the next of its own unit-rate Poisson arrivals, which a counter-based generator draws from (seed_input, neuron,
spike number). So a train depends neither on dt nor on the rest of the network, and points that share seed_input share
their randomness whatever their knobs: that is what makes differences between points sharp.
"""

THALAMUS = """
expected = outside + contact_strength*touches : 1
outside = episodes*whole + A_rest*(resting + rising) + (A_T - A_rest)*rising**2/(2*t_rise + 1e-9*second)
          + A_T*(whisking + wave) : 1 (shared, constant over dt)
whole = A_rest*t_rest + (A_rest + A_T)*t_rise/2 + A_T*(t_whisk + whole_wave) : 1 (shared)
wave = B_T*T_w/(2*pi)*(sin(2*pi*(onset + whisking)/T_w) - sin(2*pi*onset/T_w)) : second (shared)
whole_wave = B_T*T_w/(2*pi)*(sin(2*pi*episode/T_w) - sin(2*pi*onset/T_w)) : second (shared)
resting = clip(since, 0*second, t_rest) : second (shared)
rising = clip(since - t_rest, 0*second, t_rise) : second (shared)
whisking = clip(since - onset, 0*second, t_whisk) : second (shared)
since = reach - episodes*episode : second (shared)
episodes = floor(reach/episode) : 1 (shared)
onset = t_rest + t_rise : second (shared)
episode = onset + t_whisk : second (shared)
touches = cycle + clip((phase*T_w - t_c)/tau_c, 0, 1) : 1 (shared, constant over dt)
phase = reach/T_w - cycle : 1 (shared)
cycle = floor(reach/T_w) : 1 (shared)
reach = t + dt/2 : second (shared)
contact_strength = C_T*(1 + C_T_spread*direction) : 1
direction : 1 (constant)
next_arrival : 1
spike_number : integer
A_rest : Hz (shared, constant)
t_rest : second (shared, constant)
t_rise : second (shared, constant)
t_whisk : second (shared, constant)
A_T : Hz (shared, constant)
B_T : 1 (shared, constant)
T_w : second (shared, constant)
C_T : 1 (shared, constant)
C_T_spread : 1 (shared, constant)
tau_c : second (shared, constant)
t_c : second (shared, constant)
transient : second (shared, constant)
duration : second (shared, constant)
seed_network : integer (shared, constant)
seed_input : integer (shared, constant)
"""
"""A step stands for the spikes within dt/2 of its t, hence `reach`.

`direction` is uniform in [-1, 1]: a neuron's preference for the direction of contact.
"""

SPIKE = "expected > next_arrival"
RESET = """
spike_number += 1
next_arrival += unit_arrival(seed_input, i, spike_number)
"""

UNIT_ARRIVAL_CPP = """
static inline double unit_arrival(const int64_t seed, const int64_t neuron, const int64_t number)
{
    // splitmix64 finalizer over a counter made of the three arguments (Steele, Lea & Flood 2014)
    uint64_t z = (uint64_t)seed * 0x9E3779B97F4A7C15ULL + (uint64_t)neuron * 0xD1B54A32D192ED03ULL
               + (uint64_t)number * 0x8CB92BA72F3D8DD7ULL;
    for (int round = 0; round < 2; round++) {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        z ^= z >> 31;
        z += 0x9E3779B97F4A7C15ULL;
    }
    return -log(((z >> 11) + 0.5) * (1.0 / 9007199254740992.0));
}
"""
"""A draw from the exponential distribution of mean 1, fixed by its three arguments."""
