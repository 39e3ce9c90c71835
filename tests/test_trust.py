"""Where a posterior may be believed, and what a score on fresh networks says of the best trial."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipeline.fit import posterior as posteriors
from pipeline.fit.free import Free
from pipeline.fit.luck import expected, luck
from pipeline.fit.posterior import Posterior
from pipeline.fit.predicted import missed, predicted
from pipeline.fit.regression import NEAR, Region
from pipeline.fit.surface import Known
from pipeline.fit.targets import Target, score
from pipeline.fit.trust import Trust, onward, trust

SPAN = Free(low=0, high=1, log=False)


def _trust(error_sd, places, ends=10.0, thin=10.0, neural=False, unknown=False, settled=True):
    """Return the trust in a posterior by an emulator that is off by `error_sd`, holds to `ends`, has trials to `thin`.

    Both from the middle of the range.
    """
    region = Region(np.array([0.5]), np.array([[ends**2 / NEAR]]))
    fitted = SimpleNamespace(region=region, variance=lambda at: (np.abs(at[:, 0] - 0.5) > thin) * 2.0)
    stub = SimpleNamespace(fitted=fitted, error_sd=lambda _: np.array(error_sd, float), unknown=unknown)
    found = Posterior({"g": SPAN}, (), stub, np.array(places, float)[:, None], 1000, neural)
    return trust(found, found if settled else None)


def test_an_emulator_that_is_off_by_more_than_a_target_says_nothing():
    said = _trust([1.7, 0.1], [0.1, 0.25]).doubt(["a", "b"])
    assert said == (
        "The response surface is not good enough to say how sure the knobs are: it predicts a to 1.70 sd only, and "
        "1 sd is the limit."
    )
    assert said.count(". ") == 0
    assert _trust([0.9], [0.1, 0.3]).doubt(["a"]) == ""
    assert "predicts a not at all" in _trust([np.nan], [0.1, 0.2]).doubt(["a"])


def test_where_trials_tell_less_than_one_there_would_the_posterior_is_untested():
    found = _trust([0.1], [0.3, 0.45, 0.5, 0.6, 0.69], thin=0.195)
    assert found.untested == pytest.approx(1 / 5)
    assert found.doubt(["a"]) == "20 % of the posterior lies where trials tell too little."
    assert Trust(np.array([0.1]), 0.04, {"g": 0.2}).doubt(["a"]) == ""
    assert "set trials to 48 in my/fit.yaml" in onward(24, 2, "my/fit.yaml")
    assert "set trials to 270 in my/fit.yaml" in onward(24, 8, "my/fit.yaml")


def test_a_posterior_that_reaches_the_end_of_what_the_emulator_knows_is_untested():
    assert _trust([0.1], [0.5, 0.7, 0.3, 0.4], ends=0.3).untested == 0
    assert _trust([0.1], [0.5, 0.79, 0.22, 0.4], ends=0.3).untested == 0.5


def test_a_neural_posterior_does_not_rest_on_the_emulator():
    assert _trust([1.7], [0.5, 0.79, 0.22, 0.4], ends=0.3, neural=True).doubt(["a"]) == ""


def test_what_was_not_tested_is_in_doubt():
    assert "no posterior to tell whether it has settled" in _trust([0.1], [0.3, 0.5], settled=False).doubt(["a"])
    assert "those of the check do not say how noisy each target is" in _trust([0.1], [0.3, 0.5], unknown=True).doubt(
        ["a"]
    )
    assert "middle of g by 1.3 sd" in Trust(np.array([0.1]), 0.0, {"g": 1.3}).doubt(["a"])


def test_a_surface_that_bends_otherwise_than_its_feature_is_doubted_and_one_that_does_not_is_believed():
    rng = np.random.default_rng(1)
    target = Target("rate", "base", "mean", 5.0, 0.2, "1", "")

    def doubt(rate):
        trials = []
        for g in rng.uniform(0, 1, 30):
            value = rate(g)
            trials.append(Known({"g": g}, {("base", "rate"): value}, abs(value - 5) / 0.2))
        found = posteriors.posterior(trials, {"g": SPAN}, [target], np.zeros(1), seed=1)
        return trust(found, found).doubt(["rate of base"])

    assert doubt(lambda g: 5 * np.exp(g - 0.5)) == ""
    assert "predicts rate of base to " in doubt(lambda g: 5 + 3 * np.sin(40 * g))


def test_intervals_hold_where_all_trials_share_networks_that_are_noisier_than_the_targets():
    """Noise of 3 sd that is the same in all trials: 90 % intervals held in 14 % of cases, and no knobs reached."""
    held = reached = 0
    for seed in range(8):
        rng = np.random.default_rng(seed)
        offset, error = 3 * rng.standard_normal(5), rng.standard_normal(5)
        targets = [Target(f"rate_{k}", "base", "mean", 10 + k + error[k], 1.0, "1", "") for k in range(5)]
        trials = []
        for g in rng.uniform(0.5, 2, 30):
            features = {("base", f"rate_{k}"): (10 + k) * g + offset[k] for k in range(5)}
            trials.append(Known({"g": g}, features, score(targets, features)))
        free = {"g": Free(low=0.5, high=2, log=False)}
        found = posteriors.posterior(trials, free, targets, np.full(5, 3.0), seed, part=10)
        low, high = np.quantile(0.5 + 1.5 * found.places[:, 0], (0.05, 0.95))
        held += low <= 1 <= high
        reached += missed(predicted(found, trials)) == ""
    assert held >= 7
    assert reached >= 7


FITTED = pd.DataFrame({"sd": [1.0, 2.0], "sem": [0.3, 0.8], "deviation_sd": [0.3, -0.5], "beyond": 0})


def test_the_best_trial_was_lucky_where_noise_does_not_explain_its_score_on_fresh_networks():
    noise = np.array([0.4, 0.0])
    most = np.sqrt(0.1**2 + (0.4**2 + 0.3**2 + 0.4**2) / 2)
    assert expected(0.1, FITTED, noise) == pytest.approx(most)
    lucky, said = luck(0.1, FITTED, noise, "my/fit.yaml")
    assert not lucky
    assert "0.10 on its own networks and of 0.41 on fresh ones" in said
    assert f"about {most:.2f}, so that is nothing to worry about." in said
    lucky, said = luck(0.1, FITTED.assign(deviation_sd=[1.4, -0.5]), noise, "my/fit.yaml")
    assert lucky
    assert "more networks (effort: networks in my/fit.yaml)" in said
    far = FITTED.assign(deviation_sd=[100.0, 100.0])  # a feature that was undefined before, too, is no bad luck
    assert luck(100.0, far, noise, "my/fit.yaml") == (False, "")
    # noise of one target that is not known counts as that of the others, and hides no luck
    unknown = FITTED.assign(sem=[0.3, np.nan], deviation_sd=[1.4, -0.5])
    assert expected(0.1, unknown, np.array([0.4, np.nan])) == pytest.approx(np.sqrt(0.1**2 + 0.4**2 + 0.3**2))
    assert luck(0.1, unknown, np.array([0.4, np.nan]), "my/fit.yaml")[0]
    assert luck(0.1, FITTED.assign(sem=np.nan), np.zeros(2), "my/fit.yaml") == (False, "")
    assert luck(0.1, FITTED.assign(beyond=[0, 1]), noise, "my/fit.yaml") == (False, "")  # is no question of chance
