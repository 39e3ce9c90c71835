"""Means over networks, and the comparison with the authors' program."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, ttest_ind

from networks.gutnisky2017.features import UNITS
from networks.gutnisky2017.paper import REFERENCE, authors, targets, validation
from pipeline.measure.summary import over_networks


def _rows(knob, value, **features):
    """Return one row a network; every feature a list of values over networks."""
    n = len(next(iter(features.values())))
    columns = dict.fromkeys(UNITS) | {knob: value, "protocol": "touch", "status": "ok"} | features
    return pd.DataFrame(columns, index=range(n))


def test_mean_and_standard_error_are_over_networks_and_leave_out_diverged_ones():
    rows = _rows("C_T", 0.6, rate_E=[3.0, 4.0, 5.0, 900.0], cv_E=[0.5, None, 0.7, 0.9])
    rows.loc[3, "status"] = "diverged"
    rows["problem"] = [None, None, "E runs away, 5 spikes/s", "v of E became infinite"]
    table = over_networks(rows, ["C_T"], UNITS).set_index("feature")
    assert table.loc["rate_E", "mean"] == 4
    assert table.loc["rate_E", "sem"] == pytest.approx(1 / 3**0.5)
    assert tuple(table.loc["rate_E", ["points", "diverged", "problems", "n"]]) == (4, 1, 1, 3)
    assert tuple(table.loc["cv_E", ["mean", "n"]]) == (pytest.approx(0.6), 2)
    assert table.loc["chi_E", "n"] == 0
    assert pd.isna(table.loc["chi_E", "mean"])


@pytest.fixture
def reference(tmp_path):
    """Corrected 0.32 +- 0.002 at C_T = 0.6 and 0.10 +- 0.0006 at 0.4, of four networks each; published 0.42 at 0.6."""
    rows = [
        (0.6, 0.316),
        (0.6, 0.318),
        (0.6, 0.322),
        (0.6, 0.324),
        (0.4, 0.0988),
        (0.4, 0.0994),
        (0.4, 0.1006),
        (0.4, 0.1012),
    ]
    text = "".join(f"touch,C_T,{at},{k},{r_e}\n" for k, (at, r_e) in enumerate(rows))
    (tmp_path / "second_order.csv").write_text(f"protocol,knob,value,repeat,R_E\n{text}")
    (tmp_path / "response_vs_C_T.csv").write_text("C_T,repeat,R_E\n0.6,1,0.40\n0.6,2,0.44\n0.8,1,0.7\n")
    (tmp_path / "step_error.csv").write_text(
        "program,dt_ms,feature,mean,sem,n\npublished,0.05,R_E,0.42,0.01,2\npublished,0,R_E,0.35,0.01,2\n"
    )
    return tmp_path


def _compared(reference, c_t, values):
    return validation.compare({("touch", "C_T"): _rows("C_T", c_t, R_E=values)}, reference)


@pytest.mark.parametrize(
    ("c_t", "values", "verdict"),
    [
        (0.6, [0.319, 0.320, 0.321, 0.322], "agrees"),  # +0.2 %, 0.3 standard errors
        (0.6, [0.26, 0.33, 0.40, 0.44], "agrees"),  # +12 %, but within 3 standard errors of the difference
        (0.6, [0.339, 0.340, 0.341, 0.342], "off"),  # +6 %: there is no tolerance beside the standard error
        (0.4, [0.1048, 0.1049, 0.1050, 0.1051], "off"),  # +5 %
    ],
)
def test_within_3_standard_errors_of_the_difference_agrees_and_nothing_else_does(reference, c_t, values, verdict):
    table = _compared(reference, c_t, values)
    assert list(table["verdict"]) == [verdict]
    style = {"agrees": "good", "off": "bad"}[verdict]
    assert f'<tr class="{style}">' in validation.page(table, [])


def test_z_of_few_networks_is_that_of_a_gaussian_as_probable_as_welchs_t(reference):
    ours = [0.33, 0.34]
    table = _compared(reference, 0.6, ours)
    t = ttest_ind(ours, [0.316, 0.318, 0.322, 0.324], equal_var=False)
    assert table["z"].iloc[0] == pytest.approx(norm.isf(t.pvalue / 2))
    assert table["z"].iloc[0] < t.statistic  # the spread of two networks is hardly known


def test_the_published_program_is_drawn_but_nothing_is_compared_with_it(reference):
    theirs = authors.reference(reference, "touch", "C_T")
    assert set(theirs.loc[theirs["C_T"] == 0.6, "program"]) == {"corrected", "published"}
    table = validation.points(_rows("C_T", 0.8, R_E=[0.7, 0.71]), reference, "touch", "C_T", ["R_E"])
    assert table.empty
    assert authors.excess(reference) == {"R_E": pytest.approx(0.2)}


def test_where_the_error_of_the_step_was_measured_its_many_networks_are_the_reference(reference):
    with (reference / "step_error.csv").open("a") as file:
        file.write("corrected,0.025,R_E,0.31,0.004,48\n")
    row = _compared(reference, 0.6, [0.31, 0.311]).iloc[0]
    assert tuple(row[["reference", "reference_sem", "reference_n"]]) == (0.31, 0.004, 48)


def test_a_curve_whose_points_agree_one_by_one_is_biased_where_their_mean_z_is_beyond_1():
    table = pd.DataFrame(
        {
            "protocol": "touch", "knob": "C_T", "value": [0.2, 0.4, 0.6] * 2,
            "feature": ["R_E"] * 3 + ["R_I"] * 3,
            "z": [1.2, 1.4, 0.9, -2.0, 1.5, 0.9], "deviation": [0.02, 0.03, 0.01, -0.02, 0.01, 0.01],
            "verdict": "agrees",
            "ours": 1.0, "sem": 0.1, "n": 8, "diverged": 0, "reference": 1.0, "reference_sem": 0.1, "reference_n": 8,
        }
    )  # fmt: skip
    found = validation.curves(table).set_index("feature")
    assert dict(found["verdict"]) == {"R_E": "biased", "R_I": "agrees"}
    assert found.loc["R_E", "mean_z"] == pytest.approx(3.5 / 3)
    assert found.loc["R_I", "max_deviation"] == 0.02
    said = validation.verdict(table)
    assert said["level"] == "fair"
    assert "Biased as a whole: R_E against C_T (mean z +1.2)." in said["says"]
    table.loc[0, "verdict"] = "off"
    assert dict(validation.curves(table).set_index("feature")["verdict"])["R_E"] == "off"


def test_one_network_has_no_standard_error_within_which_to_agree(reference):
    assert list(_compared(reference, 0.6, [0.3201])["verdict"]) == ["undefined"]


def test_a_place_without_a_usable_network_is_undefined_not_passed(reference):
    rows = _rows("C_T", 0.6, R_E=[0.32, 0.32]).assign(status="diverged")
    table = validation.compare({("touch", "C_T"): rows}, reference)
    assert list(table["verdict"]) == ["undefined"]
    assert list(table["diverged"]) == [2]


def test_the_reference_has_every_feature_that_is_compared():
    for (protocol, knob), features in validation.CHECKS.items():
        theirs = authors.corrected(REFERENCE, protocol, knob)
        known = theirs[theirs["mean"].notna() & (theirs["n"] >= 8)]
        assert all(set(known.loc[known["feature"] == f, knob]) == set(theirs[knob]) for f in features), (protocol, knob)


def test_targets_are_those_that_the_reference_makes():
    """A table that was edited by hand, or made from other values, would go by unseen."""
    for name, make in targets.TABLES.items():
        table = Path(f"networks/gutnisky2017/targets/{name}").read_text(encoding="utf-8")
        assert table == make(REFERENCE).to_csv(index=False), name


def test_the_sd_of_a_target_is_the_spread_over_networks():
    """R_E at C_T = 0.4: sixteen networks, whose sd is 12 % of the mean."""
    table = targets.gutnisky2017(REFERENCE).set_index(["feature", "protocol"])
    runs = pd.read_csv(f"{REFERENCE}/second_order.csv").query("knob == 'C_T' and value == 0.4")["R_E"]
    assert table.loc[("R_E", "touch_0.4"), "mean"] == pytest.approx(runs.mean(), rel=1e-4)
    assert table.loc[("R_E", "touch_0.4"), "sd"] == pytest.approx(runs.std(), rel=1e-2)


def test_the_mean_of_an_angle_is_that_of_its_direction():
    """Of 3.1 and -3.1 rad it was 0, the opposite direction."""
    rows = pd.DataFrame({"C_T": [1.0, 1.0, 2.0], "status": "ok", "problem": None, "phase_E": [3.1, -3.1, 0.5]})
    table = over_networks(rows, ["C_T"], {"phase_E": "rad"}).set_index("C_T")
    assert abs(table["mean"][1.0]) == pytest.approx(np.pi)
    assert table["sem"][1.0] == pytest.approx(np.pi - 3.1)
    assert table["mean"][2.0] == pytest.approx(0.5)
    assert np.isnan(table["sem"][2.0])
