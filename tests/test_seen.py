"""Trials as an emulator takes them: the noise of their networks, also where a feature is undefined on some."""

import math

import numpy as np
import pytest

from pipeline.fit.covariance import shrunk
from pipeline.fit.fitted import fitted_row
from pipeline.fit.free import Free
from pipeline.fit.loss import loss
from pipeline.fit.seen import aimed, as_seen
from pipeline.fit.surface import Known
from pipeline.fit.targets import Target
from pipeline.fit.trials import attributes
from pipeline.measure.envelope import Envelope

FREE = {"a": Free(low=0, high=1, log=False)}


def _trials(rng, targets, networks, defined=1.0, n=400):
    """Return trials whose features have an sd of 1 over networks, each undefined on some of these."""
    found = []
    for _ in range(n):
        rows = []
        for seed in range(networks):
            values = {
                target.feature: 10 + rng.standard_normal() if rng.random() < defined else None for target in targets
            }
            rows.append({"protocol": "p", "status": "ok", "seed_network": seed, "cpu_s": 0.0, "rate_E": 1.0} | values)
        one = loss(targets, {}, rows, Envelope(rates={"E": (0.1, 10)}))
        kept = attributes(one, rows, targets, {target.feature: "1" for target in targets}, own=True)
        without = [np.array(sample, float) for sample in kept["values_without"]]
        features = {tuple(key.split()): value for key, value in kept["features"].items()}
        found.append(Known({"a": rng.random()}, features, kept["score"], "posterior", without))
    return found


def _targets(n):
    return [Target(f"f{k}", "p", "mean", 10.0, 2.0, "1", "") for k in range(n)]


@pytest.mark.parametrize(("networks", "defined"), [(2, 1.0), (4, 1.0), (4, 0.6), (8, 0.5)])
def test_the_error_of_one_network_is_its_sd_also_where_some_lack_the_feature(networks, defined):
    """Leaving out a network without the feature changes nothing, but it was counted: 2.3 sd of 8, of which half do."""
    targets = _targets(3)
    trials = _trials(np.random.default_rng(1), targets, networks, defined)
    assert [target.sd for target in aimed(trials, targets, "network")] == pytest.approx([1] * 3, rel=0.15)


@pytest.mark.parametrize("networks", [2, 4])
def test_rows_of_networks_are_independent_and_their_squares_add_up_to_the_variance(networks):
    """Two networks gave a row and its mirror image: twice as many, so that correlations by chance half stayed."""
    targets = _targets(30)
    seen = as_seen(_trials(np.random.default_rng(2), targets, networks, n=60), FREE, targets)
    assert {rows.shape for rows in seen.scatter} == {(networks - 1, 30)}
    variance = np.mean([np.sum(rows**2, axis=0) for rows in seen.scatter])
    assert variance == pytest.approx(1 / networks / 2**2, rel=0.1)  # of the mean, in sd of the targets
    rows = np.concatenate(seen.scatter)
    found, _ = shrunk(rows, np.ones(len(rows)))
    assert np.abs(found[~np.eye(30, dtype=bool)]).max() < 0.05


@pytest.mark.parametrize("networks", [2, 3, 7])
def test_rounding_is_no_noise(networks):
    """A feature of 0.1 in every network had an sd of 6e-34 of three: any other value was 100 sd off."""
    targets = _targets(2)
    trials = [
        one._replace(without=[np.column_stack([one.without[0][:, 0], _left_out([0.1] * networks)])])
        for one in _trials(np.random.default_rng(3), targets, networks, n=30)
    ]
    first, second = aimed(trials, targets, "network")
    assert first.sd == pytest.approx(1, rel=0.3)
    assert second.sd == targets[1].sd
    assert not np.concatenate([rows[:, 1] for rows in as_seen(trials, FREE, targets).scatter]).any()


def _left_out(values):
    """Return the means without each value in turn, as trials keep them."""
    return [math.fsum(values[:k] + values[k + 1 :]) / (len(values) - 1) for k in range(len(values))]


def test_a_network_of_two_protocols_counts_once_also_where_one_has_more_networks():
    """The same effect of a network in both, 2 networks of one and 4 of the other, had a correlation of 0."""
    targets = [Target("f", protocol, "mean", 10.0, 2.0, "1", "") for protocol in ("p", "q")]
    rng, trials = np.random.default_rng(4), []
    for _ in range(200):
        effects = 10 + rng.standard_normal(4)
        rows = [
            {
                "protocol": protocol,
                "status": "ok",
                "seed_network": seed,
                "cpu_s": 0.0,
                "rate_E": 1.0,
                "f": effects[seed],
            }
            for protocol, many in (("p", 2), ("q", 4))
            for seed in range(many)
        ]
        kept = attributes(
            loss(targets, {}, rows, Envelope(rates={"E": (0.1, 10)})), rows, targets, {"f": "1"}, own=True
        )
        assert len(kept["values_without"]) == 1
        without = [np.array(sample, float) for sample in kept["values_without"]]
        features = {tuple(key.split()): value for key, value in kept["features"].items()}
        trials.append(Known({"a": rng.random()}, features, kept["score"], "posterior", without))
    rows, _ = as_seen(trials, FREE, targets).together()
    found, _ = shrunk(rows, np.ones(len(rows)))
    # the effects of two networks of four are all of p and a half of q: sqrt(1/2), of which few networks show 4/5
    assert found[0, 1] == pytest.approx(np.sqrt(1 / 3), abs=0.1)
    assert [target.sd for target in aimed(trials, targets, "network")] == pytest.approx([1, 1], rel=0.15)


def test_the_error_of_an_angle_opposite_to_its_target_is_that_of_its_direction():
    """Values of 3.1 and -3.1, but 0.08 apart, had a standard error of 5.4 around a target of 0."""
    target = Target("phase", "p", "mean", 0.0, 0.2, "rad", "")
    rows = [
        {"protocol": "p", "status": "ok", "seed_network": seed, "cpu_s": 0.0, "rate_E": 1.0, "phase": phase}
        for seed, phase in enumerate((3.10, -3.10, 3.05, -3.05))
    ]
    assert fitted_row(target, rows, Envelope(rates={}))["sem"] == pytest.approx(
        np.std([-0.0416, 0.0416, -0.0916, 0.0916], ddof=1) / 2, rel=0.01
    )
    kept = attributes(
        loss([target], {}, rows, Envelope(rates={"E": (0.1, 10)})), rows, [target], {"phase": "rad"}, own=True
    )
    assert np.ptp(kept["values_without"][0]) < 0.1
