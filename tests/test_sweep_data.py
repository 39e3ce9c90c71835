"""What a figure of a sweep rests on: means and their errors, spacing of axes, limits of colours."""

import numpy as np
import pandas as pd
import pytest
from drawings import WE, one_knob
from synthetic import features_of, hypercube

from pipeline.show.sweep_data import colour_limits, edges, is_log, means, table_of


def test_means_and_standard_errors_are_those_of_the_points_that_are_ok():
    rows, features = one_knob(diverge=lambda knobs, network: knobs["we"] > 3 and network < 2)
    found = table_of(rows, ["we"], features, ["rate_excitatory"])
    own = rows[rows["we"] == WE[0]]["rate_excitatory"].astype(float)
    assert found["mean"][0] == pytest.approx(own.mean())
    assert found["sem"][0] == pytest.approx(own.std() / 2)
    assert found["n"].tolist() == [4, 4, 4, 4, 2]
    assert found["diverged"].tolist() == [0, 0, 0, 0, 2]
    assert list(found) == ["we", "feature", "unit", "mean", "sem", "n", "points", "diverged", "problems"]


def test_a_knob_may_be_called_as_a_column():
    rows, features = one_knob()
    found = table_of(rows.rename(columns={"we": "n"}), ["n"], features, ["rate_excitatory"])
    assert found["n (knob)"].tolist() == pytest.approx(WE.tolist())


def test_angles_are_averaged_on_the_circle():
    features = {"phase_E": features_of(["E"], events=True)["phase_E"]}
    rows = pd.DataFrame({"we": 1.0, "status": "ok", "problem": None, "phase_E": [3.1, -3.1]})
    found = means(rows, ["we"], ["phase_E"], features)
    assert abs(found["mean"][0]) == pytest.approx(np.pi)
    assert found["sem"][0] == pytest.approx(np.pi - 3.1)


@pytest.mark.parametrize(
    ("values", "log"),
    [
        ([1, 2, 4], True),
        ([1, 2, 5, 10], True),
        ([1, 2, 3], False),
        ([2, 3, 4, 5, 6, 8], False),
        ([0, 1, 2, 4], False),
        ([1, 10], False),
        ([1], False),
        ([point["we"] for point in hypercube(60, we=(0.1, 10, True))], True),
        ([point["we"] for point in hypercube(60, we=(0.1, 10, False))], False),
    ],
)
def test_axes_are_logarithmic_where_values_are_spaced_so(values, log):
    assert is_log(np.array(values, dtype=float)) is log


def test_cells_have_their_edges_between_values():
    assert edges(np.array([1.0, 2, 4]), log=False).tolist() == [0.5, 1.5, 3, 5]
    assert edges(np.array([1.0, 4, 16]), log=True) == pytest.approx([0.5, 2, 8, 32])
    assert edges(np.array([2.0]), log=False) == pytest.approx([1.8, 2.2])


def test_runaways_do_not_flatten_colours_but_usual_ends_stay():
    usual = np.linspace(2, 10, 30)
    none = np.zeros(30, dtype=bool)
    assert colour_limits(usual, none) == (2, 10)
    assert colour_limits(np.append(usual, 300), np.append(none, True)) == (2, 10)
    assert colour_limits(np.append(usual, 300), np.append(none, False))[1] == 10
    low, high = colour_limits(np.full(4, 3.0), none[:4])
    assert low < 3 < high
    assert colour_limits(np.full(3, np.nan), none[:3]) == (0, 1)
