"""The front of several objectives: what is on it, how probable that is, and which trials noise does not tell apart."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import norm

from pipeline.fit import front

CORNER = np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0], [2.5, 2.5], [2.0, 2.0]])


def test_a_place_is_on_the_front_where_no_other_is_better_in_one_objective_and_worse_in_none():
    assert front.unbettered(CORNER).tolist() == [True, True, True, False, True]  # equal places do not better each other
    assert front.unbettered(np.array([[1.0, 1.0], [1.0, 2.0]])).tolist() == [True, False]
    assert front.unbettered(np.zeros((0, 2))).tolist() == []


def test_the_probability_of_the_front_is_that_of_two_trials_and_their_errors():
    """The second is on it unless the first betters it in both: 1 - P(worse in a) P(worse in b)."""
    values, errors = np.array([[1.0, 1.0], [1.1, 1.2]]), np.array([[0.1, 0.1], [0.1, 0.1]])
    worse = norm.cdf([0.1 / np.hypot(0.1, 0.1), 0.2 / np.hypot(0.1, 0.1)])
    chance = front.on_front(values, errors, seed=1)
    assert chance[1] == pytest.approx(1 - worse.prod(), abs=0.05)
    assert chance[0] == pytest.approx(1 - (1 - worse).prod(), abs=0.05)
    assert front.on_front(values, 0 * errors, seed=1).tolist() == [1, 0]
    far = np.vstack([values, 50 + np.arange(2.0 * front.MOST).reshape(-1, 2)])
    assert front.on_front(far, np.full(far.shape, 0.1), seed=1)[:2] == pytest.approx(chance, abs=0.05)


def test_trials_are_told_apart_by_the_objective_in_which_they_differ_most():
    values = np.array([[1.0, 1.0], [1.05, 1.02], [1.0, 2.0]])
    assert front.alike(values, np.full((3, 2), 0.05)) == [[1], [0], []]
    assert front.alike(values, np.full((3, 2), 1e-6)) == [[], [], []]


def test_a_sentence_counts_those_that_differ_and_those_that_may_be_on_the_front():
    rows = [
        {"trial": 1, "on_front": "yes", "alike": "#2"},
        {"trial": 2, "on_front": "yes", "alike": "#1 #4"},
        {"trial": 3, "on_front": "yes", "alike": "#4"},
        {"trial": 4, "on_front": "perhaps", "alike": "#2 #3"},
    ]
    assert front.said(rows).startswith("1 of these 3 differ from all others by more than noise")
    assert "; 1 more may be on the front, with a probability above 5 %." in front.said(rows)
    assert front.said(rows[2:3]).endswith(").")


def test_of_trials_with_one_network_nothing_is_called_different():
    """Noise that is not known counted as none: all were told apart, with a probability of 1."""
    fit = SimpleNamespace(objectives={"a": (), "b": ()}, free={"g": None}, tied={}, seed=1)
    rows = [
        {"trial": k, "g": 1.0 + k, "state": "complete", "constraint": -1.0, "score": 2.0, "score_sem": None}
        | {"score_a": a, "score_b": b, "sem_a": None, "sem_b": None}
        for k, (a, b) in enumerate([(1.0, 3.0), (1.0001, 2.9999), (2.0, 2.0), (3.0, 3.0)])
    ]
    found = front.front(rows, fit)
    assert [row["trial"] for row in found] == [0, 1, 2]
    assert {row["probability"] for row in found} == {None}
    again = rows[0] | {"trial": 7}  # NSGA-II may try the same twice
    assert [row["trial"] for row in front.front([*rows, again], fit)] == [0, 1, 2]
    assert front.said(found).startswith("of these 3 none is told from another: ")


def test_a_trial_of_unknown_noise_leaves_the_others_theirs():
    fit = SimpleNamespace(objectives={"a": (), "b": ()}, free={"g": None}, tied={}, seed=1)
    known = {"state": "complete", "constraint": 0, "score": 1, "score_sem": 0.1, "sem_a": 0.01, "sem_b": 0.01}
    rows = [
        known | {"trial": k, "g": k, "score_a": a, "score_b": b} for k, (a, b) in enumerate([(1, 3), (2, 2), (3, 1)])
    ]
    found = front.front([*rows, rows[2] | {"trial": 3, "g": 9, "score_a": 3.001, "score_b": 0.5, "sem_b": None}], fit)
    assert [row["probability"] for row in found[:2] + found[3:]] == [1, 1, None]
    assert 0.4 < found[2]["probability"] < 0.7
    assert [row["alike"] for row in found] == [front.NONE, front.NONE, "#3", front.UNKNOWN]
    assert "; of 1 that is not known: " in front.said(found)
