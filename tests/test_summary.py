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
    table = over_networks(rows, ["C_T"], UNITS).set_index("feature")
    assert table.loc["rate_E", "mean"] == 4
    assert table.loc["rate_E", "sem"] == pytest.approx(1 / 3**0.5)
    assert tuple(table.loc["rate_E", ["points", "diverged", "n"]]) == (4, 1, 3)
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
        (0.6, [0.3351, 0.3353], "pass"),  # +4.75 %: within 5 % of the converged value, though many standard errors off
        (0.6, [0.3379, 0.3381], "off"),  # +5.6 %
        (0.6, [0.30, 0.40], "pass"),  # +9 %, but within 3 standard errors of the difference
        (0.4, [0.1089, 0.1091], "pass"),  # +9 %: the coarse reference allows 10 %
        (0.4, [0.1119, 0.1121], "off"),  # +12 %
    ],
)
def test_the_verdict_is_3_standard_errors_or_the_tolerance_of_the_reference(reference, c_t, values, verdict):
    table = validation.compare({("touch", "C_T"): _rows("C_T", c_t, R_E=values)}, reference)
    assert list(table["verdict"]) == [verdict]


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
