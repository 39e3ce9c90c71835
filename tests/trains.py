"""Spikes of made-up neurons."""

import numpy as np

from pipeline.measure.trains import Spikes

STOP_S = 10.0
DT_S = 1e-4


def spiking(trains, size=None):
    """One train a neuron."""
    neurons = np.repeat(np.arange(len(trains)), [len(train) for train in trains])
    times = np.concatenate([np.asarray(train, float) for train in trains]) if trains else np.empty(0)
    return Spikes(times, neurons, len(trains) if size is None else size)


def poisson(rng, rate, stop_s, size):
    n = rng.poisson(rate * stop_s * size)
    return Spikes(rng.uniform(0, stop_s, n), rng.integers(0, size, n), size)
