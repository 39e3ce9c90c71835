"""The figures of the paper: their budgets, what is refused, and whether all are there."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from networks.gutnisky2017.features import UNITS
from networks.gutnisky2017.paper import REFERENCE, authors, validation
from networks.gutnisky2017.paper.survey import Survey
from pipeline.config.reader import ConfigError, read_yaml
from pipeline.sweep.budget import Budget
from pipeline.sweep.design import Axis, Sweep

PAPER = "networks/gutnisky2017/paper/figures.yaml"
FIGURES = {
    *("6a", "6b", "6c", "6d", "7a", "7b", "7c", "7d", "8b", "8c", "8d_i", "9b", "9c", "9e", "9f", "9h", "9i"),
    *("10b", "10c", "10e", "10f", "11a", "11b", "11c", "12a", "12b", "12c", "12d", "episodes"),
}

CURVES = (("A_T", "whisking", "A_T"), ("C_T", "touch", "C_T"), ("delay_EI", "touch", "delay_EI"))


def test_every_computational_figure_is_there_at_the_density_of_the_paper(model):
    survey = Survey(PAPER, "paper", model)
    assert set(survey.figures) == FIGURES
    assert sum(sweep.size for sweep in survey.sweeps.values()) > 28_000
    compared = [survey.sweep(name) for name, _, _ in CURVES]
    assert {sweep.networks for sweep in compared} == {20}
    assert {sweep.networks for sweep in survey.sweeps.values() if sweep.until is None and sweep not in compared} == {10}
    assert {sweep.networks for sweep in survey.sweeps.values() if sweep.until is not None} == {20}
    assert survey.biological_s("preview", 0.5) < survey.biological_s("paper", 0.5) / 20


def _rounded(sweep):
    return {round(value, 9) for axis in sweep.axes.values() for value in axis.listed}


@pytest.mark.parametrize(
    ("span", "most", "expected"),
    [
        ((0, 20, 21), 6, (0, 20, 6)),
        ((0, 1, 17), 6, (0, 1, 5)),  # 16 steps: 5 do not divide them, 4 do
        ((0, 1.2, 25), 25, (0, 1.2, 25)),
        ((0, 1, 8), 6, (0, 1, 2)),  # 7 steps: only the ends
    ],
)
def test_a_budget_keeps_the_ends_and_equal_steps(span, most, expected):
    """Values of a thin sweep are among those of the full one, so that both can be compared with the reference."""
    sweep = Sweep(protocols=["touch"], axes={"C_T": Axis(linear=span)}, networks=10, duration=5.0)
    thin = Budget(values=most, networks=20, duration=2).thin(sweep)
    assert thin.axes["C_T"].span == expected
    assert _rounded(thin) <= _rounded(sweep)
    assert (thin.networks, thin.duration) == (10, 2)


def test_every_budget_has_the_places_of_the_authors_corrected_runs(model):
    for budget in ("preview", "paper"):
        survey = Survey(PAPER, budget, model)
        for name, protocol, knob in CURVES:
            corrected = set(authors.corrected(REFERENCE, protocol, knob)[knob])
            assert corrected <= _rounded(survey.sweep(name)), (budget, knob)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sweep": "C_T", "x": "g_EE"}, "'g_EE' is no axis of networks/gutnisky2017/paper/sweeps/C_T.yaml"),
        ({"y": ["R_X"]}, "unknown feature 'R_X'"),
        ({"x": None}, "x is missing"),
        ({"protocol": "touhc"}, "unknown protocol 'touhc'; nearest known: touch"),
        ({"protocol": "whisking"}, "does not have the protocol 'whisking'"),
        ({"draw": "neurons", "protocol": "touch"}, "needs keep_spikes: true"),
        ({"sweep": "nowhere"}, "nowhere.yaml: cannot be read"),
    ],
)
def test_a_figure_that_cannot_be_drawn_is_refused(model, tmp_path, change, words):
    content = read_yaml(PAPER)
    content["figures"] = {"7c": {key: value for key, value in (content["figures"]["7c"] | change).items() if value}}
    file = tmp_path / "paper.yaml"
    file.write_text(yaml.safe_dump(content))
    with pytest.raises(ConfigError, match=words.replace(".", r"\.")):
        Survey(file, "preview", model)


def test_an_unknown_budget_is_refused(model):
    with pytest.raises(ConfigError, match=r"'papr' is none of .*; nearest known: paper"):
        Survey(PAPER, "papr", model)


def test_all_files_of_the_survey_are_used(model):
    assert {path.stem for path in Path("networks/gutnisky2017/paper/sweeps").glob("*.yaml")} == set(
        Survey(PAPER, "paper", model).full
    )


def _rows(values):
    """Return rows of touch by C_T, one network for each value."""
    parts = [
        pd.DataFrame({"R_E": at, "C_T": c_t, "protocol": "touch", "status": "ok"}, index=range(len(at)))
        for c_t, at in values.items()
    ]
    return pd.concat(parts).reindex(columns=[*UNITS, "C_T", "protocol", "status"])


def test_a_curve_that_lacks_a_point_of_the_authors_since_all_networks_diverged_does_not_pass():
    theirs = authors.corrected(REFERENCE, "touch", "C_T").query("feature == 'R_E'")
    means = theirs.set_index("C_T")["mean"]
    rows = _rows({c_t: [means[c_t] + e for e in (-0.001, 0, 0.001)] for c_t in (0.2, 0.6)})
    table = validation.curves(validation.points(rows, REFERENCE, "touch", "C_T", ["R_E"]))
    assert list(table["verdict"]) == ["agrees"]
    assert list(table["points"]) == [2]
    rows.loc[rows["C_T"] == 0.6, ["status", "R_E"]] = ["diverged", None]
    table = validation.curves(validation.points(rows, REFERENCE, "touch", "C_T", ["R_E"]))
    assert list(table["verdict"]) == ["undefined"]
