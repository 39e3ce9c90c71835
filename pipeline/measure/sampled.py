"""Few neurons out of a network, as an experiment records them: what is measured is of these alone."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from pipeline.engine.recording import NetworkRecording
from pipeline.measure.trains import chosen

Neurons = Mapping[str, int]
"""By population how many neurons are measured; of others all are."""


def said(neurons: Neurons) -> str:
    """Return it as a row of a table says it, such as 'E=50 I=20'; `read` is the other way."""
    return " ".join(f"{name}={n}" for name, n in neurons.items())


def read(text: str) -> dict[str, int]:
    """Return what `said` wrote."""
    pairs = (word.rpartition("=") for word in text.split())
    return {name: int(n) for name, _, n in pairs}


def sampled(recording: NetworkRecording, neurons: Neurons, *seeds: float) -> NetworkRecording:
    """Return a recording with the spikes of so many neurons of a population, drawn by `seeds` and its name.

    Numbered anew, from 0. Potentials and states stay those of all neurons.
    """
    spikes = dict(recording.spikes)
    for name, n in neurons.items():
        train = spikes[name]
        drawn = np.random.default_rng([int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]), *map(int, seeds)])
        spikes[name] = chosen(train, np.sort(drawn.choice(train.size, min(n, train.size), replace=False)))
    return replace(recording, spikes=spikes)
