"""Trials as an emulator takes them: the noise of their networks, also where a feature is undefined on some."""

import numpy as np
import pytest

from pipeline.fit.covariance import shrunk
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
