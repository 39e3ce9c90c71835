"""Targets and the score of a fit."""

import math

import pytest

from pipeline.config.reader import ConfigError
from pipeline.fit import targets
from pipeline.measure.patterns import PATTERNS
from pipeline.measure.table import table

HEAD = "feature,protocol,statistic,mean,sd,unit,source\n"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (HEAD + "rate_X,touch,mean,1,1,spikes/s,me\n", ["line 2", "unknown feature 'rate_X'", "nearest known: rate_"]),
        (
            HEAD + "rate_E,touch,mean,1,1,spikes/s,me\nrate_E,tuch,mean,1,1,spikes/s,me\n",
            ["line 3", "unknown protocol 'tuch'"],
        ),
        (HEAD + "rate_E,touch,mean,1,0,spikes/s,me\n", ["line 2", "sd = 0 must be above 0"]),
        (HEAD + "rate_E,touch,mean,nan,1,spikes/s,me\n", ["line 2", "mean = 'nan'", "finite"]),
        (HEAD + "rate_E,touch,mean,1,1,Hz,me\n", ["line 2", "unit 'Hz' of mean of rate_E must be 'spikes/s'"]),
        (
            HEAD + "latency_E,whisking,mean,3,1,ms,me\n",
            ["line 2", "latency_E is undefined for 'whisking', where C_T > 0 does not hold"],
        ),
        (HEAD + "phase_E,touch,mean,0.1,0.1,log10(rad),me\n", ["line 2", "is an angle, which has no slope and no log"]),
        (HEAD + 2 * "rate_E,touch,mean,1,1,spikes/s,me\n", ["line 3", "given twice"]),
        ("feature,mean\nrate_E,1\n", ["columns are feature,mean"]),
        (HEAD, ["has no targets"]),
    ],
)
def test_a_wrong_target_is_refused_by_line(model, tmp_path, lines, words):
    path = tmp_path / "targets.csv"
    path.write_text(lines)
    with pytest.raises(ConfigError) as caught:
        targets.read_targets(path, model)
    assert all(word in str(caught.value) for word in ["targets.csv", *words]), caught.value


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("rate_E,touch,mean,1e300,1e-300,spikes/s,me", ["mean = 1e+300: rate_E is never beyond 0 to 10000 spikes/s"]),
        ("rate_E,touch,mean,-1,0.5,spikes/s,me", ["mean = -1: rate_E is never beyond 0 to 10000 spikes/s"]),
        ("rate_E,touch,mean,4.1,1,log10(spikes/s),me", ["mean = 4.1: rate_E is never beyond -1e+15 to 4 log10"]),
        ("rate_E,touch,median,-0.1,0.5,spikes/s,me", ["mean = -0.1: rate_E_median is never beyond 0 to "]),
        ("rate_E,touch,fraction_silent,1.2,0.1,1,me", ["mean = 1.2: rate_E_fraction_silent is never beyond 0 to 1."]),
        ("chi_E,touch,mean,-0.1,0.1,1,me", ["chi_E is never beyond 0 to 1."]),
        ("corr_EI,touch,mean,-1.5,0.1,1,me", ["corr_EI is never beyond -1 to 1."]),
        ("cv_E,touch,mean,-0.5,0.1,1,me", ["cv_E is never beyond 0 to "]),
        ("R_E,touch,mean,1e300,1e299,spikes/touch,me", ["R_E is never beyond -1e+15 to 1e+15"]),
        ("rate_E,touch,mean,5,1e-300,spikes/s,me", ["sd = 1e-300: is so far below", "give at least 1e-08 spikes/s"]),
        ("rate_I,whisking+whisking_slow,slope_A_T,2000,1,spikes/s per A_T,me", ["never beyond -1250 to 1250 spikes/s"]),
    ],
)
def test_what_a_feature_can_never_be_is_no_target(model, tmp_path, line, words):
    """A slope over A_T = 14 and 6 goes at most from 0 to 10,000 spikes/s in 8."""
    path = tmp_path / "targets.csv"
    path.write_text(HEAD + line + "\n")
    with pytest.raises(ConfigError) as caught:
        targets.read_targets(path, model)
    assert all(word in str(caught.value) for word in ["targets.csv, line 2", *words]), caught.value


@pytest.mark.parametrize(
    "line",
    [
        "rate_E,touch,mean,0,0.5,spikes/s,me",
        "R_E,touch,mean,-0.2,0.1,spikes/touch,me",
        "corr_EI,touch,mean,-1,0.1,1,me",
        "rate_E,touch,mean,-0.5,0.3,log10(spikes/s),me",
        "phase_E,touch,mean,-3.1,0.1,rad,me",
    ],
)
def test_what_a_feature_can_be_is_one(model, tmp_path, line):
    path = tmp_path / "targets.csv"
    path.write_text(HEAD + line + "\n")
    assert len(targets.read_targets(path, model)) == 1


