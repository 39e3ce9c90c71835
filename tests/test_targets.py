"""Targets and the score of a fit."""

import math

import pytest

from pipeline import targets
from pipeline.parameters import ConfigError

HEAD = "feature,protocol,mean,sd,unit,source\n"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (HEAD + "rate_X,touch,1,1,spikes/s,me\n", ["line 2", "unknown feature 'rate_X'", "nearest known: rate_"]),
        (HEAD + "rate_E,touch,1,1,spikes/s,me\nrate_E,tuch,1,1,spikes/s,me\n", ["line 3", "unknown protocol 'tuch'"]),
        (HEAD + "rate_E,touch,1,0,spikes/s,me\n", ["line 2", "sd = 0 must be above 0"]),
        (HEAD + "rate_E,touch,nan,1,spikes/s,me\n", ["line 2", "mean = 'nan'", "finite"]),
        (HEAD + "rate_E,touch,1,1,Hz,me\n", ["line 2", "unit 'Hz' of rate_E must be 'spikes/s'"]),
        (HEAD + "latency_E,whisking,3,1,ms,me\n", ["line 2", "latency_E is undefined", "without touch"]),
        (HEAD + 2 * "rate_E,touch,1,1,spikes/s,me\n", ["line 3", "given twice"]),
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


def test_the_score_is_the_rms_deviation_in_sd(model):
    wanted = [
        targets.Target("rate_E", "touch", 4, 0.5, "spikes/s", ""),
        targets.Target("rate_I", "whisking", 20, 2, "spikes/s", ""),
    ]
    measured = {("touch", "rate_E"): 5.0, ("whisking", "rate_I"): 12.0}
    assert targets.score(wanted, measured) == pytest.approx(math.sqrt((2**2 + 4**2) / 2))
    assert targets.protocols(wanted) == ("touch", "whisking")


def test_an_undefined_feature_is_far_but_finite():
    target = targets.Target("cv_E", "touch", 0.5, 0.1, "1", "")
    assert targets.deviation(target, None) == targets.deviation(target, math.nan) == targets.FAR
    assert targets.deviation(target, 1e9) == targets.FAR
    assert targets.deviation(target, 0.4) == pytest.approx(-1)
