"""A made-up network, whose features follow from the gains in closed form, and a fit of it."""

import math

from networks.gutnisky2017.features import COUNTS, UNITS

BASE = {"g_ET": 0.15, "g_IT": 0.2, "g_EI": 0.7}
CONTENT = {
    "targets": "t.csv",
    "free": {name: {"low": value / 2, "high": value * 2} for name, value in BASE.items()},
    "trials": 24,
    "batch": 6,
    "effort": {"networks": 2, "first_seed": 1, "duration": 1},
    "check": {"networks": 3, "first_seed": 100, "duration": 1},
}


def fake_row(row):
    """Return rates and responses like those of the network: products of powers of the gains, and a saturation."""
    et, it, ei = (math.log(row[name] / BASE[name]) for name in BASE)
    touch = row["C_T"] > 0
    features = {
        "rate_E": (4 if touch else 0.8) * math.exp(2.5 * et - 1.2 * it - 1.5 * ei),
        "rate_I": 20 * math.exp(0.3 * et + 0.9 * it - 0.4 * ei) / (1 + 0.1 * math.exp(it)),
        "R_E": 0.32 * math.exp(3 * et - it - 0.8 * ei - 0.5 * et**2) if touch else 0.0,
    }
    jitter = 1 + 0.02 * math.sin(row["seed_network"] * 12.9898 + 78 * sum(row[name] for name in BASE))
    values = {name: value * jitter for name, value in features.items()}
    return {
        **row,
        **dict.fromkeys([*UNITS, *COUNTS]),
        **values,
        "status": "ok",
        "cpu_s": 1.0,
    }


class FakeMeasurements:
    """Stands for pipeline.sweep.rows.Measurements; may fail after so many rows, as a kill does."""

    def __init__(self, fail_after=math.inf):
        self.calls, self.fail_after = 0, fail_after

    def row(self, point):
        self.calls += 1
        if self.calls > self.fail_after:
            raise KeyboardInterrupt
        return fake_row(point)
