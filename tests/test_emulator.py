"""The emulator of features: what it knows of noise, of its own misfit, and of what it is compressed to."""

import numpy as np
import pytest

from pipeline.fit.covariance import shrunk
from pipeline.fit.emulator import emulator
from pipeline.fit.regression import Region, quadratics
from pipeline.fit.seen import Seen

TARGETS = 30
AROUND = Region(np.full(2, 0.5), 0.04 * np.eye(2))


def _correlated(rng, n, factors=3):
    """Return n draws of noise of variance 1 that goes together, and its correlations."""
    loads = np.random.default_rng(5).standard_normal((TARGETS, factors)) * 0.5
    whole = loads @ loads.T + 0.3 * np.eye(TARGETS)
    sd = np.sqrt(np.diag(whole))
    return rng.multivariate_normal(np.zeros(TARGETS), whole / np.outer(sd, sd), n), whole / np.outer(sd, sd)


def _seen(rng, n, bend=0.0, shared=0, offset=0.0):
    """Return trials of two networks each: features are linear in two knobs, with `bend` a wave beside."""
    slopes = np.random.default_rng(6).standard_normal((TARGETS, 2)) * 10
    places = np.clip(0.5 + 0.2 * rng.standard_normal((n, 2)), 0, 1)
    of_networks = np.stack([_correlated(rng, n)[0], _correlated(rng, n)[0]])
    values = (places - 0.5) @ slopes.T + of_networks.mean(axis=0) + bend * np.sin(25 * places[:, :1])
    own = np.arange(n) >= shared
    values[~own] += offset - of_networks.mean(axis=0)[~own]
    half = (of_networks[0] - of_networks[1]) / 2
    scatter = [one[None] for one in half[own]]  # its square is the variance of the mean of two
    return Seen(places, values, own, scatter, np.full(TARGETS, 0.5), places[:0]), slopes


def test_correlations_of_nothing_are_shrunk_away_and_strong_ones_stay():
    rng = np.random.default_rng(1)
    found, sd = shrunk(rng.standard_normal((40, TARGETS)) * 3, np.ones(40))
    off = ~np.eye(TARGETS, dtype=bool)
    assert np.abs(found[off]).max() < 0.1
    assert sd.mean() == pytest.approx(3, rel=0.05)
    rows, exact = _correlated(rng, 400)
    assert np.abs(shrunk(rows, np.ones(400))[0] - exact).max() < 0.2


def test_what_targets_are_compressed_to_has_the_covariance_that_it_says():
    """From 60 trials the inverse covariance of 30 targets is much too large: in-sample it would promise too much."""
    said, plain = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        trials, _ = _seen(rng, 60)
        found = emulator(trials, AROUND, True, np.zeros(TARGETS))
        exact = found.compression @ _correlated(rng, 1)[1] @ found.compression.T
        rows = np.concatenate(trials.scatter)
        naive = found.compression @ np.corrcoef(rows, rowvar=False) @ found.compression.T
        said.append(np.trace(found.of_targets) / np.trace(exact))
        plain.append(np.trace(naive) / np.trace(exact))
    assert np.mean(said) == pytest.approx(1, abs=0.15)
    assert np.mean(plain) < 0.8


def test_noise_is_no_misfit_and_a_feature_that_bends_otherwise_is_one():
    rng = np.random.default_rng(3)
    still = emulator(_seen(rng, 120)[0], AROUND, True, np.zeros(TARGETS))
    assert np.sqrt(still.misfit).max() < 0.4
    assert np.trace(still.of_misfit) < 0.1 * np.trace(still.of_trials)
    bent = emulator(_seen(rng, 120, bend=2.0)[0], AROUND, True, np.zeros(TARGETS))
    assert np.sqrt(bent.misfit) == pytest.approx(np.full(TARGETS, np.sqrt(2)), rel=0.3)
    assert np.trace(bent.of_misfit) > 10 * np.trace(still.of_misfit) + 0.5 * np.trace(still.of_trials)


