"""The posterior by a neural network: that of features which are powers of the knobs, where it is known."""

import importlib.util
import math
import re
from dataclasses import replace

import numpy as np
import pytest

from pipeline.config.reader import ConfigError, parse
from pipeline.fit import start
from pipeline.fit.free import Free, knob_values
from pipeline.fit.posterior import TooFewTrialsError
from pipeline.fit.problem import EXPLORED, MIDDLE_OF_POSTERIOR, Fit
from pipeline.fit.surface import Known
from pipeline.fit.targets import Target
from pipeline.network.reading import read_model

FREE = {"a": Free(low=0.5, high=2), "b": Free(low=0.5, high=2)}
POWERS = {"x": (2.0, 0.0), "y": (0.0, 2.0), "z": (1.0, -1.0)}
SD, NOISE = 0.05, 0.02
FIT = {
    "targets": "networks/cuba/targets.csv",
    "free": {"w_e": {"low": 0.5, "high": 2}},
    "sampler": "neural",
    "trials": 200,
    "batch": 100,
    "effort": {"networks": 1, "first_seed": 1, "duration": 1},
    "check": {"networks": 1, "first_seed": 9, "duration": 1},
}
HAS_SBI = importlib.util.find_spec("sbi") is not None
needs_sbi = pytest.mark.skipif(not HAS_SBI, reason="sbi is not installed")


def _targets():
    return [Target(name, "p", "mean", 1.0, SD, "1", "") for name in POWERS]


def _simulated(proposals, seed):
    rng, found = np.random.default_rng(seed), []
    for settings, origin in proposals:
        log = np.log([settings[name] for name in FREE])
        networks = [
            np.array([math.exp(np.dot(power, log) + NOISE * rng.standard_normal()) for power in POWERS.values()])
            for _ in range(2)
        ]
        values = np.mean(networks, axis=0)
        score = float(np.sqrt(np.mean(((values - 1) / SD) ** 2)))
        features = {("p", name): value for name, value in zip(POWERS, values.tolist(), strict=True)}
        found.append(Known(settings, features, score, origin, [np.array(networks[::-1])]))
    return found


@needs_sbi
def test_rounds_close_in_on_the_posterior_that_is_known():
    from pipeline.fit import neural

    trials, spread = [], []
    for number in range(3):
        proposals = neural.propose(trials, FREE, _targets(), False, 200, seed=number)
        logs = np.log([[settings[name] for name in FREE] for settings, origin in proposals if origin == EXPLORED])
        spread.append(logs.std(axis=0).max())
        trials += _simulated(proposals, number)
    assert spread[0] == pytest.approx(math.log(4) / math.sqrt(12), rel=0.1)  # the whole ranges
    assert spread[-1] < 0.4 * spread[0]
    logs = np.log(knob_values(neural.sample(trials, FREE, _targets(), False, seed=1), FREE))
    slopes = np.array(list(POWERS.values()))
    known = np.linalg.inv(slopes.T @ slopes) * SD**2
    assert logs.mean(axis=0) == pytest.approx([0, 0], abs=0.6 * math.sqrt(known[0, 0]))
    assert logs.std(axis=0) == pytest.approx(np.sqrt(np.diag(known)), rel=0.35)


@needs_sbi
def test_the_middle_of_the_posterior_is_tried_once_a_round_and_trains_nothing():
    from pipeline.fit import neural

    first = neural.propose([], FREE, _targets(), False, 100, seed=1)
    assert [origin for _, origin in first] == [neural.FIRST, *[EXPLORED] * 99]
    trials = _simulated(first, 1)
    second = neural.propose(trials, FREE, _targets(), False, 100, seed=1)
    assert [origin for _, origin in second] == [MIDDLE_OF_POSTERIOR, *[EXPLORED] * 99]
    assert [second[0][0][name] for name in FREE] == pytest.approx([1, 1], abs=0.15)
    decoys = [trials[0]._replace(origin=MIDDLE_OF_POSTERIOR)] * 50
    assert neural.propose([*trials, *decoys], FREE, _targets(), False, 100, seed=1) == second


def test_trials_that_are_noisier_than_targets_are_said_with_the_networks_that_they_need():
    """Catches intervals that are as wide as the noise of a trial allows, on a page that says nothing of it."""
    from pipeline.fit import neural

    rng = np.random.default_rng(3)
    proposals = [({name: float(np.exp(0.1 * rng.standard_normal())) for name in FREE}, EXPLORED) for _ in range(200)]
    trials = _simulated(proposals, 3)
    assert neural.noisier(trials, FREE, _targets(), "independent") == ""
    strict = [replace(target, sd=0.005) if target.name == "y" else target for target in _targets()]
    said = neural.noisier(trials, FREE, strict, "independent")
    # 0.02/sqrt(2) over 0.005 is 2.8, whose square is 8
    assert "noisier than y of p may be (2." in said
    assert re.search(r"[789] times as many networks a trial", said)


