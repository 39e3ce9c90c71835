"""Features as an emulator sees them."""

import numpy as np
import pytest

from pipeline.fit.scale import Scale
from pipeline.fit.targets import Target

RATE = Target("rate", "p", "mean", 10.0, 1.0, "spikes/s", "")
CHI = Target("chi", "p", "mean", 0.2, 0.1, "1", "")
SLOPE = Target("rate", "a+b", "slope_k", 1.0, 0.1, "spikes/s", "", (1.0, 3.0))
DECADES = Target("other", "p", "mean", 0.5, 0.1, "log10(spikes/s)", "")
TARGETS = (RATE, CHI, SLOPE, DECADES)


def _trial(rate, chi, a, b, other):
    return {("p", "rate"): rate, ("p", "chi"): chi, ("a", "rate"): a, ("b", "rate"): b, ("p", "other"): other}


def test_what_is_seen_becomes_the_deviation_from_the_target_again():
    trials = [_trial(20.0, 0.4, 1.0, 3.4, 10.0), _trial(5.0, 0.0, 2.0, 1.0, 1.0)]
    seen = Scale(TARGETS).seen(trials)
    # close to 10 log 2, a factor 2 where an sd is a tenth, and the less so the nearer to 3 sd
    assert seen[:, 0] == pytest.approx(np.hypot(10, 3) * (np.arcsinh([20 / 3, 5 / 3]) - np.arcsinh(10 / 3)))
    assert seen[:, 0] == pytest.approx([10 * np.log(2), -10 * np.log(2)], rel=0.05)
    assert Scale(TARGETS).deviations(seen) == pytest.approx(np.array([[10, 2, 2, 5], [-5, -2, -15, -5]]))
    assert Scale(TARGETS).bent(np.array([[10, 2, 2, 5], [-5, -2, -15, -5]])) == pytest.approx(seen)


def test_a_slope_that_falls_and_a_rate_of_nothing_are_seen():
    """The logarithm of a slope was undefined for all that fall, and led away from them as far as it could.

    A slope, and what is in decades, is seen around its target: linear up to some sd, a logarithm on either side.
    """
    seen = Scale(TARGETS).seen([_trial(0.0, 0.2, 3.0, 1.0, 10.0)])
    assert seen[0, 2:] == pytest.approx([-3 * np.arcsinh(20 / 3), 3 * np.arcsinh(5 / 3)])
    assert Scale(TARGETS).deviations(seen)[0, 0] == pytest.approx(-10)


def test_noise_near_0_is_not_blown_up_where_a_feature_passes_through_it():
    """By the logarithm the sd of a correlation of 0.0003 counted 67 times what it counts at its target of 0.02."""
    correlation = Target("corr", "p", "mean", 0.02, 0.006, "1", "")
    values = np.array([[0.02], [0.0003], [-0.002]])
    assert (Scale([correlation]).steps(values) * 0.006).ravel() == pytest.approx([1, 1.49, 1.49], abs=0.01)


def test_the_feature_of_a_mean_of_few_lies_below_by_half_its_variance():
    rng = np.random.default_rng(1)
    drawn = 10 + rng.standard_normal(50_000)
    seen = Scale((RATE,)).seen([{("p", "rate"): value} for value in drawn])
    variance = np.var(seen, axis=0)
    assert variance == pytest.approx([1], rel=0.05)  # in sd of the target
    assert seen.mean(axis=0) + Scale((RATE,)).below(variance) == pytest.approx([0], abs=0.02)
    assert seen.mean() < -0.03
    assert Scale(TARGETS).steps(np.array([[20.0, 0.1, 5.0, 1.0]]))[0] == pytest.approx(
        [0.516, 11.4, 0.748, 5.145], rel=1e-3
    )
