"""What the boxes say of a run and of its fit: green only where all is simulated, reached and settled."""

from types import SimpleNamespace

import pandas as pd
import pytest

from pipeline.overview.found import FitFound
from pipeline.overview.progress import Progress
from pipeline.overview.verdict import _fit as box
from pipeline.overview.verdict import _run as run_box


def _found(*deviations, **posterior):
    rows = [
        {
            "feature": f"rate_{k}",
            "protocol": "base",
            "statistic": "mean",
            "unit": "1",
            "target": 5.0,
            "sd": 1.0,
            "mean": 5 + off,
            "beyond": 0,
            "deviation_sd": off,
        }
        for k, off in enumerate(deviations)
    ]
    return FitFound(pd.DataFrame(), 24, 24, {"fitted": pd.DataFrame(rows)}, posterior, whole=True)


@pytest.mark.parametrize(
    ("deviations", "level", "title", "named"),
    [
        (
            (0.5, -1.9, 0.1),
            "good",
            "The fit reaches its targets",
            "Furthest off is rate_1 of base (3.1, target 5 ± 1, ",
        ),
        (
            (0.5, -2.5, 0.1),
            "fair",
            "The fit comes near its targets",
            "Further off: rate_1 of base (2.5, target 5 ± 1, ",
        ),
        ((0.5, -2.5, 3.5), "fair", "The fit misses some targets", "Further off: rate_2 of base (8.5, "),
        ((0.5, -9.0, 3.5), "bad", "The fit misses most targets", "Further off: rate_1 of base (-4, "),
    ],
)
def test_all_targets_within_2_sd_are_green_and_those_that_are_not_are_named(deviations, level, title, named):
    said = box(_found(*deviations))
    assert (said.level, said.title) == (level, title)
    near = sum(abs(off) <= 2 for off in deviations)
    assert f"On fresh networks {near} of 3 features lie within 2 sd of their target" in said.says
    assert named in said.says
    score = (sum(off**2 for off in deviations) / 3) ** 0.5
    assert f"{score:.2f} (root mean square of the deviations: 1 is one sd off on average)" in said.says


def test_what_is_open_of_the_knobs_is_said_and_is_not_green():
    doubted = box(_found(0.5, doubt="7 % of the posterior lies where trials tell too little. More trials would tell."))
    assert (doubted.level, doubted.title) == ("fair", "The fit reaches its targets, but how sure its knobs are is open")
    assert "7 % of the posterior lies where trials tell too little. More trials would tell." in doubted.says
    weak = box(_found(0.5, weak=True))
    assert (weak.level, weak.title) == ("fair", "The fit reaches its targets, but they leave knobs weakly determined")
    assert "lucky" in box(_found(0.5, lucky=True, luck="The trial was lucky.")).says
    assert "chance" not in box(_found(0.5, lucky=False, luck="So much is chance.")).says


@pytest.mark.parametrize(("trials", "title"), [(24, "The run is not complete"), (48, "The run is complete")])
def test_a_run_is_complete_only_where_all_is_simulated(trials, title):
    """Files that were copied are newer than a fit that asks for more trials, and Snakemake has nothing to do."""
    far = Progress(10, 10, trials, 48, 1.0, 1.0, f"{trials} of 48 trials")
    said = run_box(SimpleNamespace(whole=True, fit=None, errors={}), far, "ended", "")
    assert said.title == title
    assert ("--forceall" in said.says) == (trials < 48)
