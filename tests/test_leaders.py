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


def test_equal_trials_are_seldom_called_worse_though_looked_at_again_and_again():
    """At 95 % a look, one of six equal trials was called worse in 22 of 100 fits; against the best only, in 9."""
    worse = 0
    for number in range(100):

        def simulated(settings, effort, number=number):
            rates = [2 + 0.01 * random.Random(f"{number} {seed} {settings}").gauss(0, 1) for seed in effort.seeds]
            extra = {"status": "ok", "rate_I": 10.0}
            return [
                {"protocol": "whisking", "seed_network": seed, **dict.fromkeys(UNITS), **extra, "rate_E": rate}
                for seed, rate in zip(effort.seeds, rates, strict=True)
            ]

        trials = {k: {"g_EE": 0.1 + 0.01 * k} for k in range(10)}
        worse += any(row["verdict"] == "worse" for row in leaders.rank(trials, FIT, TARGETS, simulated, ALIVE))
    assert worse <= 5


def test_a_trial_that_runs_away_on_fresh_networks_is_worse():
    """With one network left there is no standard error, and it was called equal."""

    def simulated(settings, effort):
        rows = _simulated([])(settings, effort)
        if settings["g_EE"] > 0.5:
            rows[0] |= {"status": "diverged", "problem": "v is nan", "t_diverged_s": 0.1, "transient": 0, "duration": 1}
            rows[1:] = []
        return rows

    rows = leaders.rank({1: {"g_EE": 0.1}, 2: {"g_EE": 0.9}}, FIT, TARGETS, simulated, ALIVE)
    assert [(row["trial"], row["verdict"], row["networks"]) for row in rows] == [(1, "best", 2), (2, "worse", 2)]
