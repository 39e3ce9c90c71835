"""Leaders on more and more networks."""

import random

import pytest

from networks.gutnisky2017.features import UNITS
from pipeline.config.reader import parse
from pipeline.fit import leaders
from pipeline.fit.problem import Fit
from pipeline.fit.targets import Target
from pipeline.measure.envelope import Envelope

ALIVE = Envelope(rates={"E": (0.01, 100.0), "I": (0.1, 300.0)})
TARGETS = (Target("rate_E", "whisking", "mean", 1.0, 0.1, "spikes/s", ""),)
FIT = parse(
    Fit,
    {
        "targets": "t.csv",
        "free": {"g_EE": {"low": 0.1, "high": 1}},
        "trials": 2,
        "effort": {"networks": 1, "first_seed": 1, "duration": 1},
        "check": {"networks": 1, "first_seed": 2, "duration": 1},
        "leaders": {"best": 4, "first_seed": 100, "networks": 16, "duration": 1},
    },
    "fit.yaml",
)


def _simulated(calls):
    def simulated(settings, effort):
        """Rates of 1 + g_EE, with an error that networks share and a small one that they do not."""
        calls.append((settings["g_EE"], effort.networks))
        rows = []
        for seed in effort.seeds:
            shared, own = random.Random(seed).gauss(0, 0.1), random.Random(seed * settings["g_EE"]).gauss(0, 0.01)
            rate = 1.5 + settings["g_EE"] + shared + own
            extra = {"status": "ok", "rate_E": rate, "rate_I": 10.0}
            rows.append({"protocol": "whisking", "seed_network": seed, **dict.fromkeys(UNITS), **extra})
        return rows

    return simulated


def test_they_separate_on_as_few_networks_as_it_takes_or_are_equal():
    calls = []
    trials = {7: {"g_EE": 0.9}, 3: {"g_EE": 0.1}, 5: {"g_EE": 0.1005}, 9: {"g_EE": 0.5}}
    rows = leaders.rank(trials, FIT, TARGETS, _simulated(calls), ALIVE)
    found = {row["trial"]: row for row in rows}
    assert {found[3]["verdict"], found[5]["verdict"]} == {"best", "equal"}
    assert [row["verdict"] for row in rows] == ["best", "equal", "worse", "worse"]
    assert [row["trial"] for row in rows[2:]] == [9, 7]  # by score
    assert found[3]["networks"] == found[5]["networks"] == 16
    # networks shift both scores alike, by 10 times what sets 7 apart: only paired differences tell so soon
    assert found[7]["networks"] <= 4
    assert found[7]["difference"] == pytest.approx(8, abs=0.5)
    assert found[7]["difference_sem"] < found[7]["score_sem"] / 3
    assert max(n for gain, n in calls if gain == 0.9) == found[7]["networks"]
