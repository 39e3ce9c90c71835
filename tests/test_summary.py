"""Means over networks, and the comparison with the authors' program."""

import pandas as pd
import pytest

from networks.gutnisky2017.features import UNITS
from networks.gutnisky2017.paper import validation
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
    """Converged 0.32 +- 0.002 at C_T = 0.6; at 0.4 only the coarse step, 0.10 +- 0.0006."""
    (tmp_path / "converged.csv").write_text(
        "protocol,knob,value,repeat,R_E\ntouch,C_T,0.6,1,0.318\ntouch,C_T,0.6,2,0.322\n"
    )
    (tmp_path / "response_vs_C_T.csv").write_text(
        "C_T,repeat,R_E\n0.6,1,0.40\n0.6,2,0.44\n0.4,1,0.0994\n0.4,2,0.1006\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("c_t", "values", "verdict"),
    [
        (0.6, [0.3203, 0.3205], "agrees"),  # +0.13 %, 0.2 standard errors
        (0.6, [0.30, 0.40], "agrees"),  # +9 %, but within 3 standard errors of the difference
        (0.6, [0.3351, 0.3353], "differs"),  # +4.75 %, 7.6 standard errors, less than 5 % of the converged value
        (0.6, [0.3379, 0.3381], "off"),  # +5.6 %
        (0.4, [0.1089, 0.1091], "differs"),  # +9 %, 15 standard errors: the coarse reference is known to 10 %
        (0.4, [0.1119, 0.1121], "off"),  # +12 %
    ],
)
def test_within_3_standard_errors_agrees_beyond_differs_and_beyond_the_tolerance_is_off(
    reference, c_t, values, verdict
):
    table = validation.compare({("touch", "C_T"): _rows("C_T", c_t, R_E=values)}, reference)
    assert list(table["verdict"]) == [verdict]
    style = {"agrees": "good", "differs": "fair", "off": "bad"}[verdict]
    assert f'<tr class="{style}">' in validation.page(table, [])


def test_what_differs_by_less_than_the_tolerance_is_amber_and_counted_apart(reference):
    rows = pd.concat([_rows("C_T", 0.6, R_E=[0.3203, 0.3205]), _rows("C_T", 0.4, R_E=[0.1089, 0.1091])])
    table = validation.compare({("touch", "C_T"): rows}, reference)
    said = "1 of 2 comparisons agree, 1 differs by less than the tolerance"
    assert validation.counted(table["verdict"], "comparisons") == said
    page = validation.page(table, [])
    assert said in page
    row = next(line for line in page.splitlines() if "C_T = 0.4" in line)
    assert "<td>differs by 9.0 %, less than the tolerance of 10 %</td>" in row
    assert 'class="fair"' in row  # amber


def test_one_network_has_no_standard_error_within_which_to_agree(reference):
    table = validation.compare({("touch", "C_T"): _rows("C_T", 0.6, R_E=[0.3201])}, reference)
    assert list(table["verdict"]) == ["differs"]


def test_a_place_without_a_usable_network_is_undefined_not_passed(reference):
    rows = _rows("C_T", 0.6, R_E=[0.32, 0.32]).assign(status="diverged")
    table = validation.compare({("touch", "C_T"): rows}, reference)
    assert list(table["verdict"]) == ["undefined"]
    assert list(table["diverged"]) == [2]


def test_the_reference_is_complete():
    for (protocol, knob), (values, features) in validation.CHECKS.items():
        theirs = validation.reference("networks/gutnisky2017/reference", protocol, knob)
        known = set(zip(theirs[knob], theirs["feature"], strict=True))
        assert {(value, feature) for value in values for feature in features} <= known
