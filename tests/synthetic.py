"""Plausible tables of sweeps and spikes, for tests and for looking at."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from pipeline.measure.events import Events
from pipeline.measure.table import table


@dataclass(frozen=True)
class Knob:
    unit: str
    about: str


KNOBS = {
    "taum": Knob("ms", "membrane time constant"),
    "we": Knob("mV", "weight"),
    "g": Knob("1", "inhibition over excitation"),
    "nu_ext": Knob("spikes/s", "input rate"),
    "delay": Knob("ms", "delay"),
    "p": Knob("1", "probability"),
}


def features_of(populations, events=False):
    watched = dict.fromkeys(populations, "mV")
    return table(list(populations), watched, Events(period_s=0.1, window_s=0.02) if events else None)


def rows_of(points, populations, networks=4, seed=0, diverge=None, runaway=None, protocols=("run",), events=False):
    """Rows of a made-up network; `points`: dicts of knobs."""
    rng, rows, number = np.random.default_rng(seed), [], 0
    features = features_of(populations, events)
    for point, protocol, network in product(points, protocols, range(networks)):
        knobs = {"taum": 20.0, "we": 1.5, "g": 5.0, "nu_ext": 8.0, "delay": 1.5, "p": 0.1} | point
        row = {"point": number, "protocol": protocol, "network": network, **knobs, "status": "ok", "problem": None}
        row |= dict.fromkeys(features)
        number += 1
        if diverge and diverge(knobs, network):
            rows.append(row | {"status": "diverged"})
            continue
        drive = knobs["we"] * knobs["nu_ext"] / knobs["taum"] * 20 / 8
        gain = drive / (1 + 0.25 * knobs["g"])
        run = bool(runaway and runaway(knobs, network))
        if run:
            row["problem"] = "the network runs away"
        for k, name in enumerate(populations):
            noise = lambda s: 1 + s * rng.standard_normal()  # noqa: E731
            rate = 350.0 if run else (1.5 + k) * 4 * gain**1.5 * noise(0.04)
            row[f"rate_{name}"] = rate
            row[f"rate_{name}_sd"] = 0.6 * rate * noise(0.05)
            row[f"n_active_{name}"] = 100
            row[f"cv_{name}"] = None if rate < 1 else (0.95 - 0.03 * rate**0.7 + 0.05 * k) * noise(0.02)
            row[f"chi_{name}"] = float(np.clip(0.1 + 0.4 / (1 + np.exp(-(knobs["g"] - 5))), 0, 1)) * noise(0.05)
            row[f"corr_{name}"] = 0.02 * knobs["delay"] * noise(0.3)
            row[f"peak_frequency_{name}"] = 60 / knobs["delay"] * noise(0.1) + 2 * rate
            row[f"peak_power_{name}"] = 3 * noise(0.3)
            row[f"fano_{name}"] = 0.9 * noise(0.1)
            row[f"v_mean_{name}"] = -55 + rate / 20
            if events:
                row[f"phase_{name}"] = float(np.angle(np.exp(1j * (3.1 + 0.3 * rng.standard_normal()))))
                row[f"psth_{name}"] = [1.0, 2.0]
        rows.append(row)
    return pd.DataFrame(rows), features


def grid(**axes):
    return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]


def hypercube(n, seed=1, **ranges):
    rng = np.random.default_rng(seed)
    columns = {}
    for name, (low, high, log) in ranges.items():
        u = (rng.permutation(n) + rng.random(n)) / n
        columns[name] = low * (high / low) ** u if log else low + (high - low) * u
    return pd.DataFrame(columns).to_dict("records")


def spikes_of(populations, rates, stop_s=3.0, seed=2, rhythm_hz=12.0):
    rng, frames = np.random.default_rng(seed), []
    for name, size in populations.items():
        each = rng.lognormal(np.log(max(rates[name], 1e-9)) - 0.18, 0.6, size) if rates[name] else np.zeros(size)
        times, neurons = [], []
        for neuron, rate in enumerate(each):
            t = np.sort(rng.uniform(0, stop_s, rng.poisson(1.6 * rate * stop_s)))
            t = t[rng.random(len(t)) < (1 + 0.6 * np.sin(2 * np.pi * rhythm_hz * t)) / 1.6]
            times.append(t)
            neurons.append(np.full(len(t), neuron))
        frames.append(
            pd.DataFrame({"population": name, "neuron": np.concatenate(neurons), "t_s": np.concatenate(times)})
        )
    return pd.concat(frames, ignore_index=True).sort_values("t_s", ignore_index=True)