def test_features_of_any_network_have_bounds():
    """Of those that are one number: rates, parts, correlations and variations have, a potential has not."""
    bounds = {one.name: one.within for one in PATTERNS if one.kind == "scalar"}
    assert {name for name, (low, _) in bounds.items() if low == -math.inf} == {"v_mean_P", "response_P"}
    assert bounds["rate_P"] == bounds["rate_P_quantile_0.1"] == (0, 10_000)
    assert bounds["corr_P_Q"] == (-1, 1)
    assert bounds["burst_P"] == bounds["chi_P"] == bounds["locking_P"] == (0, 1)
    own = table(["E", "I"], {"E": "mV"}, None)
    assert [own[name].within[0] for name in ("rate_E", "corr_E_I", "v_mean_E")] == [0, -1, -math.inf]


def test_the_score_is_the_rms_deviation_in_sd(model):
    wanted = [
        targets.Target("rate_E", "touch", "mean", 4, 0.5, "spikes/s", ""),
        targets.Target("rate_I", "whisking", "mean", 20, 2, "spikes/s", ""),
    ]
    measured = {("touch", "rate_E"): 5.0, ("whisking", "rate_I"): 12.0}
    assert targets.score(wanted, measured) == pytest.approx(math.sqrt((2**2 + 4**2) / 2))
    assert targets.protocols(wanted) == ("touch", "whisking")


def test_an_undefined_feature_is_far_but_finite():
    target = targets.Target("cv_E", "touch", "mean", 0.5, 0.1, "1", "")
    assert targets.deviation(target, None) == targets.deviation(target, math.nan) == targets.FAR
    assert targets.deviation(target, 1e9) == targets.FAR
    assert targets.deviation(target, 0.4) == pytest.approx(-1)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("rate_E,touch,medium,1,1,spikes/s,me", ["unknown statistic 'medium' of rate_E", "median"]),
        ("cv_E,touch,median,1,1,1,me", ["unknown statistic 'median' of cv_E", "takes mean, slope_KNOB"]),
        ("rate_E,touch,fraction_silent,0.1,1,spikes/s,me", ["must be '1'"]),
        ("rate_E,touch+whisking,mean,1,1,spikes/s,me", ["several protocols", "slope_KNOB"]),
        ("rate_I,whisking+touch,slope_A_T,1,1,spikes/s per A_T,me", ["differ in A_T"]),
        ("rate_I,whisking+whisking_slow,slope_A_X,1,1,spikes/s per A_X,me", ["unknown knob", "nearest known: A_T"]),
        ("rate_I,whisking+whisking_slow,slope_A_T,1,1,spikes/s,me", ["must be 'spikes/s per A_T'"]),
    ],
)
def test_a_wrong_statistic_is_refused(model, tmp_path, line, words):
    path = tmp_path / "targets.csv"
    path.write_text(HEAD + line + "\n")
    with pytest.raises(ConfigError) as caught:
        targets.read_targets(path, model)
    assert all(word in str(caught.value) for word in ["targets.csv, line 2", *words]), caught.value


def test_a_logarithmic_target_counts_in_decades(model, tmp_path):
    path = tmp_path / "targets.csv"
    path.write_text(HEAD + "rate_E,whisking,median,-0.5,0.25,log10(spikes/s),me\n")
    (target,) = targets.read_targets(path, model)
    assert target.column == "rate_E_median"
    for rate, deviation in ((10**-0.5, 0), (1.0, 2), (0.1, -2), (0.0, -12), (1e-9, -12)):
        value = target.value({("whisking", "rate_E_median"): rate})
        assert targets.deviation(target, value) == pytest.approx(deviation)
    assert target.value({("whisking", "rate_E"): 1.0}) is None


def test_a_slope_is_that_of_the_least_squares_line(model, tmp_path):
    path = tmp_path / "targets.csv"
    path.write_text(HEAD + "rate_I,a+b+c,slope_A_T,1.5,0.1,spikes/s per A_T,me\n")
    known = {name: model.point("whisking", {"A_T": at}) for name, at in (("a", 6), ("b", 10), ("c", 14))}
    (target,) = targets.read_targets(path, model, known)
    assert targets.protocols([target]) == ("a", "b", "c")
    measured = {(name, "rate_I"): value for name, value in zip("abc", (9.0, 14.0, 21.0), strict=True)}
    assert target.value(measured) == pytest.approx((21 - 9) / 8)  # through equally spaced points: ends alone
    assert target.value({**measured, ("b", "rate_I"): None}) is None