@needs_sbi
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"batch": 8}, "sampler = 'neural' needs batch >= 50"),
        ({"prune": True}, "goes without prune and storage"),
    ],
)
def test_what_would_spoil_the_draws_is_refused(change, problem):
    with pytest.raises(ConfigError, match=problem):
        parse(Fit, FIT | change, "fit.yaml")


@needs_sbi
def test_the_best_of_a_sweep_are_no_draws_but_all_of_it_are():
    model = read_model("networks/cuba")
    targets = (Target("rate_excitatory", "base", "mean", 5.0, 1.0, "spikes/s", ""),)
    rows = [
        {
            "protocol": "base",
            **model.point("base", {"seed_network": 1, "duration": 1, "w_e": weight}),
            "rate_excitatory": rate,
            "status": "ok",
        }
        for weight, rate in ((0.6, 2.0), (1.0, 5.0), (1.8, 9.0), (3.0, 30.0))
    ]
    first = {"first_trials": {"sweep": "weights", "best": 2}}
    with pytest.raises(ConfigError, match=r"^rows: .*first_trials.best = 2 must be at least 3, all of its places.$"):
        start.first_trials(rows, parse(Fit, FIT | first, "fit.yaml"), targets, model, "rows")
    first["first_trials"]["best"] = 10
    taken = start.first_trials(rows, parse(Fit, FIT | first, "fit.yaml"), targets, model, "rows")
    assert sorted(tried.settings["w_e"] for tried in taken) == [0.6, 1.0, 1.8]


def test_draws_that_lack_a_feature_are_none_and_too_few_have_no_posterior():
    """A network was trained on the three that had it, or on none: a traceback of PyTorch."""
    from pipeline.fit import neural

    rng = np.random.default_rng(1)
    places = [({name: 0.5 + 1.5 * rng.random() for name in FREE}, EXPLORED) for _ in range(40)]
    trials = [
        one if k < 3 else one._replace(features={key: x for key, x in one.features.items() if key[1] != "x"})
        for k, one in enumerate(_simulated(places, 1))
    ]
    with pytest.raises(
        TooFewTrialsError, match=r"^3 draws that have the features of all targets are too few .* of 2 knobs, .* 12.$"
    ):
        neural.sample(trials, FREE, _targets(), "independent", 1)
    assert {origin for _, origin in neural.propose(trials, FREE, _targets(), "independent", 4, 1)[1:]} == {EXPLORED}


@pytest.mark.skipif(HAS_SBI, reason="sbi is installed")
def test_without_sbi_it_is_refused_in_one_sentence():
    with pytest.raises(
        ConfigError, match=r"^fit.yaml: .*'neural' needs sbi, which is not installed: pip install sbi.$"
    ):
        parse(Fit, FIT, "fit.yaml")


def test_what_it_learns_from_has_the_errors_of_the_targets_and_no_more():
    """The noise of a trial's own networks was added to errors as large as those of the targets: 22 % too wide."""
    from pipeline.fit import neural
    from pipeline.fit.seen import aimed, as_seen

    rng = np.random.default_rng(0)
    targets = [Target(name, "p", "mean", 1.0, 0.3, "1", "") for name in POWERS]
    trials = []
    for _ in range(3000):
        networks = 1 + 0.1 * rng.standard_normal((2, len(POWERS)))
        features = {("p", name): value for name, value in zip(POWERS, networks.mean(axis=0).tolist(), strict=True)}
        trials.append(Known({"a": 1.0, "b": 1.0}, features, rng.random(), EXPLORED, [networks[::-1]]))
    aims = aimed(trials, targets, "network")
    assert [target.sd for target in aims] == pytest.approx([0.1] * len(POWERS), rel=0.05)
    for errors in ("network", "correlated", "independent"):
        of = aimed(trials, targets, errors)
        seen = neural.observed(as_seen(trials, FREE, of), of, errors != "independent", np.random.default_rng(1))
        assert seen.var(axis=0) == pytest.approx([1] * len(POWERS), rel=0.08), errors


def test_what_shared_networks_add_is_an_error_more_and_not_less_noise():
    """Draws on the networks of a sweep had their common offset taken for noise that each has: 0.47 sd of error."""
    from pipeline.fit import neural
    from pipeline.fit.seen import as_seen

    rng = np.random.default_rng(0)
    targets = [Target(name, "p", "mean", 1.0, 0.1, "1", "") for name in POWERS]
    trials = []
    for k in range(2000):
        networks = 1 + 0.1 * rng.standard_normal((2, len(POWERS))) * (k % 2)
        features = {("p", name): value for name, value in zip(POWERS, networks.mean(axis=0).tolist(), strict=True)}
        trials.append(Known({"a": 1.0, "b": 1.0}, features, 1.0, EXPLORED, [networks[::-1]] if k % 2 else []))
    told = as_seen(trials, FREE, targets)
    assert told.noise == pytest.approx([0.5] * len(POWERS), rel=0.1)
    seen = neural.observed(told, targets, False, np.random.default_rng(1))
    assert seen[~told.own].var(axis=0) == pytest.approx([1.5] * len(POWERS), rel=0.15)
    assert seen[told.own].var(axis=0) == pytest.approx([1] * len(POWERS), rel=0.15)
