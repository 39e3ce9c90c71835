"""What trials beyond the envelope say: no posterior lies where a network was seen dead."""

import numpy as np
import pytest

from pipeline.fit.explore import explore
from pipeline.fit.free import Free
from pipeline.fit.living import living
from pipeline.fit.posterior import posterior
from pipeline.fit.regression import Region
from pipeline.fit.surface import Known, Trials, settings_at
from pipeline.fit.targets import Target, score

FREE = {"gain": Free(low=0.5, high=2), "drive": Free(low=0.1, high=10)}
TARGETS = tuple(Target(name, "p", "mean", mean, mean / 10, "1", "", ()) for name, mean in (("rate", 10.0), ("cv", 5.0)))

END = np.log(2 / 0.1) / np.log(10 / 0.1)
"""The place of the drive beyond which the network is silent; no target depends on the drive."""


def simulated(settings: dict[str, float], rng: np.random.Generator, own: bool) -> Known:
    networks = np.array([10, 5]) * settings["gain"] + rng.standard_normal((2, 2)) * [1, 0.2]
    features = {("p", target.feature): value for target, value in zip(TARGETS, networks.mean(axis=0), strict=True)}
    without = [networks[::-1]] if own else []
    origin = "posterior" if own else "response_surface"
    if settings["drive"] > 2:
        return Known(settings, {}, 1e3, origin, [], alive=False)
    return Known(settings, features, score(TARGETS, features), origin, without)


@pytest.fixture(scope="module")
def trials() -> Trials:
    rng = np.random.default_rng(0)
    found: list[Known] = []
    while sum(trial.alive for trial in found) < 12:
        found.append(simulated(settings_at(rng.random(2), FREE), np.random.default_rng(1), False))
    for batch in range(4):
        for settings, origin in explore(found, FREE, TARGETS, "independent", 8 * batch, 8, batch):
            own = origin == "posterior"
            found.append(simulated(settings, rng if own else np.random.default_rng(1), own))
    return found


def test_no_posterior_is_where_the_network_was_seen_dead_and_trials_leave_that(trials):
    """29 % of it were: dead trials taught nothing, so each batch proposed them again."""
    found = posterior(trials, FREE, TARGETS, np.zeros(2), 1, part=5)
    drive = found.places[:, 1]
    assert (drive > END).mean() < 0.05
    # within, all places of the drive are alike
    assert np.quantile(drive, 0.05) == pytest.approx(0.05 * END, abs=0.04)
    assert np.quantile(drive, 0.95) == pytest.approx(0.95 * END, abs=0.06)
    assert sum(not trial.alive for trial in trials[-16:]) < sum(not trial.alive for trial in trials[:16])


def test_trials_that_were_all_alive_say_nothing_of_death():
    places = np.random.default_rng(0).random((50, 2))
    region = Region.of(places)
    assert not living(places, places[:0], region).misfit(places).any()


def test_the_probability_of_life_is_that_of_a_logistic_curve():
    """Of 4000 trials along one knob, the odds of life fall by e for each tenth of its range."""
    rng = np.random.default_rng(0)
    places = rng.random((4000, 1))
    alive = rng.random(4000) < 1 / (1 + np.exp((places[:, 0] - 0.5) / 0.1))
    region = Region(np.array([0.5]), np.array([[0.25]]))
    asked = np.array([[0.3], [0.5], [0.7]])
    probability = np.exp(-living(places[alive], places[~alive], region).misfit(asked) / 2)
    assert probability == pytest.approx([1 / (1 + np.exp(-2)), 0.5, 1 / (1 + np.exp(2))], abs=0.04)
