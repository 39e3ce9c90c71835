"""Which trials are as good as the best: against tables of subset selection, and by counting over made-up fits."""

import math

import numpy as np
import pandas as pd
import pytest

from pipeline.config.reader import ConfigError
from pipeline.fit.equals import CONFIDENCE, equals, quantile
from pipeline.fit.targets import Target

TARGET = Target("rate_E", "touch", "mean", 0.0, 1.0, "spikes/s", "")
UNKNOWN = np.zeros(1)


def _trials(scores, without=None):
    """Return trials with these scores, and a knob that is their number; `without`: scores without each network."""
    return pd.DataFrame(
        {
            "trial": range(len(scores)),
            "state": "complete",
            "constraint": -1.0,
            "origin": "random",
            "score": np.asarray(scores, float),
            "score_without": [[list(one)] for one in without] if without is not None else [[]] * len(scores),
            "g": np.arange(len(scores), dtype=float),
            "touch rate_E": np.asarray(scores, float),
        }
    )


def _measured(values):
    """Return trials whose score is the mean over networks of `values`, trials x networks."""
    n = values.shape[1]
    return _trials(values.mean(axis=1), (values.sum(axis=1, keepdims=True) - values) / (n - 1))


@pytest.mark.parametrize(("n", "h"), [(2, 1.8124), (3, 2.2302), (4, 2.4516), (10, 2.9829)])
def test_the_quantile_is_that_of_bechhofers_table(n, h):
    """Bechhofer (1954), P* = 0.9, whose h is that of a single mean's standard error: sqrt(2) times ours."""
    assert quantile(n) * math.sqrt(2) == pytest.approx(h, abs=2e-4)


def test_the_truly_best_is_among_them_as_often_as_it_is_said_and_the_best_always():
    """30 trials that are all alike, the hardest case, each on the same 4 networks, which all trials share."""
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(300):
        networks = rng.standard_normal(4)  # a bad network is bad for all: it does not tell trials apart
        values = 5 + networks + 0.5 * rng.standard_normal((30, 4))
        table = _measured(values)
        alike = equals(table, {"g": float(table["score"].idxmin())}, [TARGET], UNKNOWN)
        assert alike.best == alike.trials["trial"].iloc[0] == table["score"].idxmin()
        assert len(alike.trials) == (table["score"] <= alike.trials["score"].max()).sum()
        found += 7 in set(alike.trials["trial"])
    assert found / 300 == pytest.approx(CONFIDENCE, abs=0.06)


def test_the_noise_that_all_trials_share_does_not_make_them_alike():
    rng = np.random.default_rng(4)
    networks = 3 * rng.standard_normal(6)
    values = networks + np.array([[2.0], [2.05], [3.0], [3.5], [4.0], [5.0]]) + 0.1 * rng.standard_normal((6, 6))
    alike = equals(_measured(values), {"g": 0.0}, [TARGET], UNKNOWN)
    # one difference has a variance of 2 * 0.1**2 over networks, so its mean over 6 an error of 0.058; scores have 1.2
    assert alike.sigma == pytest.approx(0.1 * math.sqrt(2 / 6), rel=0.3)
    assert list(alike.trials["trial"]) == [0, 1]
    assert alike.says().startswith("2 trials, the best among them, are alike within noise: their scores are ")


def test_the_best_of_fresh_networks_is_among_them_and_so_is_each_with_a_better_score():
    rng = np.random.default_rng(5)
    values = np.array([2.0, 2.5, 3.0, 9.0])[:, None] + 0.01 * rng.standard_normal((4, 4))
    alike = equals(_measured(values), {"g": 2.0}, [TARGET], UNKNOWN)
    assert alike.best == 2
    assert list(alike.trials["trial"]) == [0, 1, 2]


def test_with_one_network_a_trial_the_noise_is_that_of_the_check():
    """One target: its deviation is the score, so two scores differ by the noise times sqrt(2)."""
    scores = [1.0, 1.2, 1.9, 2.1, 5.0]
    alike = equals(_trials(scores), {"g": 0.0}, [TARGET], np.array([0.3]))
    assert alike.sigma == pytest.approx(0.3 * math.sqrt(2))
    assert alike.bound == pytest.approx(1 + 0.3 * math.sqrt(2) * quantile(5))  # 1.78
    assert list(alike.trials["trial"]) == [0, 1]
    alone = equals(_trials(scores), {"g": 0.0}, [TARGET], UNKNOWN)
    assert list(alone.trials["trial"]) == [0]
    assert "is not known" in alone.says()


def test_pruned_trials_and_those_beyond_the_envelope_are_never_among_them():
    table = _trials([1.0, 1.0, 1.0, 1.0])
    table.loc[1, "state"], table.loc[2, "constraint"] = "pruned", 0.1
    assert list(equals(table, {"g": 0.0}, [TARGET], np.array([1.0])).trials["trial"]) == [0, 3]
    with pytest.raises(ConfigError, match="tables are of different fits"):
        equals(table, {"g": 1.0}, [TARGET], UNKNOWN)


def test_the_best_trial_is_found_by_its_knobs_however_small_they_are():
    """Of knobs of nanosiemens in siemens every trial was within 1e-8 of the best."""
    table = _trials([1.0, 1.1]).assign(g=[5e-9, 6e-9])
    assert equals(table, {"g": 6e-9}, [TARGET], UNKNOWN).best == 1