def test_where_all_trials_share_their_networks_noise_hides_no_misfit():
    """All are off together, so that it is not in what they are missed by; it was taken off once more."""
    trials, _ = _seen(np.random.default_rng(3), 120, bend=1.5, shared=120, offset=1.0)
    found = emulator(trials, AROUND, False, np.ones(TARGETS))
    assert np.sqrt(found.misfit) == pytest.approx(np.full(TARGETS, 1.5 / np.sqrt(2)), rel=0.3)
    still = emulator(_seen(np.random.default_rng(3), 120, shared=120)[0], AROUND, False, np.ones(TARGETS))
    assert np.sqrt(still.misfit).max() < 0.01
    assert np.trace(found.of_misfit) > 0.5


def test_the_networks_that_trials_share_do_not_move_the_features():
    rng = np.random.default_rng(4)
    trials, slopes = _seen(rng, 160, shared=80, offset=5.0)
    found = quadratics(trials.places, trials.values, trials.own, AROUND)
    middle = np.full((1, 2), 0.5)
    assert np.abs(found.values(middle)).max() < 0.5
    assert found.slopes == pytest.approx(0.2 * slopes, abs=0.4)  # for an sd of the region
    assert emulator(trials, AROUND, True, np.zeros(TARGETS)).error_sd(middle).max() < 0.4


def test_a_target_that_most_trials_lack_says_nothing_and_one_that_some_lack_is_predicted_from_the_others():
    rng = np.random.default_rng(5)
    trials, slopes = _seen(rng, 120)
    trials.values[::3, 0] = np.nan
    trials.values[:100, 1] = np.nan
    found = quadratics(trials.places, trials.values, trials.own, AROUND)
    assert found.slopes[0] == pytest.approx(0.2 * slopes[0], abs=0.5)
    assert not found.coefficients[:, 1].any()
    assert np.isnan(emulator(trials, AROUND, True, np.zeros(TARGETS)).residual[1])


def test_a_target_whose_networks_do_not_differ_has_the_error_of_its_table():
    """Its error was 0: what a deterministic network is fitted to was known exactly."""
    trials, _ = _seen(np.random.default_rng(7), 120)
    for rows in trials.scatter:
        rows[:, :5] = 0
    found = emulator(trials, AROUND, True, np.zeros(TARGETS))
    assert found.apart.tolist() == [True] * 5 + [False] * (TARGETS - 5)
    alone = found.compression[:, :5] @ found.compression[:, :5].T
    assert np.linalg.eigvalsh(found.of_targets - 0.99 * alone).min() > 0
    for rows in trials.scatter:
        rows[:] = 0
    still = emulator(trials, AROUND, True, np.zeros(TARGETS))
    assert still.of_targets == pytest.approx(still.compression @ still.compression.T)


def test_a_target_that_few_networks_have_takes_the_correlations_from_no_other():
    """One that was undefined in every second network made all targets independent, in silence."""
    trials, _ = _seen(np.random.default_rng(8), 120)
    whole = emulator(trials, AROUND, True, np.zeros(TARGETS))
    for rows in trials.scatter[::3] + trials.scatter[1::3]:
        rows[:, 0] = np.nan
    found = emulator(trials, AROUND, True, np.zeros(TARGETS))
    assert found.apart.tolist() == [True] + [False] * (TARGETS - 1)
    assert found.share == pytest.approx(whole.share, abs=0.15)
    assert emulator(trials, AROUND, False, np.zeros(TARGETS)).share == 1


def test_a_feature_that_is_at_its_target_in_all_trials_is_known_exactly():
    trials, _ = _seen(np.random.default_rng(9), 120)
    trials.values[:, 2] = 0
    found = emulator(trials, AROUND, False, np.zeros(TARGETS))
    assert found.error_sd(np.full((1, 2), 0.5))[2] == pytest.approx(0, abs=1e-6)
