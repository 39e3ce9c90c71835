"""The loss: standard error against closed forms, and how it grows beyond the envelope."""

import math
import random

import numpy as np
import pytest

from networks.gutnisky2017.features import UNITS
from pipeline.fit import loss as losses
from pipeline.fit.targets import FAR, Target, deviation
from pipeline.measure.envelope import Envelope

RATE = Target("rate_E", "whisking", "mean", 1.0, 0.5, "spikes/s", "")
TOUCH = Target("rate_E", "touch", "mean", 4.0, 1.0, "spikes/s", "")
NONE = dict.fromkeys(UNITS)
ALIVE = Envelope(rates={"E": (0.01, 100.0), "I": (0.1, 300.0)})


def _row(rate, seed=1, protocol="whisking", **more):
    rates = {"rate_E": rate, "rate_I": 20.0, "status": "ok", "transient": 0.5, "duration": 1.5}
    return {"protocol": protocol, "seed_network": seed, **NONE, **rates, "t_diverged_s": None, "problem": None, **more}


def _diverged(t_s):
    problem = {"status": "diverged", "t_diverged_s": t_s, "problem": "v of E neuron 3 is not finite"}
    return _row(None, **{**problem, "rate_I": None})


def _loss(*rows, targets=(RATE,)):
    return losses.loss(targets, {}, rows, ALIVE)


def test_the_jackknife_of_a_mean_is_its_standard_error():
    values = [0.7, 0.9, 1.6, 1.1]
    rows = [_row(value, seed) for seed, value in enumerate(values)]
    mean = sum(values) / 4
    expected = math.sqrt(sum((x - mean) ** 2 for x in values) / 3 / 4)
    assert losses.jackknife(rows, losses.columns([RATE]), RATE.value) == pytest.approx(expected)
    assert losses.jackknife(rows[:1], losses.columns([RATE]), RATE.value) is None


def test_the_standard_error_of_a_score_is_that_of_scores_of_other_networks():
    """Far from the target the score is linear in the means: 2 targets on shared networks, drawn again and again."""
    draw = random.Random(5)

    def study(shared):
        rows = []
        for seed in range(8):
            common = draw.gauss(0, 0.3)
            for protocol, base in (("whisking", 3.0), ("touch", 8.0)):
                noise = common if shared else draw.gauss(0, 0.3)
                rows.append(_row(base + noise, seed if shared or protocol == "touch" else seed + 50, protocol))
        return _loss(*rows, targets=(RATE, TOUCH))

    for shared in (True, False):
        found = [study(shared) for _ in range(400)]
        mean = sum(one.score for one in found) / len(found)
        spread = math.sqrt(sum((one.score - mean) ** 2 for one in found) / (len(found) - 1))
        assert sum(one.sem for one in found) / len(found) == pytest.approx(spread, rel=0.1)


def test_a_feature_that_one_network_alone_has_leaves_no_noise_of_a_score_and_none_of_other_objectives():
    """Without that network it counted as undefined, 100 sd off: one such trial made 40 of 40 as good as the best."""
    rows = [_row(rate + 3, seed, "touch", cv_I=0.5 if seed == 1 else None) for seed, rate in ((1, 0.5), (2, 1.1))]
    rows += [_row(rate, seed) for seed, rate in ((1, 2.7), (2, 3.3))]
    cv = Target("cv_I", "touch", "mean", 0.4, 0.1, "1", "")
    found = losses.loss((RATE, TOUCH, cv), {"a": (RATE,), "b": (TOUCH, cv)}, rows, ALIVE)
    assert (found.sem, found.without) == (None, [])
    assert found.objectives["b"][1] is None
    alone = losses.loss((RATE,), {}, [row for row in rows if row["protocol"] == "whisking"], ALIVE)
    assert found.objectives["a"][1] == pytest.approx(alone.sem)


def test_the_loss_grows_the_further_a_run_is_beyond_the_envelope():
    within, edge, beyond, far = (_loss(_row(rate)) for rate in (99.9, 100.0001, 200, 2000))
    assert within.constraint < 0 < edge.constraint < beyond.constraint < far.constraint
    assert within.problem is None
    assert beyond.problem == "whisking: E runs away, 200 spikes/s"
    assert within.score == pytest.approx(edge.score, abs=0.1)  # no jump at the edge
    assert edge.score < beyond.score < far.score < math.inf
    assert beyond.constraint == pytest.approx(math.log10(2))
    silent, quiet = _loss(_row(0.0)), _loss(_row(0.005))
    assert 0 < quiet.constraint < silent.constraint < math.inf
    assert quiet.score < silent.score
    assert silent.problem == "whisking: E is silent, 0 spikes/s"


def test_a_diverged_run_is_the_worse_the_earlier_it_diverged():
    early, late = _loss(_diverged(0.1)), _loss(_diverged(1.9))
    assert 1 < late.constraint < early.constraint < 2
    assert FAR < late.score < early.score < math.inf
    assert early.problem == "whisking: v of E neuron 3 is not finite"
    # one network of two, and its spikes count nowhere
    both = _loss(_row(1.0), _diverged(1.9))
    assert both.score == pytest.approx(FAR * both.constraint)


def test_objectives_share_the_penalty():
    rows = [_row(1.0), _row(200.0, protocol="touch")]
    found = losses.loss((RATE, TOUCH), {"a": (RATE,), "b": (TOUCH,)}, rows, ALIVE)
    penalty = FAR * math.log10(2)
    assert found.objectives["a"][0] == pytest.approx(penalty)
    assert found.objectives["b"][0] == pytest.approx(FAR + penalty)


def test_runs_are_compared_by_the_targets_that_they_measure():
    slope = Target("rate_E", "whisking+slow", "slope_A_T", 0, 1, "spikes/s per A_T", "", (14, 6))
    assert losses.comparisons((RATE, TOUCH, slope), _row(2.0)) == [2.0]
    assert losses.comparisons((RATE, TOUCH), _row(3.0, protocol="touch")) == [1.0]


def test_angles_are_compared_and_averaged_around_the_circle():
    """3.1 and -3.1 rad are 0.08 apart; on a line they were 62 sd, and their mean the opposite direction."""
    target = Target("phase_E", "whisking", "mean", 3.1, 0.1, "rad", "")
    assert deviation(target, target.value({("whisking", "phase_E"): -3.1})) == pytest.approx(0.832, abs=1e-3)
    rows = [_row(1.0, seed, phase_E=angle) for seed, angle in enumerate([3.1, -3.1, 3.0, -3.0])]
    columns = losses.columns([target])
    assert target.value(losses.means(losses.collect(rows, columns))) == pytest.approx(math.pi)
    off = np.array([3.1 - math.pi, math.pi - 3.1, 3 - math.pi, math.pi - 3])
    assert losses.jackknife(rows, columns, target.value) == pytest.approx(np.std(off, ddof=1) / 2)
