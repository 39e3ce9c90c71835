"""Figures of a sweep: curves, families, maps, pairs; and of any table that may come."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from drawings import EI, WE, drawn, one_knob, with_gid, words
from matplotlib.collections import LineCollection, PatchCollection, QuadMesh
from synthetic import KNOBS, grid, hypercube, rows_of, spikes_of

from pipeline.show.chosen import populations_of
from pipeline.show.network_raster import raster
from pipeline.show.style import COLOURS
from pipeline.show.suite import of_sweep
from pipeline.show.sweep_data import table_of
from pipeline.show.sweep_figures import curves, family
from pipeline.show.sweep_maps import maps
from pipeline.show.sweep_pairs import dependence, pairs


def test_curves_show_means_with_bars_on_a_logarithmic_axis_with_units():
    rows, features = one_knob()
    figure = curves(rows, "we", features, KNOBS)
    panel = figure.axes[0]
    assert panel.get_ylabel() == "rate (spikes/s)"
    assert panel.get_xscale() == "log"
    assert figure.axes[-1].get_xlabel() == "we (mV)"
    expected = table_of(rows, ["we"], features, ["rate_excitatory"])["mean"]
    line = next(one for one in panel.lines if len(one.get_xdata()) == 5)
    assert line.get_ydata() == pytest.approx(expected.to_numpy())
    assert line.get_color() == COLOURS[0]
    assert any(isinstance(one, LineCollection) for one in panel.collections)
    assert "standard errors over 4 networks" in words(figure)
    assert [one.get_text() for one in figure.legends[0].get_texts()] == ["excitatory", "inhibitory"]


def test_points_that_diverged_are_crosses_at_the_bottom_and_counted():
    rows, features = one_knob(diverge=lambda knobs, network: knobs["we"] > 3 and network < 2)
    figure = curves(rows, "we", features, KNOBS)
    (crosses,) = with_gid(figure.axes[0], "diverged")
    assert crosses.get_xdata() == pytest.approx([WE[-1]])
    assert "2 of 20 points diverged" in words(figure).replace("\n", " ")


def test_a_runaway_does_not_flatten_curves_and_is_marked_at_the_edge():
    rows, features = one_knob(runaway=lambda knobs, network: knobs["we"] > 3)
    panel = curves(rows, "we", features, KNOBS).axes[0]
    assert panel.get_ylim()[1] < 50
    assert any(len(one.get_xdata()) for one in with_gid(panel, "beyond"))


def test_labels_of_a_single_row_have_room():
    rows, features = one_knob()
    figure = curves(rows, "we", features, KNOBS, ["rate_excitatory", "rate_inhibitory", "peak_frequency_excitatory"])
    drawn(figure)
    legend = figure.legends[0].get_window_extent()
    assert not any(axes.yaxis.label.get_window_extent().overlaps(legend) for axes in figure.axes)


def test_one_network_has_no_bars_and_says_so():
    rows, features = one_knob(networks=1)
    figure = curves(rows, "we", features, KNOBS)
    assert not any(isinstance(one, LineCollection) for one in figure.axes[0].collections)
    assert "no standard errors" in words(figure)


def test_a_family_has_a_line_for_each_value_and_a_bar_of_colours_for_many():
    rows, features = rows_of(grid(we=WE, g=[2, 4, 6]), EI)
    figure = family(rows, "we", "g", features, KNOBS)
    assert figure.axes[0].get_title(loc="left") == "rate of excitatory (spikes/s)"
    assert [one.get_text() for one in figure.legends[0].get_texts()] == ["2", "4", "6"]
    rows, features = rows_of(grid(we=WE, g=np.arange(2, 14)), EI, networks=1)
    figure = family(rows, "we", "g", features, KNOBS)
    assert not figure.legends
    assert figure.axes[-1].get_ylabel() == "g"


def test_maps_have_true_axes_and_hatch_what_diverged():
    points = grid(g=[2, 3, 6], we=[0.5, 1, 2, 4])
    rows, features = rows_of(points, EI, diverge=lambda knobs, network: knobs["g"] == 2 and knobs["we"] == 4)
    figure = maps(rows, "g", "we", features, KNOBS)
    panel = figure.axes[0]
    mesh = next(one for one in panel.collections if isinstance(one, QuadMesh))
    assert np.asarray(mesh.get_coordinates())[0, :, 0] == pytest.approx([1.5, 2.5, 4.5, 7.5])
    assert (panel.get_xscale(), panel.get_yscale()) == ("linear", "log")
    assert mesh.get_array().mask.sum() == 1
    (hatched,) = with_gid(panel, "diverged")
    assert isinstance(hatched, PatchCollection)
    assert hatched.get_hatch()
    assert "4 of 48 points" in words(figure).replace("\n", " ")
    assert panel.get_title(loc="left") == "rate of excitatory (spikes/s)"


def test_colour_bars_have_triangles_where_values_lie_beyond():
    rows, features = rows_of(
        grid(g=[2, 3, 6, 8], we=[0.5, 1, 2, 4]), EI, runaway=lambda knobs, network: knobs["g"] == 2 and knobs["we"] == 4
    )
    figure = maps(rows, "g", "we", features, KNOBS, ["rate_excitatory", "chi_excitatory"])
    meshes = [one for axes in figure.axes[:2] for one in axes.collections if isinstance(one, QuadMesh)]
    assert [mesh.colorbar.extend for mesh in meshes] == ["max", "neither"]
    assert meshes[0].norm.vmax < 50
    (dots,) = with_gid(figure.axes[0], "problem")
    assert dots.get_xdata().tolist() == [2]


def test_a_colour_bar_of_tiny_values_has_no_factor_above_it():
    rows, features = rows_of(grid(g=[2, 3, 6], we=[0.5, 1, 2]), EI)
    rows["corr_excitatory"] = 1e-5 * rows["we"]
    figure = maps(rows, "g", "we", features, KNOBS, ["corr_excitatory"])
    drawn(figure)
    bar = figure.axes[1].yaxis
    assert bar.get_offset_text().get_text() == ""
    assert "1.2e-05" in [label.get_text() for label in bar.get_ticklabels()]


def test_a_hypercube_is_points():
    rows, features = rows_of(hypercube(40, g=(2, 8, False), we=(0.5, 5, True)), EI, networks=1)
    panel = maps(rows, "g", "we", features, KNOBS).axes[0]
    assert not any(isinstance(one, QuadMesh) for one in panel.collections)
    assert max(len(one.get_offsets()) for one in panel.collections) == 40


def test_pairs_are_a_triangle_with_the_feature_on_the_diagonal():
    points = hypercube(40, g=(2, 8, False), we=(0.5, 5, True), delay=(0.5, 4, False))
    rows, features = rows_of(points, EI, networks=1)
    figure = pairs(rows, ["g", "we", "delay"], "rate_excitatory", features, KNOBS)
    labels = [axes.get_xlabel() for axes in figure.axes]
    assert [label for label in labels if label] == ["g", "we (mV)", "delay (ms)"]
    assert figure.axes[-1].child_axes[0].get_xlabel() == "rate of excitatory (spikes/s)"
    assert sum(bool(axes.collections) for axes in figure.axes[:6]) == 6


def test_dependence_shows_rank_correlations():
    rows, features = rows_of(hypercube(60, we=(0.5, 5, True), delay=(0.5, 4, False), g=(2, 8, False)), EI, networks=1)
    figure = dependence(rows, ["we", "delay", "g"], features, KNOBS, ["rate_excitatory"])
    shown = figure.axes[0].images[0].get_array()
    assert shown.shape == (1, 3)
    assert shown[0, 0] > 0.8 > abs(shown[0, 1])


def nothing_varies():
    return rows_of(grid(we=[2.0], g=[4.0], delay=[1.0]), EI, networks=1)


def all_diverged():
    return rows_of(grid(we=WE, g=[2, 4], delay=[1.0]), EI, networks=1, diverge=lambda *_: True)


def all_undefined():
    rows, features = rows_of(grid(we=WE, g=[2, 4], delay=[1.0]), EI, networks=1)
    return rows.assign(**dict.fromkeys(features)), features


def no_rows():
    rows, features = nothing_varies()
    return rows[:0], features


def no_table():
    return pd.DataFrame(), nothing_varies()[1]


def strange_names():
    return rows_of(
        grid(we=WE, g=[2, 4], delay=[1.0, 2.0]), {"抑制性_$x_{": 4, "very_long_" * 8: 5, "σ–τ": 1}, networks=1
    )


def twenty():
    return rows_of(grid(we=WE, g=[2, 4], delay=[1.0, 2.0]), {f"layer {k}": 5 for k in range(20)}, networks=1)


@pytest.mark.parametrize("axes", [[], ["we"], ["we", "g"], ["we", "g", "delay"]], ids=len)
@pytest.mark.parametrize(
    "make", [nothing_varies, all_diverged, all_undefined, no_rows, no_table, strange_names, twenty]
)
def test_any_table_gives_pictures_captions_and_tables(make, axes):
    rows, features = make()
    found = of_sweep(rows, axes, features, KNOBS, dict.fromkeys(populations_of(features), 10), {})
    for one in found.values():
        figure = one.draw()
        drawn(figure)
        assert words(figure).strip()
        assert one.caption().endswith(".")
        assert "nan" not in one.caption().split()
        assert {"feature", "unit", "mean", "n", "points", "diverged"} <= set(one.table())


def test_features_asked_for_that_are_nowhere_defined_are_empty_panels_that_say_so():
    rows, features = rows_of(grid(we=WE, g=[2, 4]), EI)
    rows["cv_excitatory"] = np.nan
    for figure in (
        curves(rows[rows["g"] == 2], "we", features, KNOBS, ["rate_excitatory", "cv_excitatory"]),
        family(rows, "we", "g", features, KNOBS, ["rate_excitatory", "cv_excitatory"]),
        maps(rows, "we", "g", features, KNOBS, ["rate_excitatory", "cv_excitatory"]),
    ):
        drawn(figure)
        assert "undefined" in words(figure)


def test_a_dependence_of_what_is_nowhere_defined_has_no_number():
    rows, features = rows_of(grid(we=WE, g=[2, 4], delay=[1.0, 2.0]), EI)
    rows["cv_excitatory"] = np.nan
    figure = dependence(rows, ["we", "g", "delay"], features, KNOBS, ["rate_excitatory", "cv_excitatory"])
    shown = [one.get_text() for one in figure.axes[0].texts]
    assert "–" not in shown[:3]
    assert shown[3:] == ["–"] * 3
    assert "undefined at all points" in words(figure)


def test_figures_by_the_number_of_axes_and_for_each_protocol():
    rows, features = rows_of(grid(we=WE, g=[2, 4, 6]), EI, protocols=("rest", "touch"), networks=1)
    found = of_sweep(rows, ["we", "g"], features, KNOBS, EI, {})
    kinds = ("map", "family", "distributions")
    assert set(found) == {f"{kind}_{protocol}" for kind in kinds for protocol in ("rest", "touch")}
    assert "protocol touch" in words(found["map_touch"].draw())
    one = rows[rows["protocol"] == "rest"]
    assert set(of_sweep(one[one["g"] == 2], ["we"], features, KNOBS, EI, {})) == {"curves", "distributions"}
    cube, features = rows_of(hypercube(30, we=(1, 2, False), g=(2, 8, False)), EI, networks=1)
    assert set(of_sweep(cube, ["we", "g"], features, KNOBS, EI, {})) == {"map", "pairs", "dependence", "distributions"}


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_same_table_gives_the_same_bytes(kind):
    rows, features = rows_of(grid(we=WE, g=[2, 4, 6]), EI, diverge=lambda knobs, network: knobs["we"] > 3)
    spikes = spikes_of(EI, {"excitatory": 5, "inhibitory": 9}, 1.5)
    both = [
        hashlib.sha256(
            drawn(maps(rows, "we", "g", features, KNOBS, ["rate_excitatory"]), kind)
            + drawn(raster(spikes, EI, None, 0.5, 1.5, ""), kind)
        ).hexdigest()
        for _ in range(2)
    ]
    assert both[0] == both[1]
